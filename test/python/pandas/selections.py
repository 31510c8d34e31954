import numpy as np
import pandas as pd

df = pd.DataFrame(np.arange(20, dtype="int64").reshape(5, 4), index=list("abcde"), columns=list("WXYZ"))
print(df.loc["b":"d", ["W", "Z"]], df.iloc[-1, 1:3], df[df["X"] > 5].index.tolist(), df.query("W > 4 and Z < 16"), df.at["a", "X"], df.filter(like="X"), df.eval("W + X * 2"))
df.loc["f"] = 1
df["new"] = df["W"].where(df["W"] > 4, -1)
df.loc[df["X"] == 1, "Y"] = 99
print(df, df.drop(columns="W").drop("a"), df.rename(columns=str.lower).columns.tolist(), df.sort_values(["new", "Z"], ascending=[True, False]), df.assign(q=lambda d: d["X"] / 2)["q"].sum())
multi = pd.DataFrame({"v": range(6)}, index=pd.MultiIndex.from_product([["x", "y"], [1, 2, 3]], names=["k", "n"]))
print(multi.loc["x"], multi.xs(2, level="n"), multi.loc[("y", 3), "v"], multi.groupby(level="k").sum(), multi.reset_index().head(2), multi.unstack(), multi.swaplevel().sort_index().head(3))
print(df.apply(lambda row: row.max() - row.min(), axis=1).tolist(), df.map(lambda v: v % 2).sum().tolist(), df["W"].map({0: "zero"}).tolist(), df.isin([1, 5]).sum().sum(), list(df.itertuples())[0], df.set_index("W").loc[4, "Z"])
print(df.to_dict("list")["X"], df.to_numpy().dtype, df.iloc[:2].to_dict("records"), df.select_dtypes("number").shape, df.reindex(["a", "zz"]), df.stack().shape, df.pipe(len))
try:
    df.loc["nope"]
except KeyError as error:
    print("KeyError", error)
