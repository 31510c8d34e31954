"""The fcntl module over the kernel's calls. One machine, one user: locks are always granted."""

import os

from _vibengine.host import call, number

F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN = range(10)
F_DUPFD_CLOEXEC = 1030
F_RDLCK, F_WRLCK, F_UNLCK = range(3)
FD_CLOEXEC = 1
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8
_TIOCGPGRP, _TIOCSPGRP, _TIOCGWINSZ = 0x540F, 0x5410, 0x5413


def _fd(file):
    fd = file if isinstance(file, int) else file.fileno()
    if not isinstance(fd, int):
        raise TypeError("fileno() returned a non-integer")
    if fd < 0:
        raise ValueError(f"file descriptor cannot be a negative integer ({fd})")
    return fd


def fcntl(fd, cmd, arg=0, /):
    """Perform the operation `cmd` on file descriptor fd: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL and the locks."""
    fd = _fd(fd)
    if cmd in (F_DUPFD, F_DUPFD_CLOEXEC):
        copy = number("dup", fd, arg)
        call("cloexec", copy, cmd == F_DUPFD_CLOEXEC)
        return copy
    if cmd == F_GETFD:
        return number("getcloexec", fd)
    if cmd == F_SETFD:
        call("cloexec", fd, bool(arg & FD_CLOEXEC))
        return 0
    if cmd == F_GETFL:
        return os.O_RDWR | (0 if os.get_blocking(fd) else os.O_NONBLOCK)
    if cmd == F_SETFL:
        os.set_blocking(fd, not arg & os.O_NONBLOCK)
        return 0
    if cmd in (F_GETLK, F_SETLK, F_SETLKW):
        os.fstat(fd)
        return arg if isinstance(arg, bytes) else 0
    raise OSError(28, f"fcntl has no operation {cmd} here")


def ioctl(fd, request, arg=0, mutate_flag=True, /):
    """Perform the operation request on file descriptor fd: TIOCGWINSZ, TIOCGPGRP and TIOCSPGRP."""
    from struct import pack, unpack

    fd = _fd(fd)
    request &= 0xFFFFFFFF
    if request == _TIOCGWINSZ:
        reply = call("winsize", fd)
        answer = pack("HHHH", int(reply[1]), int(reply[2]), 0, 0)
    elif request == _TIOCGPGRP:
        answer = pack("i", number("tcgetpgrp", fd))
    elif request == _TIOCSPGRP:
        call("tcsetpgrp", fd, unpack("i", bytes(arg)[:4])[0])
        return 0
    else:
        call("isatty", fd)
        raise OSError(28, f"ioctl has no request {request:#x} here; TIOCGWINSZ, TIOCGPGRP and TIOCSPGRP are there")
    if isinstance(arg, int):
        return 0
    if isinstance(arg, bytes):
        return (answer + arg[len(answer) :])[: max(len(arg), len(answer))]
    memoryview(arg).cast("B")[: len(answer)] = answer
    return 0


def flock(fd, operation, /):
    """Perform the lock operation `operation` on file descriptor fd; there is nobody to wait for."""
    os.fstat(_fd(fd))


def lockf(fd, cmd, len=0, start=0, whence=0, /):
    """A wrapper around the fcntl() locking calls; there is nobody to wait for."""
    os.fstat(_fd(fd))
