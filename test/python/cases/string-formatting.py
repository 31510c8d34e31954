import datetime
from string import Template

n, pi, name = 1234567, 3.14159265, "Zoë"
print(f"{n:,} {n:_} {n:>12} {n:<12}| {n:^12} {n:+d} {n:x} {n:#b} {n:o} {n:e} {-n:012d}")
print(f"{pi:.2f} {pi:8.3f} {pi:<8.1f}| {pi:%} {pi:.3g} {1e-10} {1e22} {100000.0:g} {0.1 + 0.2!r} {pi:010.4f} {float('inf'):f} {-0.0:z.1f}")
print(f"{name!r} {name!a} {name:>6} {name:*^9} {name:.2} {name=} {n + 1 = } {pi=:.1f} {'nested ' + f'{name}'} {{braces}}")
print(f"{datetime.date(2024, 5, 6):%a %d %b %Y} {[1, 2]} {dict(a=1)['a']} {'a' if n else 'b'} {n!s:>{10}} {pi:.{2 + 1}f}")
print("%s %r %d %5.2f %x %%  %-6s| %+d %(k)s" % {"k": 1} if False else "%s %r %d %5.2f %x %% %-6s| %+d %c" % ("a", "b", 3.9, pi, 255, "ab", 5, "z"))
print("%(name)s is %(age)03d" % {"name": name, "age": 7}, "{} {1}" if False else "{0} {1} {0}".format("a", "b"), "{a.real} {b[k]} {c[0]}".format(a=5, b={"k": 1}, c="xy"))
print(format(255, "#06x"), format("x", ">4"), "{:,.2f}".format(1e6), "{!r:>8}".format("q"), "{:{w}}|".format(1, w=4), "{:c}".format(65), format(1.5, "n"))
print(Template("$who owes $$${amount}").substitute(who="Ann", amount=5), Template("$a $b").safe_substitute(a=1))
print("""multi
line""", "con" "cat", r"raw\n", "a\
b", str(b"x"), repr("it's"), repr('"'), repr("'\""))
for wrong in (lambda: "{} {}".format(1), lambda: f"{'x':d}", lambda: Template("$x").substitute(), lambda: "{a}".format()):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)


class Money:
    def __format__(self, spec):
        return f"<{spec or 'plain'}>"


print(f"{Money()} {Money():EUR}", format(Money(), "x"))
