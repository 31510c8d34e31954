import errno
import os
import sys

os.environ["MY_NAME"] = "Zoë"
os.environ.update(A="1", B="2")
print(os.getenv("MY_NAME"), os.environ.get("NONE", "default"), os.popen("echo $MY_NAME $A").read().strip(), os.environ.pop("A"), "A" in os.environ)
del os.environ["B"]
print(os.system("test -z \"$B\" && echo unset"), os.system("exit 3") >> 8, os.path.expandvars("$MY_NAME/${HOME}"), os.path.expanduser("~"))
try:
    os.environ["NOPE"]
except KeyError as error:
    print("KeyError", error)
try:
    os.environ["X"] = 5
except TypeError as error:
    print(error)
print(os.sep, os.linesep == "\n", os.name, sys.platform in ("linux", "wasi"), os.pathsep, os.curdir, os.devnull, os.path.join("a", "b", "/c", "d"))
print(os.path.split("/a/b.txt"), os.path.splitext("x.tar.gz"), os.path.normpath("a//b/../c/."), os.path.relpath("/a/b", "/a/c/d"), os.path.commonpath(["/a/b/c", "/a/b/d"]), os.path.abspath("x"), os.path.isabs("x"))
print(os.getpid() > 0, os.getppid() > 0, isinstance(os.cpu_count(), int), len(os.urandom(8)), os.get_terminal_size.__name__, os.strerror(errno.ENOENT), os.fspath("x"), os.fsencode("é"))
print(sys.argv, sys.version_info >= (3, 11), sys.byteorder, sys.maxsize > 2**30, sys.getdefaultencoding(), sys.stdout.encoding, sys.getfilesystemencoding(), sys.implementation.name)
