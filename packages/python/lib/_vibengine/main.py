"""Runs what python3's command line asks for, in front of the reactor, whose own command line is isolated and knows four options.

The reactor starts `import _vibengine.main`; the user's arguments stand behind that in sys.argv. What has to be there before the
program's first line is set up here: the options, the working directory, signals, sys.path.
"""

import os
import posix
import sys

import _imp
import _signal
from _frozen_importlib_external import SourcelessFileLoader
from _vibengine import hooks, host, options

EXECUTABLE = "/usr/bin/python3"
LIBRARY = "/usr/local/lib/python315.zip/"
PIP = "/usr/lib/python3/dist-packages"


def run():
    """Runs the program and ends with its status; never returns."""
    sys.orig_argv[1:] = sys.argv[1:]
    given = options.parse(sys.argv[1:])
    options.environment(given, os.environ)
    _set_up(given)
    from _vibengine import program

    raise SystemExit(program.run(given))


def _set_up(given):
    # The compiler's address is cut off in the middle.
    sys.version = sys.version.partition(" (https")[0] + "]"
    sys.executable = sys._base_executable = EXECUTABLE
    sys.argv[:] = given.argv
    bytes_warning = [["default::BytesWarning"], ["error::BytesWarning"]][given.bytes_warning > 1] if given.bytes_warning else []
    sys.warnoptions[:] = (["default"] if "dev" in given.x else []) + given.warnings + bytes_warning
    sys._xoptions.update(given.x)
    sys.dont_write_bytecode = bool(given.dont_write_bytecode)
    sys.flags = sys.flags.__replace__(
        debug=given.debug,
        inspect=int(bool(given.inspect)),
        interactive=given.interactive,
        optimize=given.optimize,
        dont_write_bytecode=int(bool(given.dont_write_bytecode)),
        no_user_site=int(bool(given.no_user_site)),
        no_site=int(bool(given.no_site)),
        ignore_environment=int(bool(given.ignore_environment)),
        verbose=given.verbose,
        bytes_warning=given.bytes_warning,
        quiet=given.quiet,
        hash_randomization=_hash_randomization(given),
        isolated=int(bool(given.isolated)),
        dev_mode="dev" in given.x,
        safe_path=bool(given.safe_path),
    )
    # The C library starts in "/" whatever the process's directory is.
    directory = host.call("getcwd")[1]
    if directory != b"/":
        posix.chdir(directory)
    _signal.signal(_signal.SIGPIPE, _signal.SIG_IGN)
    host.call("signals", 1 << _signal.SIGINT, 1 << _signal.SIGPIPE)
    hooks.install()
    _name_code()
    if given.unbuffered or given.optimize or given.x or "PYTHONIOENCODING" in os.environ:
        from _vibengine import rare

        rare.apply(given)
    _paths(given)


def _name_code():
    """Makes code from .pyc files say where it is: bundled packages were compiled where the standard library stands."""
    get_code = SourcelessFileLoader.get_code

    def get_named_code(self, fullname):
        code = get_code(self, fullname)
        if not self.path.startswith(LIBRARY):
            _imp._fix_co_filename(code, self.path[:-1])
        return code

    SourcelessFileLoader.get_code = get_named_code


def _hash_randomization(given):
    """Whether hashes differ from run to run or follow a seed; the seed itself was taken when the interpreter began."""
    seed = os.environ.get("PYTHONHASHSEED") if not given.ignore_environment else None
    # -R counts more than the environment.
    if not seed or seed == "random" or given.hash_randomization > 1:
        return 1
    if not (seed.isascii() and seed.isdecimal() and int(seed) < 1 << 32):
        sys.stderr.write('Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295]\n')
        raise SystemExit(1)
    return int(int(seed) > 0)


def _paths(given):
    """sys.path as the site module makes it, with pip's directory last and, first, the program's own (program.py)."""
    search = os.environ.get("PYTHONPATH") if not given.ignore_environment else None
    if search:
        sys.path[:0] = search.split(":")
    if not given.no_site:
        import site

        # One user, one site-packages.
        site.ENABLE_USER_SITE = False
        site.main()
        if os.path.isdir(PIP):
            sys.path.append(PIP)
    if given.warnings or "dev" in given.x:
        import warnings  # noqa: F401


run()
