"""rich without threads: what is shown live is refreshed as it changes, not by a thread beside it. pip's own copy too."""

from time import monotonic


class _Clock:
    """Stands for rich's refreshing thread; whoever changes something says so, and it refreshes if it is time."""

    def __init__(self, live, per_second):
        self._live = live
        self._pause = 1 / per_second
        self._last = monotonic()

    def start(self):
        pass

    def stop(self):
        pass

    def join(self, timeout=None):
        pass

    def tick(self):
        now = monotonic()
        if now - self._last >= self._pause:
            self._last = now
            self._live.refresh()


def _ticking(method, live_of):
    def call(self, *args, **kwargs):
        result = method(self, *args, **kwargs)
        clock = live_of(self)._refresh_thread
        if clock is not None:
            clock.tick()
        return result

    return call


def apply(module):
    if module.__name__.endswith(".live"):
        module._RefreshThread = _Clock
        module.Live.update = _ticking(module.Live.update, lambda live: live)
    else:
        for name in ("update", "advance"):
            setattr(module.Progress, name, _ticking(getattr(module.Progress, name), lambda progress: progress.live))
