import contextlib
import io
import os
import sys


@contextlib.contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    except KeyError as error:
        print("swallowed", error)
    finally:
        print(f"</{name}>")


with tag("a") as a, tag("b") as b:
    print(a, b)
    raise KeyError("inner")


@tag("deco")
def inside():
    print("in function")


inside()
with contextlib.ExitStack() as stack:
    for name in "xy":
        stack.enter_context(tag(name))
    stack.callback(print, "callback")
with contextlib.suppress(FileNotFoundError):
    os.remove("none")
out = io.StringIO()
with contextlib.redirect_stdout(out):
    print("captured")
print(repr(out.getvalue()))
with contextlib.closing(io.StringIO("text")) as file, contextlib.nullcontext(5) as five:
    print(file.read(), five)
print(file.closed)
with contextlib.redirect_stderr(sys.stdout):
    print("to stdout", file=sys.stderr)
os.mkdir("sub")
with contextlib.chdir("sub"):
    print(os.path.basename(os.getcwd()))


class Timer:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        print(kind.__name__, error, trace.tb_lineno)
        return False


try:
    with Timer():
        raise LookupError("out")
except LookupError as error:
    print("outer", error)
