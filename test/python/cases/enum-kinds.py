from enum import Enum, Flag, IntEnum, StrEnum, auto, unique


class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @classmethod
    def default(cls):
        return cls.GREEN


class Access(Flag):
    READ = auto()
    WRITE = auto()
    ALL = READ | WRITE


class Size(IntEnum):
    SMALL = 1
    BIG = 10


class Kind(StrEnum):
    FILE = auto()
    FOLDER = "dir"


class Planet(Enum):
    EARTH = (5.976e24, 6.37814e6)

    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius

    @property
    def gravity(self):
        return 6.67300e-11 * self.mass / self.radius**2


print(Color.RED, repr(Color.RED), Color(2), Color["GREEN"], Color.CRIMSON is Color.RED, list(Color), Color.default())
print(Access.READ | Access.WRITE, Access.ALL & ~Access.READ, Access.READ in Access.ALL, bool(Access(0)), Access(2))
print(Size.BIG > Size.SMALL, Size.BIG + 1, sorted(Size), f"{Kind.FILE}-{Kind.FOLDER}", Kind("dir").name, f"{Planet.EARTH.gravity:.3f}")
print(list(Color.__members__), Color.RED.value, isinstance(Size.BIG, int))
for wrong in (lambda: Color(9), lambda: Color["BLUE"]):
    try:
        wrong()
    except (ValueError, KeyError) as error:
        print(type(error).__name__, error)
try:
    @unique
    class Twice(Enum):
        A = 1
        B = 1
except ValueError as error:
    print(error)
