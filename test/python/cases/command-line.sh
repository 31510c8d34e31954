# Where a script comes from, and its arguments.
python3 -c 'import sys; print(sys.argv)' a "b c" -d --e=f ''
echo 'import sys; print(sys.argv, __name__)' | python3 - x y
echo 'print("piped"); print(__name__)' | python3
python3 <<'END'
def f():
    return "heredoc"
print(f())
END
python3 - <<< 'print("here string")'
printf '#!/usr/bin/env python3\nimport sys\nprint("shebang", sys.argv)\n' > tool; chmod +x tool; ./tool 1 2
printf 'import sys; print(sys.argv, __file__.endswith("odd name.py"))' > 'odd name.py'; python3 'odd name.py' -c x
python3 -c 'print("a"
)'
python3 -c $'if True:\n  print("indented")'
python3 -c 'print(1' 2>&1 | tail -1; python3 -c '1 +' 2> /dev/null; echo "exit $?"
python3 none.py 2>&1 | sed 's/.*: can/can/; s/.Errno .*. No/No/'; echo "exit ${PIPESTATUS[0]}"
python3 -c 'import sys; print(sys.path[0] == "", __name__)'
mkdir d; echo 'import sys, os; print(os.path.basename(sys.path[0]), sys.path[0] == os.path.dirname(os.path.abspath(__file__)))' > d/s.py; python3 d/s.py; cd d; python3 s.py; cd ..
python3 -c 'import sys; print("x" in sys.orig_argv, sys.orig_argv[1])' x
python3 --version | sed 's/ .*//'; python3 -V > /dev/null; echo "exit $?"
python3 -c 'pass' && echo yes; python3 -c 'import sys; sys.exit(1)' || echo no
python3 --no-such-option 2> /dev/null; echo "exit $?"
echo $(python3 -c 'print(6 * 7)') | python3 -c 'print(int(input()) + 1)'
python3 -x <(printf 'not python\nprint("skipped a line")\n')
