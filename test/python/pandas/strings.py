import pandas as pd

s = pd.Series([" Ann Smith ", "bob jones", None, "Zoë-Ärø", "x1y22"])
print(s.str.strip().str.title(), s.str.len(), s.str.contains("o", na=False), s.str.upper().tolist())
print(s.str.split().str[0], s.str.extract(r"(\w+)[ -](?P<last>\w+)"), s.str.findall(r"\d+"), s.str.replace(r"[aeiou]", "*", regex=True))
print(s.str.cat(sep="|"), s.str.get_dummies(" ").columns.tolist(), s.str.zfill(12).tolist(), s.str.startswith("b"), s.str.split(expand=True))
print(s.dtype, pd.Series(["b", "A", "a"]).sort_values(key=lambda v: v.str.lower()).tolist(), s.str.normalize("NFD").str.encode("utf-8").tolist())
