import bz2
import gzip
import io
import lzma
import zlib

data = b"the quick brown fox jumps over the lazy dog\n" * 200
for module, name in ((gzip, "a.gz"), (bz2, "a.bz2"), (lzma, "a.xz")):
    with module.open(name, "wt", encoding="utf-8") as file:
        file.write("héllo\nsecond\n")
    with module.open(name, "rt", encoding="utf-8") as file:
        print(name, list(file))
    packed = module.compress(data)
    print(module.__name__, len(packed) < len(data) / 10, module.decompress(packed) == data, module.decompress(packed + packed) == data * 2)
print(zlib.crc32(data), zlib.adler32(data), zlib.crc32(b"b", zlib.crc32(b"a")) == zlib.crc32(b"ab"))
stream, parts = zlib.decompressobj(), []
packed = zlib.compress(data, 9)
for at in range(0, len(packed), 16):
    parts.append(stream.decompress(packed[at : at + 16]))
print(b"".join(parts) == data, stream.eof, zlib.decompress(zlib.compress(data, wbits=-15), -15) == data)
print(gzip.decompress(gzip.compress(b"x", mtime=0)), gzip.compress(b"", mtime=0)[:4], gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data))).readline())
print(lzma.decompress(lzma.compress(b"raw", format=lzma.FORMAT_ALONE)))
for module, wrong in ((zlib, b"bad"), (gzip, b"not gz"), (bz2, b"BZbad"), (lzma, b"nope"), (gzip, gzip.compress(data)[:-9])):
    try:
        module.decompress(wrong)
    except Exception as error:
        print(module.__name__, type(error).__name__)
