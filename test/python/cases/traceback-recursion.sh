# A recursion without end is an error with folded lines, no crash.
cat > deep.py <<'END'
def down(n):
    return down(n + 1)

down(0)
END
python3 deep.py 2> log; echo "exit $?"
tail -1 log | cut -c 1-49
grep -c 'Previous line repeated' log
python3 -c '
import sys
sys.setrecursionlimit(150)
def down(n): return n if n == 0 else 1 + down(n - 1)
print(down(100))
try: down(1000)
except RecursionError as error: print(type(error).__name__)
'
