# input() and its prompts, from a pipe.
cat > ask.py <<'END'
name = input("Name? ")
age = int(input("Age? "))
print(f"{name} is {age}")
try:
    input("More? ")
except EOFError as error:
    print(repr(error))
END
printf 'Zoë\n41' | python3 ask.py
echo "Ann" | python3 ask.py 2>&1 | tail -1
python3 ask.py < /dev/null 2>&1 | tail -1
printf 'a b c\n1 2 3\n' | python3 -c 'x, y, z = input().split(); print(z, sum(map(int, input().split())))'
