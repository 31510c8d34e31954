"""threading: there is one thread. Locks, conditions and events wait for what signal handlers and timers do; timers run while it waits.

A wait for a lock that the interpreter's own locks would make traps in this build, so that waiting is made of sleeps here.
"""

import _thread

from heapq import heappop, heappush
from itertools import count
from time import monotonic

from _vibengine import patch_os

_REFUSED = (
    "can't start new thread: a process has one thread here; use asyncio for what waits, subprocess for work beside it,"
    " or call the function itself"
)
_plain_lock = _thread.allocate_lock
_plain_sleep = patch_os._sleep
_WAIT_S = 3600.0


def refuse(*args, **kwargs):
    """Stands for everything that would start a thread."""
    raise RuntimeError(_REFUSED)


class Lock:
    """A lock object is a synchronization primitive; see help(threading.Lock)."""

    __slots__ = ("__weakref__", "_take", "locked", "release")

    def __init__(self):
        lock = _plain_lock()
        self._take, self.release, self.locked = lock.acquire, lock.release, lock.locked

    def acquire(self, blocking=True, timeout=-1):
        """Lock the lock; without a timeout, wait for it however long that takes."""
        if self._take(False):
            return True
        if not blocking or timeout == 0:
            # Says what is wrong with a timeout, too.
            return self._take(blocking, timeout)
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        ends = monotonic() + timeout if timeout >= 0 else None
        while not self._take(False):
            left = _WAIT_S if ends is None else ends - monotonic()
            if left <= 0:
                return False
            pause(left)
        return True

    __enter__ = acquire

    def __exit__(self, *error):
        self.release()

    def _at_fork_reinit(self):
        self.__init__()

    def __repr__(self):
        return f"<{'locked' if self.locked() else 'unlocked'} _thread.lock object at {id(self):#x}>"

    def __reduce__(self):
        raise TypeError("cannot pickle '_thread.lock' object")

    acquire_lock, release_lock, locked_lock = acquire, lambda self: self.release(), lambda self: self.locked()


Lock.__module__, Lock.__name__, Lock.__qualname__ = "_thread", "lock", "lock"

# Timers that are started: when they are due, which was first, the timer.
_timers = []
_order = count()


def pause(seconds):
    """Sleeps, at most until a timer is due or a signal comes, and runs the timers that are due."""
    if _timers:
        seconds = min(seconds, max(0.0, _timers[0][0] - monotonic()))
    _plain_sleep(seconds)
    while _timers and _timers[0][0] <= monotonic():
        heappop(_timers)[2]._fire()


def _make_timer(module):
    class Timer(module.Thread):
        """Call a function after a specified number of seconds: the next time that this thread waits or the program ends."""

        def __init__(self, interval, function, args=None, kwargs=None):
            super().__init__()
            self.interval, self.function = interval, function
            self.args, self.kwargs = args if args is not None else [], kwargs if kwargs is not None else {}
            self.finished = module.Event()
            self._done = False

        def start(self):
            """Start the timer."""
            if self._started.is_set():
                raise RuntimeError("threads can only be started once")
            if type(self).run is not Timer.run:
                refuse()
            self._started.set()
            patch_os._sleep = pause
            heappush(_timers, (monotonic() + self.interval, next(_order), self))

        def cancel(self):
            """Stop the timer if it hasn't finished yet."""
            self.finished.set()

        def run(self):
            """Call the function, unless the timer was stopped."""
            if not self.finished.is_set():
                self.function(*self.args, **self.kwargs)
            self.finished.set()

        def _fire(self):
            try:
                self.run()
            except SystemExit:
                pass
            except Exception as error:
                module.excepthook(module.ExceptHookArgs((type(error), error, error.__traceback__, self)))
            finally:
                self._done = True

        def is_alive(self):
            """Return whether the timer is running."""
            if self.finished.is_set():
                self._done = True
            return self._started.is_set() and not self._done

        def join(self, timeout=None):
            """Wait until the timer has run."""
            if not self._started.is_set():
                raise RuntimeError("cannot join thread before it is started")
            ends = None if timeout is None else monotonic() + timeout
            while self.is_alive():
                left = _WAIT_S if ends is None else ends - monotonic()
                if left <= 0:
                    return
                pause(left)

    Timer.__module__, Timer.__qualname__ = "threading", "Timer"
    return Timer


def _finish():
    """Before the program ends, its timers run, as threads would be joined."""
    for _, _, timer in _timers[:]:
        if not timer.daemon:
            timer.join()


def _apply_to_threading(module):
    for name in ("Lock", "_allocate_lock", "_LockType"):
        setattr(module, name, Lock)
    _thread.allocate_lock = _thread.allocate = Lock
    module._start_joinable_thread = refuse
    _thread.start_new_thread = _thread.start_new = _thread.start_joinable_thread = refuse
    module._active_limbo_lock = module.RLock()
    module.Timer = _make_timer(module)
    module._register_atexit(_finish)


def _apply_to_pool(module):
    """ThreadPoolExecutor runs what it is given at once, in the one thread, and returns a future that is done."""
    pool = module.ThreadPoolExecutor
    queue_up = pool.submit
    pool._adjust_thread_count = lambda self: None

    def submit(self, fn, /, *args, **kwargs):
        future = queue_up(self, fn, *args, **kwargs)
        _work(self)
        return future

    submit.__doc__ = queue_up.__doc__
    pool.submit = submit


def _work(pool):
    context = getattr(pool, "_own_context", None)
    if context is None:
        context = pool._create_worker_context()
        try:
            context.initialize()
        except BaseException:
            pool._initializer_failed()
            raise
        pool._own_context = context
    while pool._work_queue.qsize():
        pool._work_queue.get_nowait().run(context)


def _apply_to_queue(module):
    module.SimpleQueue = module._PySimpleQueue


def apply(module):
    """Patches threading, concurrent.futures.thread or queue."""
    {"threading": _apply_to_threading, "concurrent.futures.thread": _apply_to_pool, "queue": _apply_to_queue}[module.__name__](module)
