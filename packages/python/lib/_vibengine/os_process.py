"""os: starting processes and waiting for them."""

import os

import _signal
from _vibengine import spawning
from _vibengine.host import call, persist

P_WAIT, P_NOWAIT = 0, 1
P_NOWAITO = P_NOWAIT
WNOHANG, WUNTRACED, WCONTINUED = 1, 2, 8
POSIX_SPAWN_OPEN, POSIX_SPAWN_CLOSE, POSIX_SPAWN_DUP2 = 0, 1, 2


def kill(pid, signal, /):
    """Kill a process with a signal. One's own handlers have run when this returns."""
    call("kill", pid, signal)


def killpg(pgid, signal, /):
    """Kill a process group with a signal."""
    if pgid < 0:
        raise ProcessLookupError(71, "No such process")
    call("kill", -pgid, signal)


def wait():
    """Wait for completion of a child process."""
    return waitpid(-1, 0)


def waitpid(pid, options, /):
    """Wait for completion of a given child process: (pid, status)."""
    reply = persist("wait", pid, options & 3)
    child = int(reply[1])
    return child, spawning.wait_status(int(reply[2])) if child else 0


def wait4(pid, options):
    """Wait for completion of a specific child process: (pid, status, rusage)."""
    import resource

    return *waitpid(pid, options), resource.getrusage(resource.RUSAGE_CHILDREN)


def wait3(options):
    """Wait for completion of a child process: (pid, status, rusage)."""
    return wait4(-1, options)


def waitstatus_to_exitcode(status):
    """Convert a wait status to an exit code: minus the signal's number for a program that one killed."""
    if WIFSTOPPED(status):
        raise ValueError(f"process stopped by delivery of signal {WSTOPSIG(status)}")
    return -WTERMSIG(status) if WIFSIGNALED(status) else WEXITSTATUS(status)


def WIFEXITED(status):
    """Return True if the process returning status exited via the exit() system call."""
    return status & 0x7F == 0


def WEXITSTATUS(status):
    """Return the process return code from status."""
    return status >> 8 & 0xFF


def WIFSIGNALED(status):
    """Return True if the process returning status was terminated by a signal."""
    return 0 < status & 0x7F < 0x7F


def WTERMSIG(status):
    """Return the signal that terminated the process that provided the status value."""
    return status & 0x7F


def WIFSTOPPED(status):
    """Return True if the process returning status was stopped."""
    return status & 0xFF == 0x7F


def WSTOPSIG(status):
    """Return the signal that stopped the process that provided the status value."""
    return status >> 8 & 0xFF


def WIFCONTINUED(status):
    """Return True if a particular process was continued from a job control stop."""
    return status == 0xFFFF


def WCOREDUMP(status, /):
    """Return True if the process returning status was dumped to a core file."""
    return False


def system(command):
    """Execute the command in a subshell; returns its wait status."""
    pid = spawning.spawn(b"/bin/sh", [b"sh", b"-c", os.fsencode(command)], spawning.environment(None))
    old = _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    try:
        return waitpid(pid, 0)[1]
    finally:
        _signal.signal(_signal.SIGINT, old)


def popen(cmd, mode="r", buffering=-1):
    """Open a pipe to or from a command: a file whose close() returns the command's wait status, or None for success."""
    if not isinstance(cmd, str):
        raise TypeError(f"invalid cmd type ({type(cmd)}, expected string)")
    if mode not in ("r", "w"):
        raise ValueError(f"invalid mode {mode!r}")
    if buffering == 0 or buffering is None:
        raise ValueError("popen() does not support unbuffered streams")
    import subprocess

    reads = mode == "r"
    proc = subprocess.Popen(
        cmd, shell=True, text=True, bufsize=buffering, **({"stdout": subprocess.PIPE} if reads else {"stdin": subprocess.PIPE})
    )
    return os._wrap_close(proc.stdout if reads else proc.stdin, proc)


def _words(argv, name):
    if not isinstance(argv, (list, tuple)):
        raise TypeError(f"{name}() arg 2 must be a tuple or list")
    words = [os.fsencode(word) for word in argv]
    if not words or not words[0]:
        raise ValueError(f"{name}() arg 2 must not be empty" if not words else f"{name}() arg 2 first element cannot be empty")
    return words


def execve(path, argv, env):
    """Run the program at `path` instead of this one: it runs as a child, and this process ends with its status.

    Its pid is another one. What CPython has buffered is lost, as with the true call; atexit does not run.
    """
    _replace([os.fsencode(path)], _words(argv, "execve"), spawning.environment(env), path)


def execv(path, argv, /):
    """Run the program at `path` instead of this one; see execve."""
    _replace([os.fsencode(path)], _words(argv, "execv"), spawning.environment(None), path)


def _replace(paths, argv, env, name):
    try:
        pid = spawning.spawn_found(paths, argv, env, restore_signals=False)
    except OSError as error:
        error.filename = name
        raise
    # Signals of the terminal reach the child, too: it decides.
    for number in (_signal.SIGINT, _signal.SIGQUIT):
        _signal.signal(number, _signal.SIG_IGN)
    from _vibengine import masks

    masks.tell()
    status = waitpid(pid, 0)[1]
    if WIFSIGNALED(status):
        os._exit(128 + WTERMSIG(status))
    os._exit(WEXITSTATUS(status))


def _actions(file_actions):
    """Pairs of fds for posix_spawn's file_actions, and what to close in this process afterwards."""
    pairs, opened = [], []
    for kind, *rest in file_actions or ():
        if kind == POSIX_SPAWN_DUP2:
            pairs.append((rest[0], rest[1]))
        elif kind == POSIX_SPAWN_CLOSE:
            pairs.append((rest[0], -1))
        elif kind == POSIX_SPAWN_OPEN:
            fd, path, flags, mode = rest
            opened.append(os.open(path, flags, mode))
            pairs.append((opened[-1], fd))
        else:
            raise TypeError("Unknown file_actions identifier")
    return pairs, opened


def _spawn(paths, name, argv, env, file_actions, setpgroup, setsid):
    group = spawning.OWN_SESSION if setsid else spawning.SAME_GROUP if setpgroup is None else setpgroup
    pairs, opened = _actions(file_actions)
    try:
        return spawning.spawn_found(
            paths, _words(argv, "posix_spawn"), spawning.environment(env), actions=pairs, group=group, restore_signals=False
        )
    except OSError as error:
        error.filename = name
        raise
    finally:
        for fd in opened:
            os.close(fd)


def posix_spawn(
    path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None
):
    """Execute the program specified by path in a new process; returns its pid."""
    return _spawn([os.fsencode(path)], path, argv, env, file_actions, setpgroup, setsid)


def posix_spawnp(
    path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None
):
    """Execute the program specified by path, which PATH is searched for, in a new process; returns its pid."""
    return _spawn(spawning.search(path, env), path, argv, env, file_actions, setpgroup, setsid)


def _start(mode, paths, args, env):
    if not isinstance(args, (tuple, list)):
        raise TypeError("argv must be a tuple or a list")
    if not args or not args[0]:
        raise ValueError("argv first element cannot be empty")
    try:
        pid = spawning.spawn_found(paths, _words(args, "spawn"), spawning.environment(env), restore_signals=False)
    except OSError:
        if mode == P_WAIT:
            return 127
        # A forked child that cannot exec ends with 127.
        pid = spawning.spawn(b"/bin/sh", [b"sh", b"-c", b"exit 127"], spawning.environment(env))
    if mode == P_NOWAIT:
        return pid
    return waitstatus_to_exitcode(waitpid(pid, 0)[1])


def spawnv(mode, file, args):
    """Execute file with arguments from args in a subprocess; P_WAIT returns its exit code, P_NOWAIT its pid."""
    return _start(mode, [os.fsencode(file)], args, None)


def spawnve(mode, file, args, env):
    """spawnv with an environment."""
    return _start(mode, [os.fsencode(file)], args, env)


def spawnvp(mode, file, args):
    """spawnv that searches PATH."""
    return _start(mode, spawning.search(file, None), args, None)


def spawnvpe(mode, file, args, env):
    """spawnvp with an environment."""
    return _start(mode, spawning.search(file, env), args, env)


def spawnl(mode, file, *args):
    """spawnv with the arguments one by one."""
    return spawnv(mode, file, args)


def spawnle(mode, file, *args):
    """spawnl with an environment, the last argument."""
    return spawnve(mode, file, args[:-1], args[-1])


def spawnlp(mode, file, *args):
    """spawnl that searches PATH."""
    return spawnvp(mode, file, args)


def spawnlpe(mode, file, *args):
    """spawnlp with an environment, the last argument."""
    return spawnvpe(mode, file, args[:-1], args[-1])
