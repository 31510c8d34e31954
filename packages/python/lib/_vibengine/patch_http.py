"""http.client over `fetch`: a connection gets a FetchSocket. urllib.request stands upon it."""

import sys

from .fetch_socket import FetchSocket


def timeout_of(value):
    """A timeout in seconds or None, from what http.client keeps: it has a mark for "the default"."""
    import socket

    return socket.getdefaulttimeout() if value is socket._GLOBAL_DEFAULT_TIMEOUT else value


def refuse_proxy(connection):
    if getattr(connection, "_tunnel_host", None) or getattr(connection, "proxy", None):
        raise OSError("requests leave through the browser, which takes no proxy from programs: unset HTTP_PROXY and HTTPS_PROXY")


def apply(module):
    def connecting(scheme):
        def connect(self):
            """Connect to the host and port specified in __init__."""
            sys.audit("http.client.connect", self, self.host, self.port)
            refuse_proxy(self)
            self.sock = FetchSocket(scheme, self.host, self.port, timeout_of(self.timeout))

        return connect

    module.HTTPConnection.connect = connecting("http")
    if hasattr(module, "HTTPSConnection"):
        module.HTTPSConnection.connect = connecting("https")
