import errno
import sys
import traceback


class AppError(Exception):
    def __init__(self, code, *rest):
        super().__init__(code, *rest)
        self.code = code


def run(n):
    try:
        if n == 0:
            raise AppError(17, "bad")
        if n == 1:
            return "returned"
        [][n]
    except AppError as error:
        error.add_note("a note")
        return error.code, error.args, error.__notes__, str(error), repr(error)
    except (IndexError, KeyError) as error:
        return type(error).__name__, error.__traceback__.tb_lineno
    else:
        return "else"
    finally:
        print("finally", n)


for n in range(3):
    print(run(n))
try:
    try:
        int("x")
    except ValueError as error:
        raise AppError(1) from error
except AppError as error:
    print(repr(error.__cause__), error.__suppress_context__)
    print(traceback.format_exception_only(error))
try:
    raise ExceptionGroup("many", [ValueError(1), ExceptionGroup("deep", [TypeError(2), OSError(errno.ENOENT, "No such file", "f")])])
except* (ValueError, TypeError) as group:
    print(group.exceptions)
except* OSError as group:
    print(type(group.exceptions[0].exceptions[0]), group.exceptions[0].exceptions[0].filename)
for code in ("1/0", "None + 1", "undefined", "[].x", "{}['k']", "int('q')", "len(5)", "'a' * 'b'", "(lambda: 0)(1)", "assert 0, 'why'", "'é'.encode('ascii')", "b'\\xff'.decode()", "import nothing", "next(iter(()))", "a, b = [1]", "f(", "object()()", "raise 5"):
    try:
        exec(code)
    except BaseException as error:
        print(code, "->", type(error).__name__, error if type(error) is not SyntaxError else "")
print(sys.exc_info())
try:
    def deep():
        return deep()
    deep()
except RecursionError as error:
    print(type(error).__name__)
