import io

import pandas as pd

text = """date,city,temp,rain
2024-01-01,Bergen,3.5,12
2024-01-02,Bergen,,8
2024-01-01,"Oslo, N",-4.0,0
2024-01-02,Oslo,-6.25,NA
"""
df = pd.read_csv(io.StringIO(text), parse_dates=["date"])
print(df)
print(df.dtypes)
print(df.shape, df.isna().sum().to_dict(), df["temp"].mean())
df.info(memory_usage=False)
print(pd.read_csv(io.StringIO("a;b\n1,5;x\n2,25;y\n"), sep=";", decimal=",", index_col="b"))
print(pd.read_csv(io.StringIO("# note\nx y\n1  2\n3 4\n"), sep=r"\s+", comment="#", names=["p", "q"], skiprows=2, dtype={"p": "int8"}).dtypes)
for chunk in pd.read_csv(io.StringIO("n\n1\n2\n3\n"), chunksize=2):
    print(chunk["n"].tolist())
try:
    pd.read_csv(io.StringIO("a,b\n1,2\n1,2,3\n"))
except pd.errors.ParserError as error:
    print(error)
