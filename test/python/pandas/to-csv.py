import pandas as pd

df = pd.DataFrame({"name": ["Zoë", 'say "hi"', None], "n": [1.5, 2.0, float("nan")], "day": pd.to_datetime(["2024-01-01", "2024-02-29", None])})
df.to_csv("out.csv", index=False)
print(open("out.csv", encoding="utf-8").read())
print(df.to_csv(sep="\t", na_rep="-", float_format="%.3f", date_format="%d/%m/%y"))
df.to_csv("out.csv.gz", index=False)
back = pd.read_csv("out.csv.gz", parse_dates=["day"])
print(back.equals(pd.read_csv("out.csv", parse_dates=["day"])), back["day"].dtype)
print(df.to_markdown() if False else df.to_string(index=False, na_rep="none"))
print(df.to_html(index=False)[:80])
