# An absolute path is one whatever the current folder holds, and a relative one belongs to that folder.
mkdir -p tmp/case/deep
echo "inner" > tmp/case/f
echo "outer" > f
cat > paths.py <<'END'
import os
print(open("/tmp/case/f").read(), open("f").read(), open("tmp/case/f").read())
print(os.path.exists("/tmp/case/deep"), os.path.exists("tmp/case/deep"), sorted(os.listdir("/tmp/case")))
os.mkdir("/tmp/case/deep")
open("/tmp/case/deep/new", "w").close()
print(os.listdir("deep"), os.listdir("tmp/case/deep"))
os.chdir("tmp")
print(os.getcwd(), open("case/f").read(), open("../f").read(), open("/tmp/case/f").read())
os.remove("/tmp/case/f")
print(os.path.exists("/tmp/case/f"), os.path.exists("case/f"), os.path.realpath("."))
os.rename("case/f", "/tmp/case/f")
print(open("/tmp/case/f").read())
os.chdir("/")
print(open("tmp/case/f").read(), open("/tmp/case/f").read())
END
python3 paths.py
