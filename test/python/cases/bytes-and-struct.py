import array
import struct

print(struct.pack("<IhB", 1, -2, 255), struct.unpack(">Hd", struct.pack(">Hd", 7, 1.5)), struct.calcsize("<q3sx?"), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")))
header = struct.Struct("!4sBxH")
print(header.pack(b"VIBE", 1, 513), header.unpack_from(b"..VIBE\x02\x00\x01\x00", 2), header.size)
try:
    struct.pack("B", 256)
except struct.error as error:
    print(type(error).__name__)
data = bytearray(b"hello world")
data[0:5] = b"HOWDY"
data.extend(b"!!")
del data[-1]
view = memoryview(data)
view[0] = ord("h")
print(data, view[2:4].tobytes(), view.nbytes, data.find(b"w"), bytes(3), bytes([65, 66]), b"a%db" % 5, b"x".hex(), data.split(b" "), b"\x00\xff".hex("-"))
numbers = array.array("i", [3, 1, 2])
numbers.append(7)
print(numbers, numbers.itemsize, sum(numbers), numbers.tobytes()[:4], array.array("d", [1.5]).tolist(), memoryview(numbers)[1:3].tolist())
with open("numbers.bin", "wb") as file:
    numbers.tofile(file)
back = array.array("i")
with open("numbers.bin", "rb") as file:
    back.fromfile(file, 4)
print(back == numbers, memoryview(b"abcdef").cast("H").shape, b"abc"[1], b"abc"[1:2], b"a" + bytes("é", "utf-8"), list(b"ab"), b"abc".decode(), int.from_bytes(b"\x01\x02", "big"))
try:
    b"a" + "b"
except TypeError as error:
    print(error)
try:
    array.array("b", [200])
except OverflowError as error:
    print(type(error).__name__)
