# -W, -O and what the environment says instead.
cat > w.py <<'END'
import sys, warnings
warnings.warn("noted", DeprecationWarning)
assert sys.argv, "unreachable"
print(__debug__, sys.flags.optimize, sys.flags.ignore_environment, sys.warnoptions)
END
python3 w.py
python3 -W error w.py 2> err; echo "exit $?"; grep -v '\^' err
python3 -W ignore w.py
PYTHONWARNINGS=ignore python3 -O w.py
python3 -W always::UserWarning -W ignore::DeprecationWarning w.py
PYTHONWARNINGS=error python3 -E w.py; echo "exit $?"
python3 -OO -c 'def f(): "doc"
print(f.__doc__); assert False; print("kept on")'
python3 -c 'assert 1 > 2, "sums"' 2>&1 | tail -1
PYTHONOPTIMIZE=1 python3 -c 'print(__debug__)'
python3 -I -c 'import sys; print(sys.flags.isolated, sys.flags.no_user_site, "" in sys.path)'
python3 -B -c 'import sys; print(sys.dont_write_bytecode, sys.flags.verbose)'
python3 -q -s -S -c 'import sys; print(sys.flags.no_site)'
python3 -X utf8 -c 'import sys; print(sys.flags.utf8_mode, sys._xoptions)'
