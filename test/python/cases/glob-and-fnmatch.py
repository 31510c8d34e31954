import fnmatch
import glob
import os

for path in ("a/x.py", "a/b/y.py", "a/b/c/z.txt", ".hidden/q.py", "m1.log", "m2.log", "mx.log", "we[i]rd.py"):
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").close()
for pattern in ("*.log", "m[0-9].log", "m?.log", "**/*.py", "a/**", "*/", ".*/*", "[!m]*", "none*"):
    print(pattern, sorted(glob.glob(pattern, recursive=True)))
print(sorted(glob.glob("*.py", root_dir="a")), glob.glob(glob.escape("we[i]rd") + ".py"), sorted(glob.iglob("**", root_dir="a", recursive=True)))
print(sorted(glob.glob("**/*.py", recursive=True, include_hidden=True)))
print(fnmatch.filter(["a.txt", "b.TXT", "c.py"], "*.t*"), fnmatch.fnmatchcase("A", "a"), fnmatch.fnmatch("x[1]", "x[[]1]"))
