"""Reads /etc/passwd and /etc/group for the modules pwd and grp."""


def record(name, fields):
    """A type of tuple with named fields, printed as CPython prints its own."""
    from operator import itemgetter

    names = fields.split()

    class Record(tuple):
        __slots__ = ()

        def __new__(cls, *values):
            return tuple.__new__(cls, values)

        def __repr__(self):
            return f"{cls.__module__}.{name}({', '.join(f'{field}={value!r}' for field, value in zip(names, self))})"

    cls = Record
    for at, field in enumerate(names):
        setattr(cls, field, property(itemgetter(at)))
    cls.__name__ = cls.__qualname__ = name
    cls.__module__ = {"struct_passwd": "pwd", "struct_group": "grp", "struct_rusage": "resource"}.get(name, "os")
    return cls


def rows(path, columns):
    """The file's lines as lists of `columns` strings; lines that have another shape are left out."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.rstrip("\n").split(":") for line in file]
    except FileNotFoundError:
        return []
    return [line for line in lines if len(line) == columns]
