"""The _posixsubprocess module: subprocess's own way to a child, made with the kernel's spawn."""

import os

from _vibengine import spawning


def fork_exec(
    args, executables, close_fds, fds_to_keep, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,
    errpipe_read, errpipe_write, restore_signals, start_new_session, process_group, gid, groups, uid, umask, preexec_fn, /,
):  # fmt: skip
    """Start the first of the executables that is there. What fails in the child is told through errpipe_write, as CPython's does."""
    if preexec_fn is not None:
        raise RuntimeError(
            "preexec_fn cannot run here: the child is a new process, not a fork; use cwd, env, umask, process_group or start_new_session"
        )
    _check_owner(uid, gid)
    if any(not isinstance(fd, int) or not last < fd < 1 << 31 for last, fd in zip((-1, *fds_to_keep), fds_to_keep)):
        raise ValueError("bad value(s) in fds_to_keep")
    copies = []
    try:
        streams = [_above(fd, to, copies) for to, fd in enumerate((p2cread, c2pwrite, errwrite))]
        actions = [(fd, to) for to, fd in enumerate(streams) if fd >= 0]
        kept = {fd for fd in fds_to_keep if fd != errpipe_write}
        for fd, inheritable in spawning.open_fds():
            if fd in kept:
                actions.append((fd, fd))
            elif inheritable and close_fds:
                actions.append((fd, -1))
        group = spawning.OWN_SESSION if start_new_session else process_group
        return _start(args, executables, cwd, env, actions, group, restore_signals, umask, errpipe_write)
    finally:
        for fd in copies:
            os.close(fd)


def _start(args, executables, cwd, env, actions, group, restore_signals, umask, errpipe_write):
    if cwd is not None and not os.path.isdir(cwd):
        error = "ENOTDIR" if os.path.exists(cwd) else "ENOENT"
        return _fail(errpipe_write, getattr(__import__("errno"), error), b"noexec:chdir")
    if cwd is not None:
        # The child is in its directory when it looks for the program.
        executables = [os.path.join(os.fsencode(cwd), path) for path in executables]
    old = os.umask(umask) if umask >= 0 else None
    try:
        return spawning.spawn_found(
            executables,
            [os.fsencode(word) for word in args],
            spawning.environment(None) if env is None else env,
            cwd=os.fsencode(cwd) if cwd is not None else b"",
            actions=actions,
            group=group,
            restore_signals=restore_signals,
        )
    except OSError as error:
        return _fail(errpipe_write, error.errno, b"")
    finally:
        if old is not None:
            os.umask(old)


def _above(fd, to, copies):
    """An fd below 3 that must not be overwritten before it is used, as a copy."""
    if 0 <= fd < 3 and fd != to:
        fd = os.dup(fd)
        copies.append(fd)
    return fd


def _check_owner(uid, gid):
    if (uid is not None and uid >= 0 and uid != os.getuid()) or (gid is not None and gid >= 0 and gid != os.getgid()):
        raise PermissionError(63, "a process here runs as the user and group of its parent")


def _fail(errpipe_write, errno, message):
    """Tells subprocess what went wrong, and returns the pid of no child."""
    os.write(errpipe_write, b"OSError:%x:%s" % (errno, message))
    return _NOBODY


# waitpid of this one is ChildProcessError, which subprocess expects after a failure.
_NOBODY = 0x7FFFFFFF
