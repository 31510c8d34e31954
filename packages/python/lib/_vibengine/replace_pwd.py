"""The pwd module: /etc/passwd."""

from _vibengine.accounts import record, rows

struct_passwd = record("struct_passwd", "pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell")


def getpwall():
    """All entries, in the file's order."""
    return [
        struct_passwd(name, secret, int(uid), int(gid), gecos, home, shell)
        for name, secret, uid, gid, gecos, home, shell in rows("/etc/passwd", 7)
    ]


def getpwuid(uid, /):
    """The entry of a user id; KeyError if there is none."""
    if not isinstance(uid, int):
        uid = uid.__index__()
    for entry in getpwall():
        if entry.pw_uid == uid:
            return entry
    raise KeyError(f"getpwuid(): uid not found: {uid}")


def getpwnam(name, /):
    """The entry of a user's name; KeyError if there is none."""
    for entry in getpwall():
        if entry.pw_name == name:
            return entry
    raise KeyError(f"getpwnam(): name not found: {name!r}")
