"""asyncio: the event loop wakes itself through a pipe, and children and signals are watched without threads and sockets."""

import os

# How often a child that runs is asked after: 1 ms at first, then ever less.
_FIRST_LOOK_S = 0.001
_LAST_LOOK_S = 0.02


class _End:
    """An end of the loop's own pipe, with what the loop calls on a socket."""

    def __init__(self, fd):
        os.set_blocking(fd, False)
        self._fd = fd

    def fileno(self):
        return self._fd

    def recv(self, size):
        return os.read(self._fd, size)

    def send(self, data):
        return os.write(self._fd, data)

    def close(self):
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def _make_self_pipe(self):
    self._ssock, self._csock = map(_End, os.pipe())
    self._internal_fds += 1
    self._add_reader(self._ssock.fileno(), self._read_from_self)


async def shutdown_default_executor(self, timeout=None):
    """Schedule the shutdown of the default executor, which has nothing left to do."""
    self._executor_shutdown_called = True
    if self._default_executor is not None:
        self._default_executor.shutdown(wait=False)


class _ChildWatcher:
    """Asks after each child with waitpid until it has ended."""

    def add_child_handler(self, pid, callback, *args):
        from asyncio import events

        self._look(events.get_running_loop(), pid, callback, args, _FIRST_LOOK_S)

    def _look(self, loop, pid, callback, args, delay):
        from asyncio.unix_events import waitstatus_to_exitcode

        try:
            child, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            child, code = pid, 255
        else:
            code = waitstatus_to_exitcode(status) if child else None
        if child:
            loop.call_soon(callback, pid, code, *args)
        elif not loop.is_closed():
            loop.call_later(delay, self._look, loop, pid, callback, args, min(delay * 2, _LAST_LOOK_S))


def _signals(module):
    import signal

    from asyncio import coroutines, events

    def add_signal_handler(self, sig, callback, *args):
        """Add a handler for a signal.  UNIX only."""
        if coroutines.iscoroutine(callback) or coroutines._iscoroutinefunction(callback):
            raise TypeError("coroutines cannot be used with add_signal_handler()")
        self._check_signal(sig)
        self._check_closed()
        self._signal_handlers[sig] = events.Handle(callback, args, self, None)
        try:
            signal.signal(sig, lambda number, frame: self._handle_signal(number))
        except OSError:
            del self._signal_handlers[sig]
            raise RuntimeError(f"sig {sig} cannot be caught") from None

    def remove_signal_handler(self, sig):
        """Remove a handler for a signal.  UNIX only."""
        self._check_signal(sig)
        if self._signal_handlers.pop(sig, None) is None:
            return False
        signal.signal(sig, signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL)
        return True

    module._UnixSelectorEventLoop.add_signal_handler = add_signal_handler
    module._UnixSelectorEventLoop.remove_signal_handler = remove_signal_handler


def apply(module):
    """Patches asyncio.unix_events and, through it, the loops beneath."""
    loop = module._UnixSelectorEventLoop
    loop._make_self_pipe = _make_self_pipe
    loop.shutdown_default_executor = shutdown_default_executor
    # A pipe's writing end may look readable; that nobody reads it any more is learnt by writing.
    module._UnixWritePipeTransport._read_ready = lambda self: self._loop._remove_reader(self._fileno)
    module._ThreadedChildWatcher = _ChildWatcher
    module.can_use_pidfd = lambda: False
    _signals(module)
