import numpy as np

for dtype in ("int8", "uint16", "int64", "float16", "float32", "float64", "complex64", "bool", "U3", "S3", "datetime64[D]", ">i4"):
    print(dtype, np.zeros(2, dtype), np.dtype(dtype).itemsize, np.dtype(dtype).kind)
print(np.int8(100) + np.int8(27), np.array([250], "uint8") + np.uint8(10), np.result_type("int8", "float32"), np.promote_types("i4", "u4"), (np.arange(3) / 2).dtype, np.array([1, 2.5]).dtype, np.array(["a", "bcd"]).dtype, np.int64(2) ** 62, np.float32(0.1), np.float64(0.1) + np.float32(0.2), np.finfo("f4").eps, np.iinfo("i2").max)
people = np.array([("Ann", 30, 1.5), ("Bob", 25, 1.75)], dtype=[("name", "U10"), ("age", "i4"), ("h", "f8")])
print(people["age"].mean(), np.sort(people, order="age")["name"], people[0], people.dtype)
print(np.datetime64("2024-02-28") + np.arange(3), np.datetime64("2024-03-01") - np.datetime64("2024-02-01"), np.busday_count("2024-01-01", "2024-02-01"), np.array([1.7, -1.7]).astype(int), np.frombuffer(b"\x01\x00\x02\x00", "<u2"), np.array([1 + 2j]).conj(), np.bitwise_xor(5, 3), np.packbits([1, 0, 1]), np.array([None, 1], dtype=object), repr(np.float64(1.5)), np.array([1e-20, 1.0]), np.array([[1.123456789, 2]]).round(3), np.array2string(np.arange(1001)[::100] / 3, precision=2))
with np.errstate(all="ignore"):
    print(np.array([1.0, -1, 0]) / 0, np.log([0.0, 1]), np.sqrt(np.array([-1.0])), np.int32(2**31 - 1) + np.int32(1))
