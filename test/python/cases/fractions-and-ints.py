import math
from fractions import Fraction

print(Fraction(3, 4) + Fraction("1/6"), Fraction("0.125"), Fraction(0.1).limit_denominator(100))
print(sum(Fraction(1, n) for n in range(1, 11)), Fraction(-7, 2) // 1, round(Fraction(7, 3), 2), float(Fraction(1, 3)))
print(repr(Fraction(6, -4)), Fraction(1, 2) == 0.5, hash(Fraction(1, 2)) == hash(0.5))
print(2**200, pow(3, 1000, 10**9 + 7), pow(7, -1, 31), math.comb(50, 25), math.factorial(30), math.isqrt(10**40 + 1))
print(math.gcd(84, 126, 210), math.lcm(4, 6, 10), (10**20).bit_length(), (255).bit_count(), int("z9", 36), int("0b1011", 0))
print(-7 // 2, -7 % 3, divmod(-7, 2), round(2.5), round(-1.5), round(1234, -2), 0.1 + 0.2, 1e16 + 1, float("nan") == float("nan"))
print((1.1).hex(), float.fromhex("0x1.8p+1"), (0.75).as_integer_ratio(), math.nextafter(1, 2), math.ulp(1.0))
print(math.fsum([0.1] * 10), math.prod(range(1, 8)), math.hypot(3, 4, 12), math.dist((0, 0), (3, 4)), math.log2(1024), math.copysign(1, -0.0))
print(complex(1, 2) * 1j, abs(3 + 4j), (1 + 2j).conjugate(), 1_000_000, 0xFF, 0o17, 0b11)
print((1000).to_bytes(2, "big"), int.from_bytes(b"\xff\xfe", "little", signed=True), int.from_bytes(b"\x01\x00", "big"))
