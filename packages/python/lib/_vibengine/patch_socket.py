"""socket in a browser tab: the constants and the address arithmetic are there, connections are not, and say so."""

import errno
import os

WHY = "a browser tab has no sockets: HTTP goes through urllib.request, http.client, requests or httpx; other programs in the sandbox are reached by pipes"
_CONNECTING = ("create_connection", "create_server", "socketpair", "fromfd", "send_fds", "recv_fds")
_RESOLVING = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")


def apply(module):
    """Replaces what makes sockets and what resolves names."""

    def refusing(name):
        def refuse(*args, **kwargs):
            if name in _RESOLVING:
                raise module.gaierror(module.EAI_FAIL, f"{name}: {WHY}")
            raise OSError(errno.ENOTSUP, f"{name}: {WHY}")

        refuse.__name__ = refuse.__qualname__ = name
        return refuse

    for name in _CONNECTING + _RESOLVING:
        setattr(module, name, refusing(name))
    make = module.socket.__init__

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        try:
            make(self, family, type, proto, fileno)
        except OSError as error:
            raise OSError(error.errno, f"socket: {WHY}") from None

    module.socket.__init__ = __init__
    module.gethostname = lambda: os.uname().nodename
    module.getfqdn = lambda name="": name or module.gethostname()
    module.has_dualstack_ipv6 = lambda: False
