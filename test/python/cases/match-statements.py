from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float


def describe(value):
    match value:
        case None | False:
            return "nothing"
        case 0 | 0.0:
            return "zero"
        case int(n) if n < 0:
            return f"negative {n}"
        case str() as text:
            return f"text of {len(text)}"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [first, *_, last]:
            return f"from {first} to {last}"
        case {"type": "circle", "r": r, **rest}:
            return f"circle {r} {rest}"
        case {"type": kind}:
            return f"some {kind}"
        case Point(x=0, y=0):
            return "origin"
        case Point(x, y) if x == y:
            return f"diagonal {x}"
        case Point(x=x):
            return f"at {x}"
        case (1, (2, deep)) | {"deep": deep}:
            return deep
        case int() | float():
            return "number"
        case _:
            return f"other {type(value).__name__}"


for value in (None, False, 0, -5, 7, 2.5, "héy", [], (1,), [1, 2, 3], {"type": "circle", "r": 2, "c": "red"}, {"type": "box"}, {"deep": 5}, Point(0, 0), Point(2, 2), Point(3, 4), {1}, object):
    print(describe(value))


def run(command):
    match command.split():
        case ["go", ("north" | "south") as way]:
            return f"going {way}"
        case ["take", *things]:
            return f"taking {', '.join(things)}"
        case [verb]:
            return f"{verb} what?"


print(run("go north"), run("take key lamp"), run("sing"), run("go west"))
