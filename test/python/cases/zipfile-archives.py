import io
import zipfile

with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("readme.txt", "hello " * 100)
    archive.writestr(zipfile.ZipInfo("data/ünï.bin", (2020, 1, 2, 3, 4, 6)), bytes(range(256)), zipfile.ZIP_STORED)
    archive.writestr("packed.xz", b"0" * 1000, zipfile.ZIP_LZMA)
    archive.mkdir("empty")
with zipfile.ZipFile("a.zip", "a", compression=zipfile.ZIP_BZIP2) as archive:
    archive.writestr("later.txt", "appended")
with zipfile.ZipFile("a.zip") as archive:
    for info in archive.infolist():
        print(info.filename, info.file_size, info.compress_type, info.CRC, info.is_dir())
    print(archive.testzip(), archive.read("later.txt"), archive.getinfo("data/ünï.bin").date_time)
    with archive.open("readme.txt") as member:
        print(member.read(11), io.TextIOWrapper(member).read(6))
    archive.extractall("out")
    print((zipfile.Path(archive) / "data").is_dir(), [p.name for p in zipfile.Path(archive).iterdir()])
    try:
        archive.read("missing")
    except KeyError as error:
        print(error)
print(len(open("out/data/ünï.bin", "rb").read()), zipfile.is_zipfile("a.zip"), zipfile.is_zipfile("out/readme.txt"))
data = bytearray(open("a.zip", "rb").read())
data[45] ^= 0xFF
try:
    zipfile.ZipFile(io.BytesIO(data)).read("readme.txt")
except (zipfile.BadZipFile, Exception) as error:
    print(type(error).__name__)
try:
    zipfile.ZipFile(io.BytesIO(b"not a zip"))
except zipfile.BadZipFile as error:
    print(error)
