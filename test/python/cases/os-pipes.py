import fcntl
import os
import select
import signal
import sys

r, w = os.pipe()
print(os.write(w, b"through a pipe"), os.read(r, 7), os.read(r, 100))
os.close(w)
print(os.read(r, 1), os.get_inheritable(r))
os.close(r)
try:
    os.read(r, 1)
except OSError as error:
    print(type(error).__name__, error.strerror)
fd = os.open("f", os.O_RDWR | os.O_CREAT)
os.write(fd, b"0123456789")
print(os.lseek(fd, 3, os.SEEK_SET), os.read(fd, 2), os.pread(fd, 2, 0), os.pwrite(fd, b"ab", 8), os.lseek(fd, 0, os.SEEK_END), os.fstat(fd).st_size, os.isatty(fd))
copy = os.dup(fd)
os.lseek(fd, 1, os.SEEK_SET)
print(os.read(copy, 1), copy != fd)
os.ftruncate(fd, 5), os.fsync(fd), os.close(fd), os.close(copy)
print(open("f").read())
r, w = os.pipe()
os.set_blocking(r, False)
try:
    os.read(r, 1)
except BlockingIOError as error:
    print(type(error).__name__, error.strerror)
print(select.select([r], [], [], 0), select.select([r], [w], [], 0)[1] == [w])
os.write(w, b"x")
print(select.select([r], [], [], 1)[0] == [r], bool(fcntl.fcntl(r, fcntl.F_GETFL) & os.O_NONBLOCK))
saved = os.dup(1)
sys.stdout.flush()
os.dup2(os.open("redirected", os.O_WRONLY | os.O_CREAT), 1)
os.system("echo from a child")
print("from here", flush=True)
os.dup2(saved, 1)
print(sorted(open("redirected").read().splitlines()))
pid = os.spawnvp(os.P_NOWAIT, "sh", ["sh", "-c", "exit 6"])
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.spawnlp(os.P_WAIT, "true", "true"))
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "kill -TERM $$"], os.environ)
status = os.waitpid(pid, 0)[1]
print(os.WIFSIGNALED(status), os.WTERMSIG(status) == signal.SIGTERM)
try:
    os.waitpid(-1, 0)
except ChildProcessError as error:
    print(type(error).__name__)
