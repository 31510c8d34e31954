"""The os functions that make, copy and ask about fds, and the umask that they go by. Loaded at every start, with patch_os.py."""

import os
import posix

from _vibengine.host import call, number

NAMES = ("open", "pipe", "pipe2", "dup", "dup2", "set_inheritable", "get_inheritable", "isatty")
# The bits of O_RDONLY, O_WRONLY, O_EXEC and O_SEARCH.
_ACCESS_MODES = 0x1E000000
_umask = None


def umask(mask, /):
    """Set the current numeric umask and return the previous umask."""
    global _umask
    old = number("umask", mask)
    _umask = mask & 0o777
    return old


def current_umask():
    global _umask
    if _umask is None:
        _umask = number("umask", 0o22)
        call("umask", _umask)
    return _umask


def open(path, flags, mode=0o777, *, dir_fd=None):
    """Open a file for low level IO.  Returns a file descriptor (integer)."""
    # 0 is O_RDONLY elsewhere; here all three have bits.
    if not flags & _ACCESS_MODES:
        flags |= os.O_RDONLY
    makes = flags & os.O_CREAT and (flags & os.O_EXCL or not _exists(path, dir_fd))
    fd = posix.open(path, flags, mode, dir_fd=dir_fd)
    # preview1 makes files with the mode that builtin open gives them.
    if makes and mode & 0o777 != 0o666:
        os.fchmod(fd, mode & ~current_umask())
    return fd


def _exists(path, dir_fd):
    try:
        posix.stat(path, dir_fd=dir_fd)
    except OSError:
        return False
    return True


def pipe():
    """Create a pipe; both ends are non-inheritable."""
    reply = call("pipe", 1)
    return int(reply[1]), int(reply[2])


def pipe2(flags, /):
    """Create a pipe with flags set atomically."""
    # O_CLOEXEC is 0 in this build, so that nobody can leave it out.
    reply = call("pipe", 1)
    ends = int(reply[1]), int(reply[2])
    if flags & os.O_NONBLOCK:
        for end in ends:
            os.set_blocking(end, False)
    return ends


def dup(fd, /):
    """Return a duplicate of a file descriptor."""
    copy = number("dup", fd, 0)
    call("cloexec", copy, 1)
    return copy


def dup2(fd, fd2, inheritable=True):
    """Duplicate file descriptor."""
    call("dup2", fd, fd2)
    call("cloexec", fd2, not inheritable)
    return fd2


def set_inheritable(fd, inheritable, /):
    """Set the inheritable flag of the specified file descriptor."""
    call("cloexec", fd, not inheritable)


def get_inheritable(fd, /):
    """Get the close-on-exe flag of the specified file descriptor."""
    return call("getcloexec", fd)[0] == b"0"


def isatty(fd, /):
    """Return True if the fd is connected to a terminal."""
    try:
        call("isatty", fd)
    except OSError:
        return False
    return True
