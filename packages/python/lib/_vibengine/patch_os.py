"""The os functions that preview1 has no call for: ids, modes, the working directory, stat with permissions and owners.

Loaded at every start, with those for fds in os_fds.py; what few programs use is in os_process.py, os_more.py and directory.py, found by the
module's __getattr__.
"""

import builtins
import genericpath
import os
import posix
import sys
import time
from time import monotonic
from time import sleep as _sleep

from _vibengine import os_fds
from _vibengine.host import call, number
from _vibengine.os_fds import current_umask, umask

_PROCESS = frozenset(
    """P_NOWAIT P_NOWAITO P_WAIT WNOHANG WUNTRACED WCONTINUED POSIX_SPAWN_OPEN POSIX_SPAWN_CLOSE POSIX_SPAWN_DUP2
    kill killpg posix_spawn posix_spawnp spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe system wait wait3 wait4
    waitpid waitstatus_to_exitcode WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG WIFSTOPPED WSTOPSIG WIFCONTINUED WCOREDUMP""".split()
)
_MORE = frozenset(
    """PRIO_PROCESS PRIO_PGRP PRIO_USER chown lchown fchown ctermid getgroups getloadavg getlogin getpgrp getpriority getresgid
    getresuid getsid tcgetpgrp tcsetpgrp ttyname get_terminal_size mkfifo mknod nice setgid setuid setegid seteuid setregid
    setreuid sched_getaffinity sync lockf readv writev sysconf""".split()
)

# What putenv and unsetenv have made of the environment that the process started with; os.environ calls them.
changed = {}


def __getattr__(name):
    """os.NAME for what is not there from the start."""
    home = "os_process" if name in _PROCESS else "os_more" if name in _MORE else "directory" if name == "DirEntry" else None
    if home:
        from importlib import import_module

        module = import_module(f"_vibengine.{home}")
        value = getattr(module, name)
        setattr(os, name, value)
        return value
    raise AttributeError(f"module 'os' has no attribute {name!r}", name=name, obj=os)


def getuid():
    """Return the current process's user id."""
    return int(call("uid")[1])


def getgid():
    """Return the current process's group id."""
    return int(call("uid")[2])


def getpid():
    """Return the current process id."""
    return number("getpid")


def getppid():
    """Return the parent's process id."""
    return number("getppid")


def getpgid(pid):
    """Call the system call getpgid(), and return the result."""
    return number("getpgid", pid)


def setpgid(pid, pgrp, /):
    """Call the system call setpgid(pid, pgrp)."""
    call("setpgid", pid, pgrp)


def setpgrp():
    """Make the current process the leader of its process group."""
    call("setpgid", 0, 0)


def setsid():
    """Call the system call setsid()."""
    call("setsid")


def chdir(path):
    """Change the current working directory to the specified path."""
    if isinstance(path, int):
        return fchdir(path)
    call("chdir", path, filename=path)
    posix.chdir(call("getcwd")[1])


def fchdir(fd):
    """Change to the directory of the given file descriptor."""
    if not isinstance(fd, int):
        fd = fd.fileno()
    call("fchdir", fd)
    posix.chdir(call("getcwd")[1])


def chmod(path, mode, *, dir_fd=None, follow_symlinks=True):
    """Change the access permissions of a file."""
    if isinstance(path, int):
        return fchmod(path, mode)
    path = beneath(dir_fd, path)
    call("chmod", path, mode, bool(follow_symlinks), filename=path)


def fchmod(fd, mode):
    """Change the access permissions of the file given by file descriptor fd."""
    call("fchmod", fd, mode)


def beneath(dir_fd, path):
    """A path relative to an open directory, as one that needs no directory."""
    path = os.fspath(path)
    if dir_fd is None or path[:1] in ("/", b"/"):
        return path
    directory = os.readlink(f"/proc/self/fd/{dir_fd}")
    return os.path.join(os.fsencode(directory) if isinstance(path, bytes) else directory, path)


def _complete(plain, reply):
    """`plain` with the mode and owner that the kernel tells."""
    mode, uid, gid = int(reply[1]), int(reply[2]), int(reply[3])
    return os.stat_result(
        (
            mode,
            plain.st_ino,
            plain.st_dev,
            plain.st_nlink,
            uid,
            gid,
            plain.st_size,
            int(plain.st_atime),
            int(plain.st_mtime),
            int(plain.st_ctime),
            plain.st_atime,
            plain.st_mtime,
            plain.st_ctime,
            plain.st_atime_ns,
            plain.st_mtime_ns,
            plain.st_ctime_ns,
            plain.st_blksize or 4096,
            plain.st_blocks or (plain.st_size + 511) // 512,
            plain.st_rdev,
        )
    )


def stat(path, *, dir_fd=None, follow_symlinks=True):
    """Perform a stat system call on the given path."""
    plain = posix.stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
    try:
        if isinstance(path, int):
            reply = call("fstat", path)
        else:
            reply = call("stat", path if dir_fd is None else beneath(dir_fd, path), bool(follow_symlinks))
    except OSError:
        return plain
    return _complete(plain, reply)


def lstat(path, *, dir_fd=None):
    """Perform a stat system call on the given path, without following symbolic links."""
    if isinstance(path, int):
        # Says what a path may be.
        posix.lstat(path)
    return stat(path, dir_fd=dir_fd, follow_symlinks=False)


def fstat(fd):
    """Perform a stat system call on the given file descriptor."""
    return _complete(posix.fstat(fd), call("fstat", fd))


def access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
    """Use the real uid/gid to test for access to a path."""
    try:
        call("access", beneath(dir_fd, path), mode)
    except OSError:
        return False
    return True


def mkdir(path, mode=0o777, *, dir_fd=None):
    """Create a directory."""
    posix.mkdir(path, mode, dir_fd=dir_fd)
    if mode & 0o777 != 0o777:
        chmod(path, mode & ~current_umask(), dir_fd=dir_fd)


def scandir(path=None):
    """Return an iterator of DirEntry objects for given path."""
    from _vibengine.directory import scan

    return scan(path)


def fork():
    """Always fails: a WebAssembly process cannot be copied while it runs."""
    raise OSError(52, "fork is not possible here: a WebAssembly process cannot be copied; use subprocess or os.posix_spawn")


def register_at_fork(*, before=None, after_in_child=None, after_in_parent=None):
    """Register callables to be called when forking a new process, which never happens."""


def popen(cmd, mode="r", buffering=-1):
    """Open a pipe to or from a command: a file whose close() returns the command's wait status, or None for success."""
    from _vibengine.os_process import popen

    return popen(cmd, mode, buffering)


def execv(path, argv, /):
    """Run the program at `path` instead of this one; see _vibengine.os_process.execve."""
    from _vibengine.os_process import execv

    execv(path, argv)


def execve(path, argv, env):
    """Run the program at `path` instead of this one; see _vibengine.os_process.execve."""
    from _vibengine.os_process import execve

    execve(path, argv, env)


def cpu_count():
    """Return the number of logical CPUs in the system: one, unless -X cpu_count or PYTHON_CPU_COUNT says another."""
    told = sys._xoptions.get("cpu_count") or (None if sys.flags.ignore_environment else os.environ.get("PYTHON_CPU_COUNT"))
    return int(told) if told and told != "default" else 1


def putenv(name, value, /):
    """Change or add an environment variable."""
    posix.putenv(name, value)
    changed[os.fsencode(name)] = os.fsencode(value)


def unsetenv(name, /):
    """Delete an environment variable."""
    posix.unsetenv(name)
    changed[os.fsencode(name)] = None


def _clearenv():
    posix._clearenv()
    changed.update(dict.fromkeys((*posix.environ, *changed)))


def uname():
    """Return an object identifying the current operating system."""
    try:
        with builtins.open("/etc/hostname") as file:
            name = file.read().strip()
    except OSError:
        name = "localhost"
    return posix.uname_result(("vibengine", name, "1", "1", "wasm32"))


def sleep(seconds, /):
    """Delay execution for a given number of seconds; a signal whose handler returns does not shorten it (PEP 475)."""
    # To the C library a sleep that a signal ended is one that is over.
    if not isinstance(seconds, (int, float)):
        return _sleep(seconds)
    ends = monotonic() + seconds if seconds > 0 else 0
    _sleep(seconds)
    while seconds > 0 and (left := ends - monotonic()) > 0:
        _sleep(left)


geteuid, getegid, process_cpu_count = getuid, getgid, cpu_count

_NAMES = """getuid geteuid getgid getegid getpid getppid getpgid setpgid setpgrp setsid umask chdir fchdir chmod fchmod stat lstat fstat
access mkdir scandir fork register_at_fork popen execv execve cpu_count process_cpu_count uname putenv
unsetenv __getattr__"""


def apply(module):
    """Puts the functions into os."""
    own = globals() | {name: getattr(os_fds, name) for name in os_fds.NAMES}
    for name in (*os_fds.NAMES, *_NAMES.split()):
        module.__dict__[name] = own[name]
        if name != "__getattr__":
            own[name].__module__ = "posix"
    module.__all__ += [name for name in (*os_fds.NAMES, *_NAMES.split()[:-1], *sorted(_PROCESS), *sorted(_MORE)) if name not in module.__all__]
    # Those of this build are not the ones of __getattr__.
    for name in ("DirEntry", "sysconf"):
        module.__dict__.pop(name, None)
    module._clearenv = _clearenv
    sleep.__module__ = "time"
    time.sleep = sleep
    # os.path.exists and the like need no modes, and are called often.
    genericpath.os = posix
    for functions in (module.supports_fd, module.supports_follow_symlinks, module.supports_dir_fd):
        functions |= {own[f.__name__] for f in functions if f.__name__ in own}
    module.supports_fd.update((chmod, chdir, stat))
    module.supports_follow_symlinks.add(stat)
