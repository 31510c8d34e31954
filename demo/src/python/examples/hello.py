import platform
import sys
from datetime import datetime
from pathlib import Path

print("Hello from CPython", sys.version)
print("on", platform.platform())
print("in", Path.cwd())
print("on a", datetime.now().strftime("%A, at %H:%M:%S"))
print()

WORDS = "a real Python in a browser tab"
for index, word in enumerate(WORDS.split(), 1):
    print(f"{index:>2} {word:<10} {'█' * len(word)}")

print("stderr has a colour of its own.", file=sys.stderr)
