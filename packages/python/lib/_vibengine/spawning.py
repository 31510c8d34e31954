"""Starts processes: the one place that makes `spawn` frames."""

import os
import posix
from errno import EACCES

import _signal
from _vibengine import masks, patch_os
from _vibengine.host import call, number

# What a parent that is Python ignores, and its children are not to.
_PYTHONS_OWN = (_signal.SIGPIPE, _signal.SIGXFSZ)
OWN_GROUP, OWN_SESSION, SAME_GROUP = 0, -2, -1


def environment(env):
    """An environment as the list of bytes K=V that a frame holds; None is the caller's own."""
    if env is None:
        env = {key: value for key, value in (posix.environ | patch_os.changed).items() if value is not None}
    items = []
    # As C reads a mapping: all keys, then all values.
    for key, value in zip(list(env.keys()), list(env.values())):
        key, value = os.fsencode(key), os.fsencode(value)
        if b"=" in key or not key:
            raise ValueError("illegal environment variable name")
        items.append(key + b"=" + value)
    return items


def spawn(path, argv, env, cwd=b"", actions=(), group=SAME_GROUP, restore_signals=True):
    """Starts the program at `path`; `env` as environment() makes it, `actions` pairs of fds. Returns the pid, or raises OSError."""
    flat = [fd for pair in actions for fd in pair]
    ignores = restore_signals and any(_signal.getsignal(signal) == _signal.SIG_IGN for signal in _PYTHONS_OWN)
    if ignores:
        masks.tell(_PYTHONS_OWN)
    try:
        while True:
            try:
                return number("spawn", path, cwd, len(argv), *argv, len(env), *env, len(actions), *flat, group)
            except InterruptedError:
                pass
            except IsADirectoryError:
                raise PermissionError(EACCES, os.strerror(EACCES)) from None
    finally:
        if ignores:
            masks.tell()


def open_fds():
    """This process's fds from 3 on, with whether each is inheritable."""
    found = []
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        names = range(3, 64)
    for fd in sorted(map(int, names)):
        if fd > 2:
            try:
                found.append((fd, call("getcloexec", fd)[0] == b"0"))
            except OSError:
                pass
    return found


def search(file, env):
    """The paths at which PATH may have the program."""
    name = os.fsencode(file)
    if b"/" in name:
        return [name]
    return [os.path.join(os.fsencode(directory), name) for directory in os.get_exec_path(env)]


def spawn_found(paths, argv, env, **how):
    """spawn() at the first of the paths where there is a program; the error is that of a file that is there but cannot run."""
    worst = None
    for path in paths:
        try:
            return spawn(path, argv, env, **how)
        except (FileNotFoundError, NotADirectoryError) as error:
            worst = worst or error
        except OSError as error:
            if worst is None or isinstance(worst, (FileNotFoundError, NotADirectoryError)):
                worst = error
    raise worst


# A wait status as waitpid's macros read it: the kernel tells an exit code, or 128 + signal, or 256 + stop signal.
_LAST_SIGNAL = 31


def wait_status(told):
    """The kernel's status as a wait status. A program that ended with 129 to 159 looks like one that a signal killed."""
    if told >= 256:
        return (told - 256) << 8 | 0x7F
    if 128 < told <= 128 + _LAST_SIGNAL:
        return told - 128
    return told << 8
