"""One HTTP request by the browser: the kernel's call `fetch`, and its answer as a stream that can be read once."""

import io
import os
import struct
from select import select

from . import host

# How much of the answer is asked for at once: what the kernel's pipes hold.
PIECE = 65536


class FetchError(ConnectionError):
    """There was no answer: the sentence says why, as far as a browser tells."""


def _why(reason):
    """Browsers say the same of every failure, so that a page learns nothing of other sites."""
    if "origin" in reason:
        return reason
    return f"{reason or 'no answer'} (nobody is there, or the server does not let pages of other sites read it: CORS)"


class Answer(io.RawIOBase):
    """Status, headers and body of an answer; `read` and `readinto` give the body as it comes.

    `url` is the one that answered, after all redirects. `timeout` is for each wait, in seconds.
    """

    def __init__(self, fd, url, timeout=None):
        self._fd = fd
        self._ahead = memoryview(b"")
        self._left = 0
        self.timeout = timeout
        self.url = url
        try:
            head = self._head()
        except BaseException:
            self.close()
            raise
        status, _, self.reason = head[0].partition(" ")
        self.status = int(status)
        self.headers = [tuple(line.split(": ", 1)) for line in head[1:] if ": " in line]
        for name, value in self.headers:
            if name == "x-vibengine-url":
                self.url = value
        if self.status == 0:
            self.close()
            raise FetchError(f"{url}: {_why(self.reason)}")

    def _head(self):
        if not self._next():
            raise FetchError(f"{self.url}: the connection was closed without an answer")
        head = bytearray(self._left)
        view = memoryview(head)
        while view:
            view = view[self.readinto(view) :]
        return head.decode("utf-8", "surrogateescape").split("\n")

    def _more(self):
        """Waits for more bytes; the kernel ends the stream early where the connection broke."""
        if self.timeout is not None:
            if not select([self._fd], [], [], self.timeout)[0]:
                raise TimeoutError("timed out")
        piece = os.read(self._fd, PIECE)
        if not piece:
            raise ConnectionResetError(f"{self.url}: the connection broke before the whole answer had come")
        self._ahead = memoryview(piece)

    def _next(self):
        """The length of the next frame, 0 at the proper end."""
        length = b""
        while len(length) < 4:
            if not self._ahead:
                self._more()
            take = 4 - len(length)
            length += self._ahead[:take]
            self._ahead = self._ahead[take:]
        (self._left,) = struct.unpack("<I", length)
        return self._left

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._fd < 0:
            return 0
        with memoryview(buffer).cast("B") as room:
            if not room:
                return 0
            if not self._left and not self._next():
                self.close_fd()
                return 0
            if not self._ahead:
                self._more()
            size = min(len(room), self._left, len(self._ahead))
            room[:size] = self._ahead[:size]
        self._ahead = self._ahead[size:]
        self._left -= size
        return size

    def close_fd(self):
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def close(self):
        self.close_fd()
        super().close()


def fetch(url, method="GET", headers=(), body=b"", timeout=None):
    """Sends a request and returns its Answer; `headers` are pairs of strings, as they shall be sent.

    Redirects are followed by the browser, encodings of the content undone. Raises FetchError if there is no answer.
    """
    fields = [field.encode("latin-1") for pair in headers for field in pair]
    try:
        fd = int(host.persist("fetch", 0, method, url, len(fields) // 2, *fields, body=bytes(body))[0])
    except OSError as error:
        raise FetchError(error.errno, f"{url}: {error.strerror}") from None
    return Answer(fd, url, timeout)
