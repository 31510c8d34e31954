"""The options of python3's command line and the environment variables beside them."""

import sys

_USAGE = """\
usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...
Try `python -h' for more information.
"""

# What takes an argument, and the flags that are counted.
_WITH_ARGUMENT = "cmWX"
_COUNTED = {
    "b": "bytes_warning",
    "B": "dont_write_bytecode",
    "d": "debug",
    "E": "ignore_environment",
    "i": "interactive",
    "I": "isolated",
    "O": "optimize",
    "P": "safe_path",
    "q": "quiet",
    "R": "hash_randomization",
    "s": "no_user_site",
    "S": "no_site",
    "t": "",
    "u": "unbuffered",
    "v": "verbose",
    "x": "skip_line",
}


class Options:
    """What the command line and the environment ask for; `kind` is "-c", "-m", "file" or "stdin"."""

    def __init__(self):
        self.kind = "stdin"
        self.target = ""
        self.argv = [""]
        self.warnings = []
        self.x = {}
        self.unbuffered = self.skip_line = self.inspect = 0
        self.hash_randomization = 1
        self.bytes_warning = self.dont_write_bytecode = self.debug = self.ignore_environment = self.interactive = 0
        self.isolated = self.optimize = self.safe_path = self.quiet = self.no_user_site = self.no_site = self.verbose = 0
        self.versions = 0


def _wrong(sentence):
    sys.stderr.write(f"{sentence}\n{_USAGE}")
    raise SystemExit(2)


def parse(args):
    """Reads the arguments behind argv[0]; ends with status 0 or 2 where Python's own command line does."""
    options = Options()
    rest = list(args)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word.startswith("--"):
            if word == "--":
                break
            _long(options, word, rest)
            continue
        at = 1
        while at < len(word):
            letter = word[at]
            at += 1
            if letter in _WITH_ARGUMENT:
                if at == len(word) and not rest:
                    _wrong(f"Argument expected for the -{letter} option")
                value = word[at:] or rest.pop(0)
                if letter in "cm":
                    options.kind, options.target, options.argv = "-" + letter, value, ["-" + letter, *rest]
                    return _finish(options)
                _argument(options, letter, value)
                break
            if letter in "h?":
                _help("")
            elif letter == "V":
                options.versions += 1
            elif letter in _COUNTED:
                name = _COUNTED[letter]
                if name:
                    setattr(options, name, getattr(options, name) + 1)
            else:
                _wrong(f"Unknown option: -{letter}")
    if rest:
        options.argv = rest
        if rest[0] != "-":
            options.kind, options.target = "file", rest[0]
    return _finish(options)


def _long(options, word, rest):
    if word in ("--help", "--help-all", "--help-env", "--help-xoptions"):
        _help(word)
    elif word == "--version":
        options.versions += 1
    elif word == "--check-hash-based-pycs":
        mode = rest.pop(0) if rest else _wrong("Argument expected for the --check-hash-based-pycs option")
        if mode not in ("always", "default", "never"):
            sys.stderr.write("--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n")
            _wrong("")
        sys.modules["_imp"].check_hash_based_pycs = mode
    else:
        _wrong(f"Unknown option: {word}")


def _argument(options, letter, value):
    if letter == "W":
        options.warnings.append(value)
    else:
        name, equals, setting = value.partition("=")
        options.x[name] = setting if equals else True


def _help(word):
    from _vibengine import usage

    sys.stdout.write(usage.text(word))
    raise SystemExit(0)


def _finish(options):
    if options.versions:
        version = sys.version if options.versions > 1 else sys.version.split()[0]
        sys.stdout.write(f"Python {version}\n")
        raise SystemExit(0)
    if options.isolated:
        options.ignore_environment = options.no_user_site = options.safe_path = 1
    options.inspect = options.interactive
    return options


def environment(options, environ):
    """Adds what PYTHON… variables ask for. An empty one counts as unset, as in CPython."""
    names = [name for name in environ if name.startswith("PYTHON") and environ[name]]
    if options.ignore_environment or not names:
        return
    for name, option in (
        ("PYTHONDEBUG", "debug"),
        ("PYTHONVERBOSE", "verbose"),
        ("PYTHONOPTIMIZE", "optimize"),
        ("PYTHONINSPECT", "inspect"),
        ("PYTHONUNBUFFERED", "unbuffered"),
        ("PYTHONDONTWRITEBYTECODE", "dont_write_bytecode"),
        ("PYTHONNOUSERSITE", "no_user_site"),
        ("PYTHONSAFEPATH", "safe_path"),
    ):
        if name in names:
            value = environ[name]
            level = int(value) if value.isdecimal() else 1
            if option in ("debug", "verbose", "optimize"):
                level = max(level, getattr(options, option))
            setattr(options, option, level or 1)
    if "PYTHONWARNINGS" in names:
        options.warnings[:0] = environ["PYTHONWARNINGS"].split(",")
    for name, x in (("PYTHONDEVMODE", "dev"), ("PYTHONINTMAXSTRDIGITS", "int_max_str_digits"), ("PYTHONPYCACHEPREFIX", "pycache_prefix")):
        if name in names:
            options.x.setdefault(x, environ[name])
