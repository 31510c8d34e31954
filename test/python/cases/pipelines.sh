# Python amid the shell's tools.
seq 1 10 | python3 -c 'import sys; print(sum(int(x) for x in sys.stdin))'
printf 'b 2\na 1\nc 3\n' | sort | python3 -c '
import sys
for line in sys.stdin:
    key, value = line.split()
    print(f"{key}={int(value) * 10}")' | tac | grep -v b
total=$(python3 -c 'print(0.1 * 3)'); echo "total: $total"
for n in 1 2 3; do python3 -c "print($n ** 2, end=' ')"; done; echo
if python3 -c 'import sys; sys.exit(len("abc") > 5)'; then echo short; fi
python3 -c 'print("\n".join(f"{i},{i*i}" for i in range(4)))' > t.csv; awk -F, '{ s += $2 } END { print s }' t.csv
NAME=world python3 -c 'import os; print("hello", os.environ["NAME"])'
python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(5)))' | od -An -tu1
{ python3 -c 'print("one")'; echo two; python3 -c 'print("three")'; } | nl -ba
python3 -c 'print("to stderr", file=__import__("sys").stderr)' 2>&1 > /dev/null | tr a-z A-Z
find . -name '*.csv' | xargs python3 -c 'import sys; print(sys.argv[1:])'
python3 -c 'import sys; sys.exit(3)' | cat; echo "${PIPESTATUS[@]}"
python3 -c 'import time; time.sleep(0.05); print("background")' & wait $!; echo "waited $?"
timeout 0.3 python3 -c 'import time; time.sleep(20)'; echo "exit $?"
timeout 0.3 python3 -c 'while True: pass'; echo "exit $?"
mkfifo p; python3 -c 'open("p", "w").write("by fifo\n")' & python3 -c 'print(open("p").read(), end="")'; wait
