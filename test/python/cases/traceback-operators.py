class Price:
    def __init__(self, amount):
        self.amount = amount

    def __add__(self, other):
        return self.amount + other.amount

    @property
    def half(self):
        raise NotImplementedError("no halves")


print("before", flush=True)
try:
    Price(1).half
except NotImplementedError:
    names = ["a",
             "b"]
    total = Price(1) + Price("2")
