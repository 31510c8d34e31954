import numpy as np
import pandas as pd

df = pd.DataFrame({"team": list("aabbbc"), "sex": list("fmfmmf"), "score": [10, 20, 5, 15, 25, 40], "time": [1.5, 2.5, np.nan, 3.5, 4.5, 5.5]})
print(df.groupby("team")["score"].agg(["sum", "mean", "std", "count"]))
print(df.groupby(["team", "sex"]).agg(best=("score", "max"), slow=("time", "mean")))
print(df.groupby("team").transform("mean", numeric_only=True))
print(df.groupby("team")["score"].rank(ascending=False).tolist(), df.groupby("team").ngroup().tolist(), df.groupby("team").cumcount().tolist())
print(df.groupby("team").filter(lambda g: len(g) > 1), df.groupby("team").size())
print(df.groupby("team").apply(lambda g: g["score"].max() - g["score"].min()))
print(df.groupby(pd.cut(df["score"], [0, 10, 20, 50]), observed=False)["score"].sum())
print(df.groupby("team").nth(0), df.groupby("sex")["score"].quantile([0.25, 0.75]), df["team"].value_counts(normalize=True))
