"""urllib3 (and so requests, and pip's own copies of both) over `fetch`, as http.client, which it builds upon."""

import sys

from .fetch import FetchError
from .fetch_socket import FetchSocket
from .patch_http import refuse_proxy


def apply(module):
    NewConnectionError = sys.modules[module.__package__ + ".exceptions"].NewConnectionError
    request = module.HTTPConnection.request

    def connecting(scheme):
        def connect(self):
            sys.audit("http.client.connect", self, self.host, self.port)
            refuse_proxy(self)
            self.sock = FetchSocket(scheme, self.host, self.port, self.timeout)
            self.sock.plain = module.__name__.startswith("pip.")
            self.is_verified = True

        return connect

    def send(self, *args, **kwargs):
        """No answer is a connection that could not be made: a browser does not tell the two apart."""
        try:
            return request(self, *args, **kwargs)
        except FetchError as error:
            raise NewConnectionError(self, str(error)) from error

    def is_connected(self):
        return self.sock is not None

    module.HTTPConnection.connect = connecting("http")
    module.HTTPConnection.request = send
    module.HTTPConnection.is_connected = property(is_connected)
    module.HTTPSConnection.connect = connecting("https")
