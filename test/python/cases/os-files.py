import errno
import os
import stat

os.makedirs("d/e/f")
with open("d/file", "w") as file:
    file.write("x" * 10)
os.symlink("file", "d/link")
os.link("d/file", "d/hard")
for root, dirs, files in os.walk("d"):
    dirs.sort()
    print(root, dirs, sorted(files))
print([root for root, _, _ in os.walk("d", topdown=False)], sorted((e.name, e.is_dir(), e.is_symlink(), e.stat().st_size if e.is_file() else 0) for e in os.scandir("d")))
info = os.stat("d/file")
print(info.st_size, info.st_nlink, stat.filemode(info.st_mode), stat.S_ISREG(info.st_mode), os.lstat("d/link").st_size, os.path.samefile("d/file", "d/hard"), os.path.islink("d/link"), os.readlink("d/link"), os.path.realpath("d/link").endswith("d/file"))
for mode in (0o600, 0o444, 0o1755):
    os.chmod("d/file", mode)
    print(stat.filemode(os.stat("d/file").st_mode), oct(stat.S_IMODE(os.stat("d/file").st_mode)))
old = os.umask(0o027)
os.close(os.open("masked", os.O_CREAT | os.O_WRONLY, 0o666))
os.mkdir("masked-dir")
print(oct(old), oct(os.umask(old)), oct(os.stat("masked").st_mode & 0o777), oct(os.stat("masked-dir").st_mode & 0o777))
os.utime("masked", (1_000_000_000, 1_100_000_000.5))
print(os.stat("masked").st_atime, os.stat("masked").st_mtime_ns, os.path.getmtime("masked"))
os.rename("masked", "renamed")
os.replace("renamed", "d/file")
os.truncate("d/hard", 4)
print(os.path.exists("masked"), os.path.getsize("d/file"), os.path.getsize("d/hard"), os.access("d/hard", os.R_OK), os.path.lexists("d/none"))
for wrong in (lambda: os.mkdir("d"), lambda: os.rmdir("d"), lambda: os.remove("d"), lambda: os.listdir("none"), lambda: os.open("none", os.O_RDONLY), lambda: os.rename("none", "x"), lambda: os.open("d/file", os.O_CREAT | os.O_EXCL), lambda: os.readlink("d"), lambda: os.stat("d/file/x")):
    try:
        wrong()
    except OSError as error:
        print(type(error).__name__, errno.errorcode[error.errno], error.filename, error.filename2)
os.removedirs("d/e/f")
print(sorted(os.listdir("d")), sorted(os.listdir(b".")))
