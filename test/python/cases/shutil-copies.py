import os
import shutil
import stat
from pathlib import Path

Path("src/sub").mkdir(parents=True)
Path("src/a.txt").write_text("hello")
Path("src/sub/b.pyc").write_text("skip me")
Path("src/run.sh").write_text("#!/bin/sh\necho ran\n")
os.chmod("src/run.sh", 0o755)
os.symlink("a.txt", "src/link")
print(shutil.copy("src/run.sh", "copy.sh"), oct(stat.S_IMODE(os.stat("copy.sh").st_mode)))
shutil.copy2("src/a.txt", "dated.txt")
print(os.stat("dated.txt").st_mtime == os.stat("src/a.txt").st_mtime)
print(shutil.copytree("src", "dst", symlinks=True, ignore=shutil.ignore_patterns("*.pyc")))
print(sorted(os.listdir("dst")), os.path.islink("dst/link"), os.listdir("dst/sub"))
print(shutil.move("dst/a.txt", "dst/sub"), shutil.move("dst/sub", "moved"))
shutil.rmtree("dst")
shutil.rmtree("none", ignore_errors=True)
print(os.path.exists("dst"), sorted(os.listdir("moved")), os.path.basename(shutil.which("sh")), shutil.which("no-such-tool"))
shutil.make_archive("packed", "zip", "src")
shutil.unpack_archive("packed.zip", "unpacked")
print(sorted(os.listdir("unpacked")), Path("unpacked/a.txt").read_text())
for wrong in (lambda: shutil.copy("a.none", "b"), lambda: shutil.copytree("src", "moved"), lambda: shutil.copyfile("copy.sh", "copy.sh")):
    try:
        wrong()
    except OSError as error:
        print(type(error).__name__, error.strerror, error.filename)
