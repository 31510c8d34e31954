"""`_ssl` without TLS: what the standard library's ssl needs to be imported and its contexts to be set up. The browser does the encrypting."""

import os as _os

WHY = "TLS is done by the browser: use https:// URLs with urllib.request, http.client, requests or httpx"

# Libraries warn of, or refuse, what is not OpenSSL or too old.
OPENSSL_VERSION = "OpenSSL 3.0.0 (none: the browser does TLS)"
OPENSSL_VERSION_NUMBER = 0x30000000
OPENSSL_VERSION_INFO = _OPENSSL_API_VERSION = (3, 0, 0, 0, 0)
_DEFAULT_CIPHERS = "DEFAULT"

HAS_SNI = HAS_ECDH = HAS_ALPN = HAS_TLSv1_2 = HAS_TLSv1_3 = True
HAS_NPN = HAS_SSLv2 = HAS_SSLv3 = HAS_TLSv1 = HAS_TLSv1_1 = HAS_PSK = HAS_PSK_TLS13 = HAS_PHA = False

# The names and values of OpenSSL 3.
CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED = range(3)
PROTOCOL_TLS = PROTOCOL_SSLv23 = 2
PROTOCOL_TLSv1, PROTOCOL_TLSv1_1, PROTOCOL_TLSv1_2 = 3, 4, 5
PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER = 16, 17
PROTO_MINIMUM_SUPPORTED, PROTO_MAXIMUM_SUPPORTED = -2, -1
PROTO_SSLv3, PROTO_TLSv1, PROTO_TLSv1_1, PROTO_TLSv1_2, PROTO_TLSv1_3 = range(0x300, 0x305)
OP_ALL = 0x80000050
OP_NO_SSLv2 = 0
OP_NO_SSLv3 = 0x02000000
OP_NO_TLSv1, OP_NO_TLSv1_1, OP_NO_TLSv1_2, OP_NO_TLSv1_3 = 0x04000000, 0x10000000, 0x08000000, 0x20000000
OP_NO_COMPRESSION, OP_NO_TICKET, OP_NO_RENEGOTIATION = 0x20000, 0x4000, 0x40000000
OP_CIPHER_SERVER_PREFERENCE, OP_ENABLE_MIDDLEBOX_COMPAT = 0x400000, 0x100000
OP_IGNORE_UNEXPECTED_EOF, OP_ENABLE_KTLS, OP_LEGACY_SERVER_CONNECT = 0x80, 8, 4
OP_SINGLE_DH_USE = OP_SINGLE_ECDH_USE = 0
VERIFY_DEFAULT, VERIFY_CRL_CHECK_LEAF, VERIFY_CRL_CHECK_CHAIN = 0, 4, 12
VERIFY_X509_STRICT, VERIFY_ALLOW_PROXY_CERTS, VERIFY_X509_TRUSTED_FIRST, VERIFY_X509_PARTIAL_CHAIN = 0x20, 0x40, 0x8000, 0x80000
HOSTFLAG_ALWAYS_CHECK_SUBJECT, HOSTFLAG_NEVER_CHECK_SUBJECT = 1, 0x20
HOSTFLAG_NO_WILDCARDS, HOSTFLAG_NO_PARTIAL_WILDCARDS = 2, 4
HOSTFLAG_MULTI_LABEL_WILDCARDS, HOSTFLAG_SINGLE_LABEL_SUBDOMAINS = 8, 0x10
ENCODING_PEM, ENCODING_DER = 1, 2
SSL_ERROR_NONE, SSL_ERROR_SSL, SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_X509_LOOKUP = range(5)
SSL_ERROR_SYSCALL, SSL_ERROR_ZERO_RETURN, SSL_ERROR_WANT_CONNECT, SSL_ERROR_EOF, SSL_ERROR_INVALID_ERROR_CODE = 5, 6, 7, 8, 10
ALERT_DESCRIPTION_CLOSE_NOTIFY, ALERT_DESCRIPTION_HANDSHAKE_FAILURE, ALERT_DESCRIPTION_BAD_CERTIFICATE = 0, 40, 42
ALERT_DESCRIPTION_UNKNOWN_CA, ALERT_DESCRIPTION_INTERNAL_ERROR = 48, 80

err_codes_to_names = {}
lib_codes_to_names = {}


class SSLError(OSError):
    """An error of TLS."""

    library = reason = None

    def __str__(self):
        return str(self.strerror if len(self.args) > 1 else self.args[0] if self.args else "")


class SSLZeroReturnError(SSLError):
    """The peer closed the connection."""


class SSLWantReadError(SSLError):
    """More must be read first."""


class SSLWantWriteError(SSLError):
    """More must be written first."""


class SSLSyscallError(SSLError):
    """A system call failed."""


class SSLEOFError(SSLError):
    """The connection ended early."""


class SSLCertVerificationError(SSLError, ValueError):
    """A certificate is not to be trusted."""

    verify_code = 0
    verify_message = ""


class SSLSession:
    """Never exists."""


class MemoryBIO:
    """A buffer between TLS and whoever moves its bytes."""

    def __init__(self):
        raise SSLError(WHY)


class _SSLContext:
    """Keeps what it is told, so that it can be asked; nobody acts on it."""

    def __new__(cls, protocol=PROTOCOL_TLS, *args, **kwargs):
        self = super().__new__(cls)
        client = protocol == PROTOCOL_TLS_CLIENT
        self.__dict__["_values"] = {
            "protocol": protocol,
            "options": OP_ALL | OP_NO_SSLv3 | OP_NO_COMPRESSION,
            "verify_flags": VERIFY_X509_TRUSTED_FIRST,
            "verify_mode": CERT_REQUIRED if client else CERT_NONE,
            "check_hostname": client,
            "minimum_version": PROTO_TLSv1_2,
            "maximum_version": PROTO_MAXIMUM_SUPPORTED,
            "_host_flags": HOSTFLAG_NO_PARTIAL_WILDCARDS,
            "_msg_callback": None,
            "sni_callback": None,
            "keylog_filename": None,
            "post_handshake_auth": False,
            "num_tickets": 2,
            "security_level": 2,
        }
        return self

    def _kept(name):
        return property(lambda self: self._values[name], lambda self, value: self._values.__setitem__(name, value))

    protocol = property(lambda self: self._values["protocol"])
    options, verify_flags, _host_flags = _kept("options"), _kept("verify_flags"), _kept("_host_flags")
    minimum_version, maximum_version = _kept("minimum_version"), _kept("maximum_version")
    _msg_callback, sni_callback, keylog_filename = _kept("_msg_callback"), _kept("sni_callback"), _kept("keylog_filename")
    post_handshake_auth, num_tickets, security_level = _kept("post_handshake_auth"), _kept("num_tickets"), _kept("security_level")
    del _kept

    @property
    def verify_mode(self):
        return self._values["verify_mode"]

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode not in (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED):
            raise ValueError("invalid value for verify_mode")
        if mode == CERT_NONE and self._values["check_hostname"]:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._values["verify_mode"] = int(mode)

    @property
    def check_hostname(self):
        return self._values["check_hostname"]

    @check_hostname.setter
    def check_hostname(self, on):
        self._values["check_hostname"] = bool(on)
        if on and self._values["verify_mode"] == CERT_NONE:
            self._values["verify_mode"] = CERT_REQUIRED

    def set_ciphers(self, ciphers):
        pass

    def get_ciphers(self):
        return []

    def set_groups(self, groups):
        pass

    def get_groups(self, *, include_aliases=False):
        return []

    def set_ecdh_curve(self, name):
        pass

    def set_default_verify_paths(self):
        pass

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        for path in (cafile, capath):
            if path is not None:
                _os.stat(path)

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        raise SSLError(f"client certificates can't be given: {WHY}")

    def load_dh_params(self, path):
        raise SSLError(WHY)

    def cert_store_stats(self):
        return {"x509": 0, "crl": 0, "x509_ca": 0}

    def get_ca_certs(self, binary_form=False):
        return []

    def session_stats(self):
        return {}

    def _set_alpn_protocols(self, protocols):
        pass

    def set_psk_client_callback(self, callback):
        raise SSLError(WHY)

    def set_psk_server_callback(self, callback, identity_hint=None):
        raise SSLError(WHY)

    def _wrap_socket(self, *args, **kwargs):
        raise SSLError(WHY)

    def _wrap_bio(self, *args, **kwargs):
        raise SSLError(WHY)


def RAND_bytes(n):
    """n random bytes."""
    return _os.urandom(n)


def RAND_status():
    return True


def RAND_add(data, entropy):
    pass


def get_sigalgs():
    return []


def get_default_verify_paths():
    return "SSL_CERT_FILE", "/etc/ssl/cert.pem", "SSL_CERT_DIR", "/etc/ssl/certs"


# The two purposes that ssl.Purpose names.
_OBJECTS = {
    "1.3.6.1.5.5.7.3.1": (129, "serverAuth", "TLS Web Server Authentication"),
    "1.3.6.1.5.5.7.3.2": (130, "clientAuth", "TLS Web Client Authentication"),
}


def txt2obj(txt, name=False):
    for oid, (nid, short, long) in _OBJECTS.items():
        if txt == oid or (name and txt in (short, long)):
            return nid, short, long, oid
    raise ValueError(f"unknown object '{txt}'")


def nid2obj(nid):
    for oid, (number, short, long) in _OBJECTS.items():
        if nid == number:
            return nid, short, long, oid
    raise ValueError(f"unknown NID {nid}")
