"""A socket's face for `fetch`: whoever speaks HTTP/1.1 to it gets an HTTP/1.1 answer, made from the browser's.

So http.client, urllib3, requests, httpx and pip run unchanged, all but the line that connects. What is sent is kept until the request is
whole; then it is taken apart and becomes one fetch. The browser follows redirects by itself: an answer from another URL is told as a redirect
to that URL, and kept for the request that follows.
"""

import io
import re
import time
from urllib.parse import unquote, urldefrag, urlsplit

from .fetch import FetchError, fetch

# The browser sets these itself and refuses, or would ask the server's leave for, another's.
BROWSERS_OWN = {
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
}

# What a server lets any site send without being asked first; see `plain`.
UNASKED = {"accept", "accept-language", "authorization", "content-language", "content-type", "range"}

# Answers that came from another URL than was asked for, until they are asked for: (URL, answer).
_kept = []


class FetchSocket:
    """Stands for a connection to one server. `plain` leaves out headers for which a server would have to give leave to other sites."""

    plain = False
    family = type = proto = 0

    def __init__(self, scheme, host, port, timeout=None):
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        default = 443 if scheme == "https" else 80
        self.origin = f"{scheme}://{host}" if port in (None, default) else f"{scheme}://{host}:{port}"
        self.timeout = timeout
        self._sent = bytearray()
        self._reader = self._answer = self._need = None

    def sendall(self, data, flags=0):
        """Keeps the data; with a request's last byte the request leaves, and no answer is an error right here."""
        self._reader = None
        self._sent += data
        if self._whole():
            try:
                self._answer = self._exchange()
            except TimeoutError as error:
                self._answer = error  # as everywhere, it is the reading that takes too long

    def send(self, data, flags=0):
        self.sendall(data)
        return memoryview(data).nbytes

    def makefile(self, mode="r", buffering=None, **_):
        """What reads the answer to the request sent last."""
        if "w" in mode:
            return io.BufferedWriter(_Writer(self))
        return io.BufferedReader(_Reader(self), 65536)

    def recv(self, size, flags=0):
        if self._reader is None:
            self._reader = self.makefile("rb")
        return self._reader.read1(size)

    def recv_into(self, buffer, size=0, flags=0):
        data = self.recv(size or memoryview(buffer).nbytes)
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)

    def answer(self):
        """The answer to what was sent: the bytes of its head, how long the body shall be (or None), and a stream."""
        answer, self._answer = self._answer or self._exchange(), None
        if isinstance(answer, TimeoutError):
            raise answer
        return answer

    def _whole(self):
        """Whether the request is complete. Its head is looked at once, a body may come in thousands of pieces."""
        if self._need is None:
            end = self._sent.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self._sent[:end]).lower()
            _, given, length = head.partition(b"\r\ncontent-length:")
            self._need = end + 4 + (int(length.split(b"\r\n")[0]) if given else 0)
            self._chunked = b"\r\ntransfer-encoding: chunked" in head
        if self._chunked:
            return self._sent.endswith(b"\r\n0\r\n\r\n")
        return len(self._sent) >= self._need

    def _exchange(self):
        head, _, body = bytes(self._sent).partition(b"\r\n\r\n")
        self._sent.clear()
        self._need = None
        lines = head.decode("latin-1").split("\r\n")
        method, target, *version = lines[0].split(" ")
        if method == "CONNECT" or "://" in target or not version:
            raise FetchError(
                "requests leave through the browser, which takes no proxy from programs: unset HTTP_PROXY and HTTPS_PROXY"
                if version
                else f"only HTTP can be spoken to {self.origin}: a browser tab has no sockets"
            )
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        names = {name.lower(): value for name, value in headers}
        if "chunked" in names.get("transfer-encoding", "").lower():
            body = _unchunk(body)
        if "cookie" in names:
            raise FetchError("the header Cookie can't be set: a browser tab sends the browser's own cookies, and here none at all")
        asked = self.origin + target
        answer = _take(asked) if method in ("GET", "HEAD") else None
        if answer is None:
            kept = [(n, v) for n, v in headers if n.lower() not in BROWSERS_OWN and (not self.plain or n.lower() in UNASKED)]
            answer = fetch(asked, method, kept, body, self.timeout)
        answer.timeout = self.timeout
        if not _same(answer.url, asked):
            _keep(answer)
            return _redirect(method, answer.url), 0, io.BytesIO()
        headers, length = _headers(answer, method)
        return _lines(f"{answer.status} {answer.reason}", headers), length, answer

    def settimeout(self, timeout):
        self.timeout = timeout

    def gettimeout(self):
        return self.timeout

    def setblocking(self, on):
        self.timeout = None if on else 0.0

    def setsockopt(self, *_):
        pass

    def getsockopt(self, *_):
        return 0

    def getpeername(self):
        parts = urlsplit(self.origin)
        return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)

    def getsockname(self):
        return "0.0.0.0", 0

    def fileno(self):
        return -1

    def shutdown(self, how):
        pass

    def close(self):
        """The answer belongs to its reader, which may go on."""
        self._reader = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class _Reader(io.RawIOBase):
    """The bytes of an HTTP/1.1 answer; waits for it at the first read."""

    def __init__(self, socket):
        self._socket = socket
        self._head = self._left = self._body = None

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._body is None:
            self._head, self._left, self._body = self._socket.answer()
        if self._head:
            size = min(len(self._head), len(buffer))
            buffer[:size] = self._head[:size]
            self._head = self._head[size:]
            return size
        size = self._body.readinto(buffer)
        if self._left:
            self._left -= size
            if self._left <= 0 and self._body.read(1):
                raise ConnectionError(f"{self._socket.origin}: the answer is longer than its Content-Length; it must not be cut")
        return size

    def close(self):
        if self._body is not None:
            self._body.close()
        super().close()


class _Writer(io.RawIOBase):
    def __init__(self, socket):
        self._socket = socket

    def writable(self):
        return True

    def write(self, data):
        return self._socket.send(data)


# What no server compresses on the way.
PACKED = re.compile(r"(image/(?!svg)|audio/|video/|(application|binary)/(octet-stream|zip|pdf|x-tar|(x-)?(gzip|bzip2?|xz|7z-compressed)))")

ARCHIVES = (".whl", ".zip", ".gz", ".tgz", ".bz2", ".xz")


def _headers(answer, method):
    """An answer's headers as HTTP/1.1 would have them, and the body's length.

    The length is that before the browser unpacked the body, and whether it did other sites are not told; so it is left out where it may
    be the wrong one. Nor is the date told, and caches want one.
    """
    headers = [(name, value) for name, value in answer.headers if name not in ("x-vibengine-url", "connection", "transfer-encoding")]
    names = dict(headers)
    length = names.get("content-length", "")
    if method == "HEAD" or answer.status in (204, 206, 304):
        length = ""
    elif not (PACKED.match(names["content-type"]) if "content-type" in names else urlsplit(answer.url).path.endswith(ARCHIVES)):
        headers = [(name, value) for name, value in headers if name != "content-length"]
        length = ""
    if "date" not in names:
        headers.append(("date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())))
    return headers, int(length) if length.isdigit() else None


def _redirect(method, url):
    """Which kind of redirect it was, browsers don't tell; these two lead to a GET for what has been answered already."""
    status = "302 Found" if method in ("GET", "HEAD") else "303 See Other"
    return _lines(status, [("location", url), ("content-length", "0")])


def _lines(status, headers):
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "connection: close", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _unchunk(data):
    body, at = bytearray(), 0
    while True:
        end = data.index(b"\r\n", at)
        size = int(data[at:end].split(b";")[0], 16)
        if size == 0:
            return bytes(body)
        body += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


def _plain(url):
    parts = urlsplit(urldefrag(url).url)
    return parts.scheme, parts.netloc.lower(), unquote(parts.path) or "/", unquote(parts.query)


def _same(url, other):
    """Browsers write a URL in their own way: %-signs, a slash after the host."""
    return url == other or _plain(url) == _plain(other)


def _keep(answer):
    if len(_kept) == 4:
        _kept.pop(0).close()
    _kept.append(answer)


def _take(url):
    for answer in _kept:
        if _same(answer.url, url):
            _kept.remove(answer)
            return answer
    return None
