"""socket in a browser tab: the constants and the address arithmetic are there, connections are not, and say so."""

WHY = "a browser tab has no sockets: HTTP goes through urllib.request, http.client, requests or httpx; other programs in the sandbox are reached by pipes"


def apply(module):
    def refusing(name):
        def refuse(*args, **kwargs):
            if name.startswith("get"):
                raise module.gaierror(module.EAI_FAIL, f"{name}: {WHY}")
            raise OSError(f"{name}: {WHY}")

        refuse.__name__ = refuse.__qualname__ = name
        return refuse

    for name in ("create_connection", "create_server", "getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo", "socketpair", "fromfd"):
        setattr(module, name, refusing(name))
    make = module.socket.__init__

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        try:
            make(self, family, type, proto, fileno)
        except OSError as error:
            raise OSError(error.errno, f"socket: {WHY}") from None

    module.socket.__init__ = __init__
    module.gethostname = lambda: "localhost"
    module.getfqdn = lambda name="": name or "localhost"
