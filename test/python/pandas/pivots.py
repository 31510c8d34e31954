import pandas as pd

df = pd.DataFrame({"day": ["mon", "mon", "tue", "tue", "tue"], "kind": ["x", "y", "x", "x", "y"], "v": [1, 2, 3, 4, 5]})
print(df.pivot_table(index="day", columns="kind", values="v", aggfunc="sum", margins=True))
print(pd.crosstab(df["day"], df["kind"], normalize="index"))
wide = pd.DataFrame({"id": [1, 2], "a": [10, 20], "b": [30, 40]})
long = wide.melt("id", var_name="what", value_name="n")
print(long, long.pivot(index="id", columns="what", values="n"))
print(wide.set_index("id").stack(), wide.set_index("id").stack().unstack(0), wide.T)
print(pd.DataFrame({"k": [1, 2], "l": [["a", "b"], []]}).explode("l"))
print(pd.wide_to_long(pd.DataFrame({"id": [1], "x1": [5], "x2": [6]}), "x", "id", "n"))
