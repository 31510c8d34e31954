import decimal
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, getcontext, localcontext

print(Decimal("0.1") + Decimal("0.2"), Decimal(0.1))
print(Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal("2.665").quantize(Decimal("0.01"), ROUND_HALF_EVEN))
getcontext().prec = 50
print(Decimal(2).sqrt(), Decimal(1) / 7, Decimal(2) ** Decimal("0.5"))
with localcontext() as context:
    context.prec = 5
    print(Decimal(1) / 3, Decimal("1E+3"), Decimal("123456").normalize())
print(f"{Decimal('1234567.891'):,.2f}", f"{Decimal('0.000001'):e}", Decimal("-0.00"), Decimal("3.140").as_tuple())
print(Decimal("NaN").is_nan(), Decimal("Infinity") > 10**100, Decimal("7").compare(Decimal("8")), divmod(Decimal("-7"), 2))
print(sum((Decimal(x) for x in ("19.99", "5.01", "0.50")), Decimal()), Decimal("10").exp(), Decimal("1.1").ln())
for wrong in (lambda: Decimal("x"), lambda: Decimal(1) / 0, lambda: Decimal(1) + 1.5):
    try:
        print(wrong())
    except (decimal.DecimalException, TypeError) as error:
        print(type(error).__name__)
