import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal


@dataclass
class Order:
    id: int
    day: date
    total: Decimal


class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, date):
            return o.isoformat()
        if isinstance(o, Decimal):
            return str(o)
        return super().default(o)


order = Order(7, date(2024, 2, 29), Decimal("19.90"))
text = json.dumps(asdict(order), cls=Encoder)
print(text)


def hook(pairs):
    return [(key.upper(), value) for key, value in pairs]


print(json.loads(text, object_pairs_hook=hook))
print(json.loads("[1.10, 2]", parse_float=Decimal, parse_int=float))
try:
    json.dumps({1, 2})
except TypeError as error:
    print(error)
with open("data.json", "w") as file:
    json.dump(list(range(3)), file)
print(open("data.json").read(), json.load(open("data.json")))
