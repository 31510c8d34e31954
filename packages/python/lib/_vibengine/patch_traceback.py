"""traceback: shows programs no frames of this package, neither those that started them nor those of functions that are C in CPython."""

import sys

from _vibengine import program

_OWN = program.__spec__.origin.rpartition("/")[0] + "/"


def apply(module):
    """Leaves the frames out where a traceback or a stack is walked."""
    stack, tb, positions = module.walk_stack, module.walk_tb, module._walk_tb_with_full_positions

    def walk_stack(f):
        """Walk a stack yielding the frame and line number for each frame."""
        return _behind(stack(sys._getframe(1) if f is None else f))

    def walk_tb(tb_):
        """Walk a traceback yielding the frame and line number for each frame."""
        return _programs(tb(tb_))

    def _walk_tb_with_full_positions(tb_):
        return _programs(positions(tb_))

    module.walk_stack, module.walk_tb, module._walk_tb_with_full_positions = walk_stack, walk_tb, _walk_tb_with_full_positions


def _programs(pairs):
    for pair in pairs:
        if not pair[0].f_code.co_filename.startswith(_OWN):
            yield pair


def _behind(pairs):
    for pair in pairs:
        if pair[0].f_globals is vars(program):
            return
        if not pair[0].f_code.co_filename.startswith(_OWN):
            yield pair
