import traceback


def inner(items):
    return items[5] + 1


def outer():
    inner([1, 2])


try:
    outer()
except IndexError as error:
    lines = traceback.format_exc().splitlines()
    print(lines[0], lines[-1])
    for frame in traceback.extract_tb(error.__traceback__):
        print(frame.name, frame.lineno, frame.line)
    print(traceback.TracebackException.from_exception(error).stack[-1].name)
traceback.print_stack(limit=1, file=open("stack.txt", "w"))
print(open("stack.txt").read().splitlines()[-1])
exec(compile("def made():\n    raise KeyError('made')", "<made>", "exec"))
try:
    made()
except KeyError:
    print(traceback.format_exc().splitlines()[-2:])
