"""httpcore, on which httpx stands, over `fetch`. In asyncio, too, though a request then holds the event loop until its answer has come."""

import sys

from .fetch import FetchError
from .fetch_socket import FetchSocket


def _sync(module):
    class FetchStream(module.SyncStream):
        def write(self, buffer, timeout=None):
            """No answer counts as no connection: after an error in writing httpcore would go on to read."""
            self._sock.settimeout(timeout)
            try:
                self._sock.sendall(buffer)
            except FetchError as error:
                raise module.ConnectError(str(error)) from error
            except TimeoutError as error:
                raise module.ReadTimeout(str(error)) from error

        def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            return FetchStream(FetchSocket("https", *self._sock.getpeername(), timeout))

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        return FetchStream(FetchSocket("http", host, port, timeout))

    module.SyncBackend.connect_tcp = connect_tcp


def _async(module):
    class FetchStream(module.AsyncNetworkStream):
        def __init__(self, stream):
            self._stream = stream

        async def read(self, max_bytes, timeout=None):
            return self._stream.read(max_bytes, timeout)

        async def write(self, buffer, timeout=None):
            self._stream.write(buffer, timeout)

        async def aclose(self):
            self._stream.close()

        async def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            return FetchStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

        def get_extra_info(self, info):
            return self._stream.get_extra_info(info)

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        backend = sys.modules["httpcore._backends.sync"].SyncBackend()
        return FetchStream(backend.connect_tcp(host, port, timeout))

    module.AutoBackend.connect_tcp = connect_tcp


def apply(module):
    (_sync if module.__name__.endswith(".sync") else _async)(module)
