import functools


def repeat(times):
    def wrap(function):
        @functools.wraps(function)
        def run(*args):
            return [function(*args) for _ in range(times)]

        return run

    return wrap


@repeat(2)
def hello(name):
    return f"hello {name}"


class Meta(type):
    registry = {}

    def __new__(cls, name, bases, space, **options):
        made = super().__new__(cls, name, bases, space)
        cls.registry[name] = options
        return made

    def __len__(cls):
        return len(cls.__name__)


class Base(metaclass=Meta, kind="base"):
    subclasses = []

    def __init_subclass__(cls, **kwargs):
        Base.subclasses.append(cls.__name__)


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive, not {value}")
        setattr(instance, self.name, value)


class Account(Base):
    balance = Positive()
    __slots__ = ("_balance", "owner")

    def __init__(self, balance, owner="me"):
        self.balance, self.owner = balance, owner

    @property
    def doubled(self):
        return self.balance * 2

    @doubled.setter
    def doubled(self, value):
        self.balance = value / 2

    @staticmethod
    def zero():
        return 0

    @classmethod
    def rich(cls):
        return cls(10**6)

    def __add__(self, other):
        return Account(self.balance + other.balance)

    def __repr__(self):
        return f"{type(self).__name__}({self.balance})"

    def __eq__(self, other):
        return self.balance == other.balance

    def __bool__(self):
        return self.balance > 1

    def __getattr__(self, name):
        return f"no {name}"

    def __call__(self, n):
        return n + self.balance

    def __contains__(self, item):
        return item < self.balance

    def __iter__(self):
        yield from (self.balance, self.owner)


a = Account(5)
a.doubled = 30
print(hello("you"), hello.__name__, a, a + a, Account.rich(), Account.zero(), a == Account(15), bool(Account(1)), a.missing, a(1), 3 in a, list(a), len(Account), Meta.registry, Base.subclasses)
try:
    a.balance = -1
except ValueError as error:
    print(error)


class A:
    def who(self):
        return ["A"]


class B(A):
    def who(self):
        return ["B", *super().who()]


class C(A):
    def who(self):
        return ["C", *super().who()]


class D(B, C):
    pass


print(D().who(), [k.__name__ for k in D.__mro__], issubclass(D, A), type("Made", (A,), {"x": 1})().x, vars(type("E", (), {"y": 2}))["y"], hasattr(a, "anything"), callable(a))
try:
    class Broken(A, B):
        pass
except TypeError as error:
    print(type(error).__name__)
