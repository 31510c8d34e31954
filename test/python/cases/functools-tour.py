import functools


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(80), fib.cache_info())
basetwo = functools.partial(int, base=2)
print(basetwo("10010"), basetwo.keywords, functools.reduce(lambda a, b: a * 10 + b, [1, 2, 3], 9))


@functools.singledispatch
def show(value):
    return f"? {value}"


@show.register
def _(value: int | float):
    return f"number {value}"


@show.register(list)
def _(value):
    return "list of " + ", ".join(map(show, value))


print(show(3), show("x"), show([1, "a", [2.5]]), show(True))


@functools.total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


print(Version("1.10") > Version("1.9"), Version("2.0") <= Version("2.0"))


class Circle:
    def __init__(self, r):
        self.r = r

    @functools.cached_property
    def area(self):
        print("computed")
        return 3 * self.r**2


c = Circle(2)
print(c.area, c.area, sorted("bca", key=functools.cmp_to_key(lambda a, b: (a < b) - (a > b))))


def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        print("call", function.__name__, args, kwargs)
        return function(*args, **kwargs)

    return inner


@logged
def area(w, h=1):
    """Width times height."""
    return w * h


print(area(2, h=3), area.__name__, area.__doc__, area.__wrapped__(4))
