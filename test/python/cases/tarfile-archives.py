import io
import os
import tarfile

os.makedirs("src/deep")
open("src/a.txt", "w").write("alpha")
open("src/deep/run", "w").write("#!/bin/sh")
os.chmod("src/deep/run", 0o755)
os.symlink("a.txt", "src/link")


def plain(info):
    info.mtime, info.uid, info.gid, info.uname, info.gname = 1_600_000_000, 0, 0, "root", "root"
    return info


for mode in ("gz", "bz2", "xz", ""):
    with tarfile.open(f"a.tar.{mode}", f"w:{mode}") as archive:
        archive.add("src", filter=plain)
        info = tarfile.TarInfo("made/up.txt")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    with tarfile.open(f"a.tar.{mode}") as archive:
        print(mode, sorted((m.name, m.size, oct(m.mode), m.type) for m in archive))
        archive.extractall(f"out{mode}", filter="data")
    print(open(f"out{mode}/src/link").read(), os.access(f"out{mode}/src/deep/run", os.X_OK), open(f"out{mode}/made/up.txt").read())
with tarfile.open("evil.tar", "w") as archive:
    info = tarfile.TarInfo("../outside")
    archive.addfile(info, io.BytesIO())
try:
    tarfile.open("evil.tar").extractall("safe", filter="data")
except tarfile.OutsideDestinationError as error:
    print(type(error).__name__)
try:
    tarfile.open("src/a.txt")
except tarfile.ReadError as error:
    print(type(error).__name__)
