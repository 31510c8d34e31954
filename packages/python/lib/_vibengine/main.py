"""Runs what python3's command line asks for, in front of the reactor, whose own command line is isolated and knows four options."""

import sys

from _vibengine import hooks


def run():
    """Reads sys.orig_argv and runs the program it names."""
    hooks.install()
    args = sys.argv[1:]
    if args[:1] == ["-c"]:
        sys.argv[:] = ["-c", *args[2:]]
        exec(compile(args[1], "<string>", "exec"), sys.modules["__main__"].__dict__)
    elif args[:1] == ["-m"]:
        import runpy

        sys.argv[:] = ["-m", *args[2:]]
        runpy._run_module_as_main(args[1])


run()
