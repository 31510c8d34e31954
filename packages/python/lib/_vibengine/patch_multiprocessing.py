"""multiprocessing: its module is there, and starting something says why it cannot."""

_REFUSED = "multiprocessing needs fork and shared memory, which processes here do not have; use subprocess, or do the work in this process"
_STARTERS = """Manager Pipe Lock RLock Condition Semaphore BoundedSemaphore Event Barrier Queue JoinableQueue SimpleQueue Pool
RawValue RawArray Value Array"""


def _refuse(*args, **kwargs):
    raise OSError(52, _REFUSED)


def apply(module):
    """Replaces what would start a process or make something for one, in multiprocessing or concurrent.futures.process."""
    if hasattr(module, "ProcessPoolExecutor"):
        module.ProcessPoolExecutor.__init__ = _refuse
        return
    from multiprocessing import context, process

    process.BaseProcess.start = _refuse
    for name in _STARTERS.split():
        setattr(context.BaseContext, name, _refuse)
        setattr(module, name, _refuse)
