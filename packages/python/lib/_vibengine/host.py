"""Calls to the kernel through `_host.call`: one frame of bytes each way, fields joined by NUL bytes."""

import _host
from os import fsencode, strerror


def _field(value):
    """A field as bytes: numbers in decimal, strings and paths as the file system has them."""
    if isinstance(value, int):
        return b"%d" % value
    value = fsencode(value)
    if b"\0" in value:
        raise ValueError("embedded null byte")
    return value


def call(name, *fields, body=None, filename=None, filename2=None):
    """Makes one call and returns the reply's fields as bytes; the first is the result, a number.

    Raises OSError with errno and strerror (and `filename`, if given) where the kernel says no; a call that a signal interrupted is
    an InterruptedError. `body` is a last field that may hold NUL bytes.
    """
    frame = [name.encode(), *map(_field, fields)]
    if body is not None:
        frame.append(body)
    reply = _host.call(b"\0".join(frame)).split(b"\0")
    result = int(reply[0])
    if result < 0:
        raise OSError(-result, strerror(-result), filename, None, filename2)
    return reply


def number(name, *fields, **names):
    """Makes one call and returns its result alone."""
    return int(call(name, *fields, **names)[0])


def persist(name, *fields, **names):
    """Makes one call, again after every signal: its Python handler has run by then, and may have raised."""
    while True:
        try:
            return call(name, *fields, **names)
        except InterruptedError:
            pass
