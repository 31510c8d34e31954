# Readers that go away, and a full device.
python3 -c '
for n in range(100000):
    print(n)' 2> err | head -2
tail -1 err | sed 's/Errno [0-9]*/Errno/'
python3 -c 'import sys; sys.stdout.write("a"); sys.stdout.flush(); sys.stdout.buffer.write(b"\xff\n")' | od -An -tx1
python3 -c 'import sys; print("out"); print("err", file=sys.stderr); print("out2")' 2>&1 | sort
python3 -u -c 'import sys; print("out"); print("err", file=sys.stderr); print("out2")' 2>&1
python3 -c 'print("é", end="", flush=True)' | wc -c
PYTHONIOENCODING=ascii:replace python3 -c 'print("é")'
python3 -c 'print("\ud800")' 2>&1 | tail -1
