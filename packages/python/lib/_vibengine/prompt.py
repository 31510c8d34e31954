"""The prompt: CPython's own editor of lines on a terminal, its basic one elsewhere, with PYTHON_BASIC_REPL or a terminal without a name."""

import os
import sys


def run(options, main, banner):
    """Reads and runs lines until their end; returns the exit status."""
    starts = options.kind == "stdin"
    if banner:
        words = 'Type "help", "copyright", "credits" or "license" for more information.'
        print(f"Python {sys.version} on {sys.platform}\n{words}", file=sys.stderr)
    try:
        if _can_edit():
            from _pyrepl.main import interactive_console

            interactive_console(mainmodule=main, quiet=not banner, pythonstartup=starts and not options.ignore_environment)
        else:
            if starts and not options.ignore_environment:
                _start_up(main)
            if sys.stdin is not None and sys.stdin.isatty():
                sys._baserepl()
            else:
                _read_lines(main)
    except SystemExit as exit:
        raise SystemExit(exit.code) from None
    except BaseException as error:
        from _vibengine.program import report

        return report(error)
    return 0


def _read_lines(main):
    """A prompt whose lines come from a file or pipe, for -i."""
    from code import InteractiveConsole

    def read(prompt=""):
        sys.stdout.flush()
        sys.stderr.write(str(prompt))
        sys.stderr.flush()
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            raise EOFError
        return line.removesuffix("\n")

    console = InteractiveConsole(main.__dict__, "<stdin>")
    console.raw_input = read
    console.interact(banner="", exitmsg="")


def _can_edit():
    if os.environ.get("PYTHON_BASIC_REPL") or sys.stdin is None or os.environ.get("TERM", "") in ("", "dumb"):
        return False
    try:
        return os.isatty(sys.stdin.fileno()) and os.isatty(sys.stdout.fileno())
    except (AttributeError, ValueError):
        return False


def _start_up(main):
    """Runs the file that PYTHONSTARTUP names; its errors are shown and forgiven."""
    path = os.environ.get("PYTHONSTARTUP")
    if not path:
        return
    from _vibengine.program import report

    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        print(f"Could not open PYTHONSTARTUP\n{type(error).__name__}: {error}", file=sys.stderr)
        return
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        report(error)
