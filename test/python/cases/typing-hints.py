import abc
from typing import Any, Callable, ClassVar, Final, Generic, Literal, NamedTuple, NewType, Protocol, TypedDict, TypeVar, cast, get_args, get_origin, get_type_hints, overload, runtime_checkable

T = TypeVar("T")


class Stack(Generic[T]):
    limit: ClassVar[int] = 3

    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


class Employee(NamedTuple):
    name: str
    id: int = 3


class Movie(TypedDict, total=False):
    title: str
    year: int


@runtime_checkable
class Closes(Protocol):
    def close(self) -> None: ...


class Shape(abc.ABC):
    @property
    @abc.abstractmethod
    def area(self) -> float: ...


UserId = NewType("UserId", int)


def greet(name: str, times: int | None = None, how: Literal["loud", "soft"] = "soft") -> list[str]:
    return [name] * (times or 1)


print(Stack[int]().push(1).push(2).items, Stack[int], Employee("Ann"), Movie(title="x"), UserId(5) + 1)
print(isinstance(open(__file__), Closes), isinstance(5, Closes), get_type_hints(greet)["return"], greet.__annotations__["name"], cast(int, "still text"))
print(get_origin(dict[str, int]), get_args(dict[str, list[int]]), get_args(Literal["a", 1]), get_origin(Callable[[int], str]), Any, list[int] | None, isinstance(3, int | str))
print(Movie.__total__, sorted(Movie.__optional_keys__), Employee._field_defaults, Stack.__parameters__, Stack.__orig_bases__)
try:
    Shape()
except TypeError as error:
    print(type(error).__name__)
