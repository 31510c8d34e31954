import io

import pandas as pd

df = pd.DataFrame({"a": [1, 2], "b": ["x", "ÿ"], "t": pd.to_datetime(["2024-01-01 00:00", "2024-06-01 12:00"])}, index=["r1", "r2"])
for orient in ("records", "columns", "index", "split", "values", "table"):
    print(df.to_json(orient=orient, date_format="iso"))
print(df.to_json(orient="records", lines=True, force_ascii=False, date_format="iso"))
print(pd.read_json(io.StringIO('[{"a": 1, "b": null}, {"a": 2.5, "b": "x"}]')))
print(pd.json_normalize([{"id": 1, "who": {"name": "Ann", "at": {"city": "X"}}, "tags": ["p", "q"]}, {"id": 2, "who": {"name": "Bob"}, "tags": []}]))
print(pd.json_normalize({"id": 1, "rows": [{"v": 1}, {"v": 2}]}, "rows", ["id"]))
