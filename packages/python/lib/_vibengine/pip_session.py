"""pip's session: a server that can't be reached is tried once and not again, the pack's wheels are not cached a second time on the disk."""

import os
from types import SimpleNamespace
from urllib.parse import urlsplit

from .pip_index import PACK


def _session(module):
    from pip._internal.exceptions import ConnectionFailedError, ConnectionTimeoutError

    Session = module.PipSession
    make, request = Session.__init__, Session.request

    def __init__(self, *args, **kwargs):
        make(self, *args, **kwargs)
        self.mount(PACK, module.HTTPAdapter())
        self._unreachable = {}
        for adapter in self.adapters.values():
            if hasattr(adapter, "max_retries"):
                adapter.max_retries = adapter.max_retries.new(connect=0)

    def send(self, method, url, *args, **kwargs):
        host = urlsplit(url).netloc
        if host in self._unreachable:
            raise self._unreachable[host]
        try:
            return request(self, method, url, *args, **kwargs)
        except (ConnectionFailedError, ConnectionTimeoutError) as error:
            self._unreachable[host] = error
            raise

    Session.__init__ = __init__
    Session.request = send


def _tls(module):
    """Trusting the system's certificates is the browser's business."""
    module._create_truststore_ssl_context = lambda: None


def _collector(module):
    """pip tells of an index that can't be reached by the retries it makes; none are made here."""
    fail = module._handle_get_simple_fail
    told = set()

    def handle(link, reason, meth=None):
        host = urlsplit(link.url).netloc
        if meth is None and str(reason).startswith("connection error") and host not in told:
            told.add(host)
            meth = module.logger.warning
        fail(link, reason, meth)

    module._handle_get_simple_fail = handle


def _download(module):
    """A break in a download whose size was not told ends pip with a traceback; it is an error like others."""
    process = module.Downloader._process_response

    def process_response(self, download, resp):
        try:
            process(self, download, resp)
        except (module.ReadTimeoutError, module.ProtocolError) as error:
            raise module.NetworkConnectionError(f"{download.link}: {error.args[-1]}") from error

    module.Downloader._process_response = process_response


def _no_mmap(module):
    """The cache's wrapper maps a file; reading it is as good."""
    module.mmap = SimpleNamespace(ACCESS_READ=1, mmap=lambda fd, length, access: os.pread(fd, os.fstat(fd).st_size, 0))


APPLY = {
    "pip._internal.network.session": _session,
    "pip._internal.cli.index_command": _tls,
    "pip._internal.index.collector": _collector,
    "pip._internal.network.download": _download,
    "pip._vendor.cachecontrol.filewrapper": _no_mmap,
}


def apply(module):
    APPLY[module.__name__](module)
