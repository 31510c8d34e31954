"""The grp module: /etc/group."""

from _vibengine.accounts import record, rows

struct_group = record("struct_group", "gr_name gr_passwd gr_gid gr_mem")


def getgrall():
    """All entries, in the file's order."""
    return [
        struct_group(name, secret, int(gid), members.split(",") if members else [])
        for name, secret, gid, members in rows("/etc/group", 4)
    ]


def getgrgid(id):
    """The entry of a group id; KeyError if there is none."""
    if not isinstance(id, int):
        id = id.__index__()
    for entry in getgrall():
        if entry.gr_gid == id:
            return entry
    raise KeyError(f"getgrgid(): gid not found: {id}")


def getgrnam(name):
    """The entry of a group's name; KeyError if there is none."""
    for entry in getgrall():
        if entry.gr_name == name:
            return entry
    raise KeyError(f"getgrnam(): name not found: {name!r}")
