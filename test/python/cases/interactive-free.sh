# The prompt, fed from a pipe: -i after a script, and code.interact.
echo 'x = 41' > s.py
echo 'print(x + 1)' | python3 -i s.py 2> /dev/null
printf 'n = 5\nn * 2\nfor i in range(2):\n    i\n\n1/0\n"after"\n' | python3 -i -q 2> /dev/null
printf 'y = 3\nprint(y)\n' | python3 -c 'import code; code.interact(banner="", exitmsg="")' 2> /dev/null; echo
printf 'import sys\nsys.exit(4)\n' | python3 -i -q 2> /dev/null; echo "exit $?"
