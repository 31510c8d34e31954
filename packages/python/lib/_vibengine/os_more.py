"""os: what few programs ask for."""

import os
import posix
from operator import index

from _vibengine.host import call, number
from _vibengine.patch_os import beneath

PRIO_PROCESS, PRIO_PGRP, PRIO_USER = range(3)
_EPERM = 63


def _id(value, what):
    """A user's or group's number, as C takes one; -1 is none."""
    value = index(value)
    if not -1 <= value < 1 << 32:
        raise OverflowError(f"{what} is {'less than minimum' if value < 0 else 'greater than maximum'}")
    return -1 if value == (1 << 32) - 1 else value


def sysconf(name, /):
    """Return an integer-valued system configuration variable."""
    if name in ("SC_OPEN_MAX", os.sysconf_names.get("SC_OPEN_MAX")):
        from resource import RLIMIT_NOFILE, getrlimit

        return getrlimit(RLIMIT_NOFILE)[0]
    return posix.sysconf(name)


def chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True):
    """Change the owner and group id of path to the numeric uid and gid."""
    if isinstance(path, int):
        return fchown(path, uid, gid)
    path = beneath(dir_fd, path)
    call("chown", path, _id(uid, "uid"), _id(gid, "gid"), bool(follow_symlinks), filename=path)


def lchown(path, uid, gid):
    """Change the owner and group id of path, without following symbolic links."""
    chown(path, uid, gid, follow_symlinks=False)


def fchown(fd, uid, gid):
    """Change the owner and group id of the file specified by file descriptor."""
    call("chown", f"/proc/self/fd/{index(fd)}", _id(uid, "uid"), _id(gid, "gid"), 1)


def mkfifo(path, mode=0o666, *, dir_fd=None):
    """Create a "fifo" (a POSIX named pipe)."""
    path = beneath(dir_fd, path)
    call("mkfifo", path, mode, filename=path)


def mknod(path, mode=0o600, device=0, *, dir_fd=None):
    """Create a file system node: a fifo or an empty file."""
    from stat import S_IFMT, S_IMODE, S_ISFIFO, S_ISREG

    if S_ISFIFO(mode):
        return mkfifo(path, S_IMODE(mode), dir_fd=dir_fd)
    if S_IFMT(mode) and not S_ISREG(mode):
        raise PermissionError(_EPERM, "device files cannot be made here; fifos and regular files can", path)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, S_IMODE(mode), dir_fd=dir_fd))


def getlogin():
    """Return the actual login name."""
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def getgroups():
    """Return list of supplemental group IDs for the process."""
    return [os.getgid()]


def getpgrp():
    """Return the current process group id."""
    return os.getpgid(0)


def getsid(pid, /):
    """Call the system call getsid(pid) and return the result."""
    return number("getsid", pid)


def getresuid():
    """Return a tuple of the current process's real, effective, and saved user ids."""
    return (os.getuid(),) * 3


def getresgid():
    """Return a tuple of the current process's real, effective, and saved group ids."""
    return (os.getgid(),) * 3


def setuid(uid, /):
    """Set the current process's user id: to the one it has."""
    if _id(uid, "uid") != os.getuid():
        raise PermissionError(_EPERM, "the user of a process here is the one it started with")


def setgid(gid, /):
    """Set the current process's group id: to the one it has."""
    if _id(gid, "gid") != os.getgid():
        raise PermissionError(_EPERM, "the group of a process here is the one it started with")


seteuid, setegid = setuid, setgid


def setreuid(ruid, euid, /):
    """Set the current process's real and effective user ids: to the one it has."""
    for uid in (_id(ruid, "ruid"), _id(euid, "euid")):
        if uid != -1:
            setuid(uid)


def setregid(rgid, egid, /):
    """Set the current process's real and effective group ids: to the one it has."""
    for gid in (_id(rgid, "rgid"), _id(egid, "egid")):
        if gid != -1:
            setgid(gid)


def ctermid():
    """Return the name of the controlling terminal for this process."""
    return "/dev/tty"


def ttyname(fd, /):
    """Return the name of the terminal device connected to 'fd'."""
    call("isatty", fd)
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return "/dev/tty"


def tcgetpgrp(fd, /):
    """Return the process group associated with the terminal specified by fd."""
    return number("tcgetpgrp", fd)


def tcsetpgrp(fd, pgid, /):
    """Set the process group associated with the terminal specified by fd."""
    call("tcsetpgrp", fd, pgid)


def get_terminal_size(fd=1, /):
    """Return the size of the terminal window as (columns, lines)."""
    reply = call("winsize", fd)
    return os.terminal_size((int(reply[2]), int(reply[1])))


def getloadavg():
    """Return average recent system load information."""
    try:
        with open("/proc/loadavg") as file:
            return tuple(map(float, file.read().split()[:3]))
    except OSError:
        raise OSError("Load averages are unobtainable") from None


def nice(increment, /):
    """Add increment to the priority of process and return the new priority: there is one priority."""
    return 0


def getpriority(which, who):
    """Return program scheduling priority: there is one."""
    return 0


def sched_getaffinity(pid, /):
    """Return the affinity of the process identified by pid."""
    return {0}


def sync():
    """Force write of everything to disk: it is there."""


def lockf(fd, command, length, /):
    """Apply, test or remove a POSIX lock on an open file descriptor; there is nobody to wait for."""
    os.fstat(fd)


def writev(fd, buffers, /):
    """Iterate over buffers, and write the contents of each to a file descriptor."""
    return os.write(fd, b"".join(buffers))


def readv(fd, buffers, /):
    """Read from a file descriptor fd into an iterable of buffers."""
    total = 0
    for buffer in buffers:
        view = memoryview(buffer).cast("B")
        data = os.read(fd, len(view))
        view[: len(data)] = data
        total += len(data)
        if len(data) < len(view):
            break
    return total
