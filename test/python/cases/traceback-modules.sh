# Errors in a module of one's own, with the module's source lines; the second run comes from the cached bytecode.
mkdir lib
cat > lib/maths.py <<'END'
def half(x):
    if x < 0:
        raise ValueError(f"negative: {x}")
    return x / 2
END
cat > main.py <<'END'
import sys

sys.path.insert(0, "lib")
from maths import half

print(half(4))
print(
    half(-1)
)
END
python3 main.py 2>&1 | grep -v '\^'; echo "exit ${PIPESTATUS[0]}"
python3 main.py 2>&1 | grep -v '\^'; echo "exit ${PIPESTATUS[0]}"
ls lib | wc -l
echo 'def broken(:' > lib/bad.py
PYTHONPATH=lib python3 -c 'import bad' 2>&1 | tail -4
