# All the ways to read what is piped in.
printf 'one\ntwo\n\nlast' | python3 -c 'import sys; print([line for line in sys.stdin])'
printf 'one\ntwo\n' | python3 -c 'import sys; print(repr(sys.stdin.read()), repr(sys.stdin.read()))'
printf 'a\r\nb\377' | python3 -c 'import sys; print(sys.stdin.buffer.read())'
printf '3 1\n2\n' | python3 -c 'import sys; print(sorted(int(w) for line in sys.stdin for w in line.split()))'
printf 'one\ntwo\n' | python3 -c 'import sys; print(sys.stdin.readline(), sys.stdin.readlines(), sys.stdin.isatty(), sys.stdin.fileno())'
printf 'x\ny\n' > f1; printf 'z\n' > f2
printf 'from stdin\n' | python3 -c '
import fileinput
for line in fileinput.input(["f1", "-", "f2"]):
    print(fileinput.filename(), fileinput.filelineno(), line, end="")'
seq 5 | python3 -c 'import os; print(os.read(0, 100))'
printf 'caf\351\n' | PYTHONIOENCODING=latin-1 python3 -c 'print(ascii(input()))'
yes | python3 -c 'print(input())'
yes | head -100000 | python3 -c 'import sys; print(len(sys.stdin.read()), sum(1 for _ in range(3)))'
