"""Runs a program: a string, a module, a file, a directory or zip, standard input. What it leaves uncaught is shown as CPython does."""

import os
import sys

# What a stack shows of this package and the reactor; tracebacks begin behind it.
_OWN = ("<reactor>", "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")


def run(options):
    """Runs the program; returns the exit status, or raises SystemExit as the program did."""
    main = _fresh_main()
    try:
        status = _RUNNERS[options.kind](options, main)
    except SystemExit as exit:
        if not _inspects(options):
            raise SystemExit(exit.code) from None
        status = report(exit)
    except BaseException as error:
        status = report(error)
    if _inspects(options):
        options.inspect = 0
        status = interact(options, main)
    return status or 0


def _inspects(options):
    """Whether a prompt follows; the program itself may ask for it by setting PYTHONINSPECT."""
    return options.inspect or (not options.ignore_environment and os.environ.get("PYTHONINSPECT"))


def _fresh_main():
    """A new __main__: the reactor's own has run the import of this package."""
    from _frozen_importlib import BuiltinImporter

    main = type(sys)("__main__")
    main.__loader__ = BuiltinImporter
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    return main


def _first_on_path(options, directory):
    if not options.safe_path:
        sys.path.insert(0, directory)


def _optimize(options):
    return min(options.optimize, 2) or -1


def _run_command(options, main):
    import linecache

    _first_on_path(options, "")
    source = _dedent(options.target) + "\n"
    code = compile(source, "<string>", "exec", dont_inherit=True, optimize=_optimize(options))
    linecache._register_code(code, source, "<string>")
    exec(code, main.__dict__)


def _dedent(source):
    """A program behind -c may be indented as a whole."""
    if not source[:1].isspace():
        return source
    # Not by textwrap, which would load re.
    lines = [line if line.strip() else "" for line in source.split("\n")]
    margins = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line]
    shortest, last = min(margins, default=""), max(margins, default="")
    common = next((at for at, letter in enumerate(shortest) if last[at : at + 1] != letter), len(shortest))
    return "\n".join(line[common:] for line in lines)


def _run_module(options, main):
    import runpy

    _first_on_path(options, os.getcwd())
    runpy._run_module_as_main(options.target)


def _run_file(options, main):
    path = options.target
    full = path if path.startswith("/") else os.path.normpath(os.path.join(os.getcwd(), path))
    if _holds_modules(full):
        import runpy

        sys.path.insert(0, full)
        runpy._run_module_as_main("__main__", False)
        return
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        print(f"python3: can't open file {full!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
    _first_on_path(options, os.path.dirname(os.path.realpath(full)))
    from importlib.machinery import SourceFileLoader, SourcelessFileLoader
    from importlib.util import MAGIC_NUMBER

    main.__file__ = full
    if full.endswith(".pyc") or source[:4] == MAGIC_NUMBER:
        main.__loader__ = SourcelessFileLoader("__main__", full)
        code = main.__loader__.get_code("__main__")
    else:
        main.__loader__ = SourceFileLoader("__main__", full)
        if options.skip_line:
            source = b"\n" + source.partition(b"\n")[2]
        code = compile(source, full, "exec", dont_inherit=True, optimize=_optimize(options))
    del source
    exec(code, main.__dict__)


def _holds_modules(path):
    """Whether the program given is a directory or zip, whose __main__ is to run."""
    from zipimport import ZipImportError, zipimporter

    if os.path.isdir(path):
        return True
    try:
        zipimporter(path)
    except (ZipImportError, OSError):
        return False
    return True


def _run_stdin(options, main):
    _first_on_path(options, "")
    if options.interactive or sys.stdin is not None and sys.stdin.isatty():
        options.inspect = 0
        os.environ.pop("PYTHONINSPECT", None)
        return interact(options, main, banner=not options.quiet)
    if sys.stdin is None:
        return 0
    source = sys.stdin.buffer.read()
    exec(compile(source, "<stdin>", "exec", dont_inherit=True, optimize=_optimize(options)), main.__dict__)


_RUNNERS = {"-c": _run_command, "-m": _run_module, "file": _run_file, "stdin": _run_stdin}


def interact(options, main, banner=False):
    """The prompt, in the program's own namespace."""
    from _vibengine import prompt

    return prompt.run(options, main, banner)


def report(error):
    """Shows what the program left uncaught through sys.excepthook, and returns the exit status."""
    if isinstance(error, SystemExit):
        return exit_status(error.code)
    traceback = error.__traceback__
    while traceback is not None and _own(traceback.tb_frame):
        traceback = traceback.tb_next
    error.__traceback__ = traceback
    sys.last_exc = sys.last_value = error
    sys.last_type, sys.last_traceback = type(error), traceback
    _flush()
    try:
        sys.excepthook(type(error), error, traceback)
    except SystemExit as exit:
        return exit_status(exit.code)
    except BaseException as second:
        second.__traceback__ = second.__traceback__.tb_next
        second.__context__ = None
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(second), second, second.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, traceback)
    # A shell sees the status of a program that SIGINT killed.
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _own(frame):
    return frame.f_globals is globals() or frame.f_code.co_filename in _OWN


def _flush():
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        pass


def exit_status(code):
    """The status of sys.exit(code); a sentence goes to standard error."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 255
    _flush()
    print(code, file=sys.stderr)
    return 1
