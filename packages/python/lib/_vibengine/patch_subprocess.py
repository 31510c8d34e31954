"""subprocess: CPython's own, which on this platform refuses to start anything; given a _posixsubprocess, it does."""

import os


def apply(module):
    """Undoes what subprocess decided by the platform's name."""
    from _posixsubprocess import fork_exec

    module._can_fork_exec = True
    module._fork_exec = fork_exec
    safe = module._del_safe
    safe.waitpid, safe.waitstatus_to_exitcode = os.waitpid, os.waitstatus_to_exitcode
    safe.WIFSTOPPED, safe.WSTOPSIG, safe.WNOHANG = os.WIFSTOPPED, os.WSTOPSIG, os.WNOHANG
    safe.ECHILD = module.errno.ECHILD
