"""hashlib's key derivation, which CPython takes from OpenSSL and has nothing of its own for. scrypt stays missing."""


def apply(module):
    """Adds pbkdf2_hmac, over whichever digest hashlib has."""

    def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
        """Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."""
        if iterations < 1:
            raise ValueError("iteration value must be greater than 0.")
        inner, outer = module.new(hash_name), module.new(hash_name)
        if dklen is None:
            dklen = inner.digest_size
        if dklen < 1:
            raise ValueError("key length must be greater than 0.")
        key = bytes(password)
        if len(key) > inner.block_size:
            key = module.new(hash_name, key).digest()
        key = key.ljust(inner.block_size, b"\0")
        # HMAC begins with one block of its own in each of its two hashes: done once, and copied from then on.
        inner.update(key.translate(_INNER))
        outer.update(key.translate(_OUTER))

        def prf(message):
            first, second = inner.copy(), outer.copy()
            first.update(message)
            second.update(first.digest())
            return second.digest()

        salt = bytes(salt)
        derived = b""
        block = 0
        while len(derived) < dklen:
            block += 1
            piece = prf(salt + block.to_bytes(4))
            mixed = int.from_bytes(piece)
            for _ in range(iterations - 1):
                piece = prf(piece)
                mixed ^= int.from_bytes(piece)
            derived += mixed.to_bytes(inner.digest_size)
        return derived[:dklen]

    if not hasattr(module, "pbkdf2_hmac"):
        module.pbkdf2_hmac = pbkdf2_hmac


_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
