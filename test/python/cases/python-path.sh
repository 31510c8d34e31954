# PYTHONPATH, other variables, .pth-free imports, namespace packages, reloads.
mkdir -p libs/one libs/ns/sub other/ns
echo 'WHERE = "libs"' > libs/mod.py
echo 'WHERE = "other"' > other/mod.py
echo 'A = 1' > libs/ns/a.py; echo 'B = 2' > other/ns/b.py
PYTHONPATH=libs python3 -c 'import mod; print(mod.WHERE)'
PYTHONPATH=other:libs python3 -c 'import mod, ns.a, ns.b; print(mod.WHERE, ns.a.A + ns.b.B, len(ns.__path__))'
PYTHONPATH=libs python3 -E -c 'import mod' 2>&1 | tail -1
PYTHONPATH=libs python3 -I -c 'import mod' 2>&1 | tail -1
echo 'print("local json")' > json.py; python3 -c 'import json'; python3 -P -c 'import json; print(json.dumps([]))'; rm json.py
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=libs python3 -c 'import mod'; ls libs/__pycache__ | wc -l
rm -r libs/__pycache__; PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=libs python3 -c 'import mod'; ls libs
PYTHONPYCACHEPREFIX=$PWD/cache PYTHONPATH=libs python3 -c 'import mod'; test -d cache && echo prefixed
PYTHONHASHSEED=0 python3 -c 'print(hash("a") == hash("a"))'
cat > reload.py <<'END'
import importlib, os, sys, time
sys.dont_write_bytecode = True
open("live.py", "w").write("X = 1")
import live
open("live.py", "w").write("X = 22")
importlib.reload(live)
print(live.X, importlib.util.find_spec("nothing"), importlib.import_module("collections.abc").__name__)
open("live.py", "w").write("1/0")
try:
    importlib.reload(live)
except ZeroDivisionError as error:
    print(error)
sys.modules["fake"] = type(sys)("fake", "doc")
import fake
print(fake.__doc__)
END
python3 reload.py
PYTHONUNBUFFERED=1 python3 -c 'import sys; print(sys.stdout.line_buffering or sys.stdout.write_through)'
PYTHONSTARTUP=none.py python3 -c 'print("not read")'
PYTHONINSPECT= python3 -c 'print("ends")'
