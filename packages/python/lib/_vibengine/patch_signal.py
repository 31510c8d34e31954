"""signal: keeps the kernel's masks in step with the handlers, and has the calls that need the kernel."""

import os
from errno import EINVAL

import _signal
from _vibengine import masks
from _vibengine.host import call
from _vibengine.patch_os import sleep

# A sleep that a signal ends; how long one of them is does not matter.
_WAIT_S = 3600.0


# The fd of set_wakeup_fd, and the handlers that _waking_up stands before while there is one.
_wakeup = -1
_handlers = {}
_plain_signal, _plain_getsignal = _signal.signal, _signal.getsignal


def apply(module):
    """Replaces and adds functions of the signal module."""

    def signal(signalnum, handler):
        """Set the action for the given signal: SIG_DFL, SIG_IGN, or a callable Python object."""
        old = getsignal(signalnum)
        _set(module._enum_to_int(signalnum), module._enum_to_int(handler))
        return old

    plain_getsignal = module.getsignal

    def getsignal(signalnum):
        """Return the current action for the given signal."""
        return _handlers.get(signalnum) or plain_getsignal(signalnum)

    module.signal, module.getsignal = signal, getsignal
    _signal.signal = _set
    module.alarm, module.pause, module.setitimer, module.getitimer = alarm, pause, setitimer, getitimer
    module.ITIMER_REAL, module.ITIMER_VIRTUAL, module.ITIMER_PROF = 0, 1, 2
    module.ItimerError = OSError
    module.siginterrupt, module.set_wakeup_fd = siginterrupt, set_wakeup_fd
    module.sigwait, module.sigtimedwait = sigwait, sigtimedwait
    module.pthread_sigmask, module.sigpending = pthread_sigmask, sigpending
    module.Sigmasks = module._IntEnum("Sigmasks", {"SIG_BLOCK": 0, "SIG_UNBLOCK": 1, "SIG_SETMASK": 2}, module="signal")
    module.__dict__.update(module.Sigmasks.__members__)
    module.raise_signal, module.valid_signals = raise_signal, valid_signals
    for name in dir(module):
        if getattr(getattr(module, name), "__module__", None) == __name__:
            getattr(module, name).__module__ = "signal"


def _set(signalnum, handler, /):
    """Sets a handler in the interpreter, and tells the kernel."""
    if signalnum in (_signal.SIGKILL, _signal.SIGSTOP):
        raise OSError(EINVAL, os.strerror(EINVAL))
    proxied = _wakeup >= 0 and callable(handler)
    old = _plain_signal(signalnum, _waking_up(handler) if proxied else handler)
    old = _handlers.pop(signalnum, old)
    if proxied:
        _handlers[signalnum] = handler
    masks.tell()
    return old


def set_wakeup_fd(fd, /, *, warn_on_full_buffer=True):
    """Sets the fd to be written to (with the signal number) when a signal comes in; -1: none. Returns the old one."""
    global _wakeup
    if fd >= 0:
        os.fstat(fd)
        if os.get_blocking(fd):
            raise ValueError(f"the fd {fd} must be in non-blocking mode")
    old, _wakeup = _wakeup, fd if fd >= 0 else -1
    for number in range(1, _signal.NSIG):
        handler = _handlers.get(number) or _plain_getsignal(number)
        if callable(handler) and (_wakeup >= 0) != (number in _handlers):
            _set(number, handler)
    return old


def _waking_up(handler):
    def wake(number, frame):
        try:
            os.write(_wakeup, bytes((number,)))
        except OSError:
            pass
        return handler(number, frame)

    return wake


def raise_signal(signalnum, /):
    """Send a signal to the executing process."""
    os.kill(os.getpid(), signalnum)


def alarm(seconds, /):
    """Arrange for SIGALRM to arrive after the given number of seconds."""
    left = call("alarm", seconds * 1000, 0)[1]
    return -(-int(left) // 1000)


_every = 0.0


def setitimer(which, seconds, interval=0.0, /):
    """Sets given itimer (ITIMER_REAL alone is there) and returns the old values, a tuple: (delay, interval)."""
    global _every
    if which != 0:
        raise OSError(EINVAL, "only ITIMER_REAL is there: the processor time of one process is not counted")
    old = _every
    ms = _milliseconds(seconds)
    left = int(call("alarm", ms, _milliseconds(interval) if ms else 0)[1])
    _every = interval if ms else 0.0
    return left / 1000, old


def _milliseconds(seconds):
    """Whole milliseconds, at least 1 for what is above 0."""
    return max(1, round(seconds * 1000)) if seconds > 0 else 0


def getitimer(which, /):
    """Returns current value of given itimer."""
    old = setitimer(which, 0)
    if old[0]:
        setitimer(which, *old)
    return old


class _Woken(BaseException):
    """Ends a wait; raised by the handlers that stand in during it."""

    def __init__(self, number):
        self.number = number


def _wait(handlers, timeout=None):
    """Waits with these handlers in place; the number of the signal whose handler ended it, or None after `timeout` seconds."""
    old = {number: _plain_getsignal(number) for number in handlers}
    try:
        try:
            for number, handler in handlers.items():
                _signal.signal(number, handler)
            if timeout is None:
                while True:
                    sleep(_WAIT_S)
            sleep(timeout)
            return None
        except _Woken as woken:
            return woken.number
    finally:
        for number, handler in handlers.items():
            if _plain_getsignal(number) is handler:
                _signal.signal(number, old[number])


def _waking(handler):
    def wake(number, frame):
        handler(number, frame)
        raise _Woken(number)

    return wake


def pause():
    """Wait until a signal arrives whose handler is called."""
    found = ((number, _plain_getsignal(number)) for number in range(1, _signal.NSIG))
    _wait({number: _waking(handler) for number, handler in found if callable(handler)})


def sigwait(sigset, /):
    """Wait for a signal of the set; returns its number. It need not be blocked."""
    from signal import Signals

    return Signals(_wait(_ending(sigset)))


def sigtimedwait(sigset, timeout, /):
    """Like sigwait(), but with a timeout in seconds: None when it is over. Of a siginfo it has the number alone."""
    if timeout < 0:
        raise ValueError("timeout must be non-negative")
    from types import SimpleNamespace

    number = _wait(_ending(sigset), timeout)
    return None if number is None else SimpleNamespace(si_signo=number, si_code=0, si_errno=0, si_pid=0, si_uid=0, si_status=0, si_band=0)


def _ending(sigset):
    def end(number, frame):
        raise _Woken(number)

    return {int(number): end for number in sigset}


def siginterrupt(signalnum, flag, /):
    """Change system call restart behaviour: calls are always started again, as PEP 475 has it."""


def valid_signals():
    """Return a set of valid signal numbers on this platform."""
    from signal import Signals

    return {Signals(n) if n in Signals._value2member_map_ else n for n in range(1, _signal.NSIG)}


def pthread_sigmask(how, mask, /):
    """Fetch and/or change the signal mask: nothing is ever blocked here."""
    if how not in (0, 1, 2):
        raise OSError(EINVAL, os.strerror(EINVAL))
    if mask:
        raise OSError(52, "signals cannot be blocked here; set a handler with signal.signal, or ignore them with SIG_IGN")
    return set()


def sigpending():
    """Examine pending signals: none is ever blocked."""
    return set()
