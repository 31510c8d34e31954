import numpy as np
import pandas as pd

df = pd.DataFrame({"a": [1, np.nan, 3, np.nan], "b": ["x", None, "z", "w"], "c": pd.array([1, None, 3, 4], dtype="Int64"), "d": pd.array([True, None, False, True], dtype="boolean")})
print(df, df.dtypes, df.isna().sum(), df.dropna(), df.dropna(thresh=3), df.fillna({"a": 0, "b": "?"}))
print(df["a"].ffill().tolist(), df["a"].bfill().tolist(), df["a"].interpolate().tolist(), df["c"].sum(), df["c"] + 1, df["d"] & True)
print(pd.NA | True, pd.isna(pd.NaT), df["a"].mean(skipna=False), df["a"].count(), df.where(df["c"] > 1).shape, df["c"].astype("float64").tolist())
print(df.convert_dtypes().dtypes, df["b"].mode()[0], df.duplicated().any(), df.notna().all(axis=1).tolist())
