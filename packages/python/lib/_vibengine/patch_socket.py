"""socket: a page of a browser has none; whatever would make or need one says what to use instead."""

import errno

import _socket

_REFUSED = "sockets are not available in a browser's page; urllib.request, http.client, requests and pip go through its fetch"


def _refuse(*args, **kwargs):
    raise OSError(errno.ENOTSUP, _REFUSED)


def _unresolved(*args, **kwargs):
    raise _socket.gaierror(_socket.EAI_FAIL, f"names cannot be resolved here: {_REFUSED}")


def apply(module):
    """Replaces what makes sockets and what resolves names."""

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        _refuse()

    module.socket.__init__ = __init__
    module.socket.__del__ = lambda self: None
    for name in ("socketpair", "create_server", "create_connection", "fromfd", "send_fds", "recv_fds", "if_nameindex"):
        setattr(module, name, _refuse)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo", "getservbyname", "getservbyport"):
        setattr(module, name, _unresolved)
    module.gethostname = lambda: __import__("os").uname().nodename
    module.getfqdn = lambda name="": name or module.gethostname()
    module.has_dualstack_ipv6 = lambda: False
