import numpy as np
import pandas as pd

df = pd.DataFrame({"n": [1, 2, 3, 4, 100], "f": [0.1, 0.2, 0.3, 0.4, 0.5], "s": list("aabbb"), "t": pd.date_range("2024-01-01", periods=5)})
print(df.describe(), df.describe(include="all"), df["s"].describe())
print(df[["n", "f"]].corr(), df[["n", "f"]].cov(), df["n"].skew(), df["n"].kurt(), df["n"].median(), df["f"].var(), df["n"].quantile([0.1, 0.9]).tolist(), df[["n", "f"]].corr("spearman"))
print(df.nlargest(2, "n"), df.sample(3, random_state=7), df["n"].idxmax(), df["f"].sem(), df.agg({"n": ["min", "max"], "f": "sum"}), df["n"].clip(2, 10).tolist(), df["s"].nunique())
