data = [5, 12, 8]
if (n := len(data)) > 2:
    print("walrus", n, [y for x in data if (y := x * 2) > 12], y)
first, *rest = data
*_, last = "abc"
(a, b), [c, *d] = (1, 2), "xyz"
print(first, rest, last, a, b, c, d, [*data, *range(2)], {**{"k": 1}, "j": 2}, (*"ab",))


def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw


print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, z=7), f(*[1, 2], **{"d": 0, "a": 9}))


def sneaky(item, seen=[]):
    seen.append(item)
    return seen


print(sneaky(1), sneaky(2), [g() for g in [lambda i=i: i for i in range(3)]], [g() for g in [lambda: i for i in range(3)]])
for x in data:
    if x > 10:
        break
else:
    print("never")
while data:
    data.pop()
else:
    print("emptied")
print(1 < 2 < 3, 1 < 3 > 2, not [], 0 or "default", "" and 5, None is None, [] is [], 3 if data else 4, ~5, 7 ^ 2, 2 ** -1, -3 ** 2, 5 // -2, True + True)
x = 1
x, y = y if False else 2, x
print(x, y, (lambda *a: a)(1, 2), [i for i in range(20) if i % 2 if i % 3], {i: i * i for i in range(3)}, {len(w) for w in ("a", "bb", "cc")}, [[j for j in range(i)] for i in range(3)])


def outer():
    count = 0

    def inner():
        nonlocal count
        count += 1
        return count

    inner()
    return inner(), inner.__closure__[0].cell_contents


print(outer(), globals()["x"], slice(1, 10, 2).indices(6), "abcdef"[slice(None, None, -2)], [0, 1, 2, 3][-3:-1], ..., __name__, 0x10 | 0b1, 1_0.5e1, "a" "b" 'c', 'é' 'ü')
l = list(range(6))
l[1:3], l[::2] = "x", l[::2] if False else ["e", "o", "z"]
del l[0]
print(l, l.index("o") if "o" in l else -1, sorted([(2, "b"), (1, "z"), (2, "a")], key=lambda t: (-t[0], t[1])), [1, 2] + [3], [0] * 3, [1, 2] < [1, 3], any(x > 1 for x in (1, 2)), all([]), list(zip("ab", (1, 2))), list(enumerate("ab", 1)), min("ba", default=0), sum([[1], [2]], []))
