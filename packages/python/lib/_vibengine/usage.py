"""What `python3 -h` and its longer kin print."""

_OPTIONS = """\
usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...
Options (and corresponding environment variables):
-b     : accepted; comparing bytes with str never warns here
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-d     : accepted; this is no debug build
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; forces a prompt even
         if stdin does not appear to be a terminal; also PYTHONINSPECT=x
-I     : isolate Python from the user's environment (implies -E and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements; add .opt-1 before
         .pyc extension; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings; add .opt-2 before
         .pyc extension
-P     : don't prepend a potentially unsafe path to sys.path; also
         PYTHONSAFEPATH
-q     : don't print version and copyright messages on interactive startup
-s     : accepted; there is no user site directory
-S     : don't imply 'import site' on initialization
-u     : force the stdout and stderr streams to be unbuffered;
         this option has no effect on stdin; also PYTHONUNBUFFERED=x
-v     : accepted; imports are not traced
-V     : print the Python version number and exit (also --version);
         when given twice, print more information about the build
-W arg : warning control; arg is action:message:category:module:lineno
         also PYTHONWARNINGS=arg
-x     : skip first line of source, allowing use of non-Unix forms of #!cmd
-X opt : set implementation-specific option; see --help-xoptions
--help-env      : print help about Python environment variables and exit
--help-xoptions : print help about implementation-specific -X options and exit
--help-all      : print complete help information and exit

Arguments:
file   : program read from script file
-      : program read from stdin (default; interactive mode if a tty)
arg ...: arguments passed to program in sys.argv[1:]
"""
_ENVIRONMENT = """\
Environment variables that change behavior:
PYTHONSTARTUP   : file executed on interactive startup (no default)
PYTHONPATH      : ':'-separated list of directories prefixed to the
                  default module search path
PYTHON_HISTORY  : the file that keeps the lines typed at the prompt
                  (default: ~/.python_history)
PYTHONIOENCODING: encoding[:errors] used for stdin/stdout/stderr
PYTHONHASHSEED  : a number that the hashes of str and bytes follow from, or
                  'random'
PYTHON_CPU_COUNT: what os.cpu_count() tells
These variables have equivalent command-line options (see --help for details):
PYTHONDEBUG, PYTHONDONTWRITEBYTECODE, PYTHONINSPECT, PYTHONINTMAXSTRDIGITS,
PYTHONNOUSERSITE, PYTHONOPTIMIZE, PYTHONPYCACHEPREFIX, PYTHONSAFEPATH,
PYTHONUNBUFFERED, PYTHONVERBOSE, PYTHONWARNINGS, PYTHONDEVMODE
"""
_X = """\
The following implementation-specific options are available:
-X dev : show all warnings (not the rest of development mode)
-X int_max_str_digits=N : limit the size of int<->str conversions; 0 disables
         the limit; also PYTHONINTMAXSTRDIGITS
-X pycache_prefix=PATH : write .pyc files to a parallel tree instead of to
         the code tree; also PYTHONPYCACHEPREFIX
-X tracemalloc[=N] : trace Python memory allocations; N sets a traceback
         limit of N frames (default: 1)
Others are accepted and can be read from sys._xoptions.
"""


def text(option):
    """The text for --help-env, --help-xoptions, --help-all, or else -h."""
    if option == "--help-env":
        return _ENVIRONMENT
    if option == "--help-xoptions":
        return _X
    return "\n".join((_OPTIONS, _ENVIRONMENT, _X)) if option == "--help-all" else _OPTIONS
