"""traceback.print_stack and the like end where the program begins."""

import sys

from _vibengine import program


def apply(module):
    """Cuts off the frames that started the program."""
    walk = module.walk_stack

    def walk_stack(f):
        """Walk a stack yielding the frame and line number for each frame."""
        return _behind(walk(sys._getframe(1) if f is None else f))

    module.walk_stack = walk_stack


def _behind(pairs):
    for frame, line in pairs:
        if frame.f_globals is vars(program):
            return
        yield frame, line
