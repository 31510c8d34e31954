# Every way for a script to end.
run() { python3 -c "$1"; echo "exit $?"; }
run 'import sys; sys.exit()'
run 'import sys; sys.exit(7)'
run 'import sys; sys.exit("a message")'
run 'import sys; sys.exit(None)'
run 'import sys; sys.exit(True)'
run 'import sys; sys.exit(256 + 5)'
run 'import sys; sys.exit(-1)'
run 'import sys; sys.exit([1, 2])'
run 'raise SystemExit(4)'
run 'exit(6)'
run 'import os; print("lost?", flush=True); os._exit(9)'
run 'import atexit; atexit.register(print, "at exit"); import sys; sys.exit(2)'
run '
try:
    raise SystemExit(3)
finally:
    print("finally")'
run 'import os; os.abort()' 2> /dev/null
run 'raise KeyboardInterrupt' 2> /dev/null
run 'import sys; print("no newline", end=""); sys.stderr.write("err\n")'
run 'import sys; sys.excepthook = lambda kind, error, trace: print("hook", error); 1 / 0'
