"""Which signals the kernel is to hand to the interpreter, and which it is to drop: what `signal.getsignal` says, as masks."""

import _signal
from _vibengine.host import call


def current(spared=()):
    """The masks of caught and of ignored signals, the latter without `spared`."""
    caught = ignored = 0
    for number in range(1, _signal.NSIG):
        handler = _signal.getsignal(number)
        if handler is _signal.SIG_IGN or handler == _signal.SIG_IGN:
            if number not in spared:
                ignored |= 1 << number
        elif handler is not None and handler != _signal.SIG_DFL:
            caught |= 1 << number
    # The kernel's masks have 32 bits.
    return caught & 0xFFFFFFFF, ignored & 0xFFFFFFFF


def tell(spared=()):
    """Tells the kernel."""
    call("signals", *current(spared))
