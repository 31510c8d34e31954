import pandas as pd

df = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
try:
    df.to_parquet("a.parquet")
except ImportError as error:
    print(error)
df.to_pickle("a.pkl")
print(pd.read_pickle("a.pkl").equals(df))
print(pd.read_csv("a.csv") if False else pd.DataFrame.from_records([(1, "a"), (2, "b")], columns=["n", "s"]).equals(df.set_axis(["n", "s"], axis=1)))
try:
    pd.read_csv("none.csv")
except FileNotFoundError as error:
    print(error.filename)
