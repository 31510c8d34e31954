"""The resource module: processor time and limits, as far as there are any."""

import os
import time

from _vibengine.accounts import record

RLIM_INFINITY = -1
RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_AS = range(10)
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1
error = OSError
# One process's fds: 0 to 1022.
_FDS = 1023

struct_rusage = record(
    "struct_rusage",
    "ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt ru_majflt ru_nswap ru_inblock ru_oublock ru_msgsnd ru_msgrcv"
    " ru_nsignals ru_nvcsw ru_nivcsw",
)


def getrusage(who, /):
    """Resource usage: the processor time of this process; the rest is 0."""
    if who not in (RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD):
        raise ValueError("invalid who parameter")
    used = 0.0 if who == RUSAGE_CHILDREN else time.process_time()
    return struct_rusage(used, *[0.0], *[0] * 14)


def getrlimit(resource, /):
    """The soft and hard limit of a resource."""
    if not 0 <= resource < 16:
        raise ValueError("invalid resource specified")
    return (_FDS, _FDS) if resource == RLIMIT_NOFILE else (RLIM_INFINITY, RLIM_INFINITY)


def setrlimit(resource, limits, /):
    """Limits stand as they are: raising or keeping them succeeds, lowering fails."""
    soft, hard = limits
    old = getrlimit(resource)
    if any(new != RLIM_INFINITY and (now == RLIM_INFINITY or new < now) for new, now in zip((soft, hard), old)):
        raise OSError(58, "limits cannot be lowered from inside a process here; the sandbox's own options set them")


def getpagesize():
    """Return the number of bytes in a page of memory."""
    return os.sysconf("SC_PAGE_SIZE") if "SC_PAGE_SIZE" in os.sysconf_names else 65536
