import sqlite3
from contextlib import closing

import pandas as pd

with closing(sqlite3.connect("shop.db")) as db:
    pd.DataFrame({"item": ["pen", "book", "cap"], "price": [1.5, 12.0, None], "day": pd.to_datetime(["2024-01-01"] * 3)}).to_sql("goods", db, index=False)
with closing(sqlite3.connect("shop.db")) as db:
    print(pd.read_sql("SELECT * FROM goods WHERE price > ?", db, params=(1,), parse_dates=["day"]))
    print(pd.read_sql_query("SELECT count(*) n, avg(price) a FROM goods", db), db.execute("SELECT sql FROM sqlite_master").fetchone()[0])
    pd.DataFrame({"item": ["ink"], "price": [3.0]}).to_sql("goods", db, index=False, if_exists="append")
    print(pd.read_sql("SELECT item FROM goods ORDER BY item", db, index_col="item").index.tolist())
