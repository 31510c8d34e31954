import pandas as pd

s = pd.Series(["low", "high", "mid", "low", None], dtype=pd.CategoricalDtype(["low", "mid", "high"], ordered=True))
print(s, s.cat.codes.tolist(), s.sort_values().tolist(), s.max(), (s > "low").tolist(), s.value_counts())
print(s.cat.rename_categories({"low": "L"}).tolist(), s.cat.add_categories(["top"]).cat.categories.tolist(), s.cat.remove_unused_categories().cat.categories.tolist())
print(pd.qcut(range(8), 4).categories, pd.cut([1, 5, 9], 3, labels=list("abc")).tolist(), pd.get_dummies(s, prefix="is"), s.factorize()[0])
print(pd.Series(list("aab")).astype("category").describe(), pd.Series(["x", "y"]).astype("category").memory_usage(deep=False) > 0)
