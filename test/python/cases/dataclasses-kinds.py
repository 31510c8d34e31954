from dataclasses import FrozenInstanceError, KW_ONLY, asdict, astuple, dataclass, field, fields, replace


@dataclass(order=True)
class Item:
    price: float
    name: str = field(compare=False)
    tags: list[str] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self):
        self.price = round(self.price, 2)


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
    _: KW_ONLY
    label: str = "p"


a, b = Item(2.005, "pen", ["blue"]), Item(10, "book")
print(a, b, a < b, a == Item(2.0, "cap"), sorted([b, a]), max(a, b).name)
print(asdict(a), astuple(b), [f.name for f in fields(Item)])
p = Point(1, label="q")
print(p, hash(p) == hash(Point(1, 0, label="q")), replace(p, y=5), {p: "seen"}[Point(1, label="q")])
try:
    p.x = 3
except FrozenInstanceError as error:
    print(type(error).__name__, error)
try:
    Point(1, 2, "r")
except TypeError as error:
    print(type(error).__name__)
match p:
    case Point(x, 0):
        print("on the axis at", x)
try:
    @dataclass
    class Bad:
        x: list = []
except ValueError as error:
    print(error)
