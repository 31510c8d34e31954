def countdown(n):
    print("starting")
    try:
        while n:
            got = yield n
            n = got if got is not None else n - 1
    except GeneratorExit:
        print("closed")
        raise
    except ValueError as error:
        yield f"handled {error}"
    finally:
        print("finally")
    return "result"


g = countdown(3)
print(next(g), g.send(7), next(g))
print(g.throw(ValueError("thrown")))
print(next(g, "over"))
h = countdown(5)
next(h)
h.close()


def flatten(tree):
    for item in tree:
        if isinstance(item, list):
            count = yield from flatten(item)
            yield f"/{count}"
        else:
            yield item
    return len(tree)


print(list(flatten([1, [2, [3, 4]], 5])))


def primes():
    found = []
    n = 2
    while True:
        if all(n % p for p in found):
            found.append(n)
            yield n
        n += 1


print([p for _, p in zip(range(12), primes())])
lazy = (print("made", n) or n for n in range(3))
print(next(lazy), sum(lazy))
try:
    next(lazy)
except StopIteration as stop:
    print("stop", stop.value)


def stops():
    raise StopIteration("inside")
    yield


try:
    list(stops())
except RuntimeError as error:
    print(error, repr(error.__cause__))
