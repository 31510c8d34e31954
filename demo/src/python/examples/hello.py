import os
import platform
import sys
from datetime import datetime

print("Hello from CPython", sys.version)
print("on", platform.platform(), "in", os.getcwd())
print("It is", datetime.now().strftime("%A, %H:%M:%S."))
print()

for index, word in enumerate("a real Python in a browser tab".split(), start=1):
    print(f"{index:>2} {word:<10} {'█' * len(word)}")

print("What goes to stderr has a colour of its own.", file=sys.stderr)
