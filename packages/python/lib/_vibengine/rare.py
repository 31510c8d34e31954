"""The options that few programs are started with: -u, -O, -X, PYTHONIOENCODING."""

import os
import sys


def apply(options):
    """Does what the options ask for."""
    if options.unbuffered:
        _unbuffer("stdout")
        _unbuffer("stderr")
    if not options.ignore_environment and os.environ.get("PYTHONIOENCODING"):
        _encode(os.environ["PYTHONIOENCODING"])
    if options.optimize:
        _optimize(min(options.optimize, 2))
    if "int_max_str_digits" in options.x:
        _int_digits(options)
    if isinstance(options.x.get("pycache_prefix"), str):
        sys.pycache_prefix = options.x["pycache_prefix"] or None
    if "tracemalloc" in options.x:
        import tracemalloc

        tracemalloc.start(int(options.x["tracemalloc"]) if isinstance(options.x["tracemalloc"], str) else 1)


def _unbuffer(name):
    from io import FileIO, TextIOWrapper

    old = getattr(sys, name)
    old.flush()
    raw = FileIO(old.fileno(), "wb", closefd=False)
    raw.name = f"<{name}>"
    new = TextIOWrapper(raw, old.encoding, old.errors, write_through=True, line_buffering=old.line_buffering)
    new.mode = "w"
    setattr(sys, name, new)
    setattr(sys, f"__{name}__", new)


def _encode(setting):
    encoding, _, errors = setting.partition(":")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        own = "backslashreplace" if stream is sys.stderr else errors or ("strict" if encoding else None)
        stream.reconfigure(encoding=encoding or None, errors=own)


def _optimize(level):
    """Modules are compiled at this level; `compile` and `exec` of strings stay at level 0, which is the interpreter's own."""
    from importlib._bootstrap_external import SourceLoader

    SourceLoader.source_to_code.__kwdefaults__["_optimize"] = level


def _int_digits(options):
    try:
        sys.set_int_max_str_digits(int(options.x["int_max_str_digits"]))
    except (ValueError, TypeError):
        sys.stderr.write("Fatal Python error: config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.\n")
        raise SystemExit(1) from None
    sys.flags = sys.flags.__replace__(int_max_str_digits=sys.get_int_max_str_digits())
