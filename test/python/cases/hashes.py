import base64
import binascii
import hashlib
import hmac
import zlib

data = "The quick brown føx".encode()
for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"):
    print(name, hashlib.new(name, data).hexdigest())
print(hashlib.shake_128(data).hexdigest(10), hashlib.blake2b(data, digest_size=8, key=b"k", salt=b"s", person=b"p").hexdigest())
step = hashlib.sha256()
for at in range(0, len(data), 5):
    step.update(data[at : at + 5])
print(step.digest() == hashlib.sha256(data).digest(), step.name, step.digest_size, step.copy().hexdigest()[:8])
print(hmac.new(b"key", data, "sha256").hexdigest(), hmac.compare_digest(b"a", b"a"), hmac.digest(b"k", b"m", "md5").hex())
with open("file", "wb") as file:
    file.write(data * 1000)
with open("file", "rb") as file:
    print(hashlib.file_digest(file, "sha1").hexdigest())
print(base64.b64encode(data), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b32encode(b"abc"), base64.b16encode(b"\x0f"), base64.b85encode(b"hello"), base64.a85encode(b"hello"))
print(base64.b64decode("aGk="), base64.b64decode(b"aG k=\n"), binascii.hexlify(b"\x00\xff", ":"), bytes.fromhex("00 ff"), binascii.crc32(b"x") == zlib.crc32(b"x"))
try:
    base64.b64decode("abc")
except binascii.Error as error:
    print(error)
try:
    hashlib.new("nope")
except ValueError as error:
    print(type(error).__name__)

for name in "sha1", "sha256", "sha512":
    for password, rounds, length in (b"", 1, None), (b"secret", 2, 20), (b"x" * 200, 77, 100):
        print(name, hashlib.pbkdf2_hmac(name, password, b"salt", rounds, length).hex())
try:
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 0)
except ValueError as error:
    print(type(error).__name__)
