import json

text = '{"name": "Zoë", "tags": ["a", null, true], "n": 1.5e3, "deep": {"x": [1, [2, {}]]}}'
data = json.loads(text)
print(data)
print(json.dumps(data, sort_keys=True))
print(json.dumps(data, indent=2, ensure_ascii=False))
print(json.dumps([1.0, 1e100, -0.0, float("inf"), 10**30], separators=(",", ":")))
print(json.dumps({1: "int", True: "bool", None: "none", 2.5: "float"}))
for bad in ("", "[1, 2", "{'a': 1}", '"\n"', "nul", "[1] x"):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print(repr(bad), "->", error, error.lineno, error.colno, error.pos)
