"""threading, and the thread pool: what one thread can honour works, starting another says why it cannot."""


def apply(module):
    pass
