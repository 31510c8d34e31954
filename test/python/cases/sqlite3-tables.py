import sqlite3
from contextlib import closing

with closing(sqlite3.connect("shop.db")) as db:
    db.execute("PRAGMA foreign_keys = ON")
    with db:
        db.executescript("""
            CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
            CREATE TABLE sale (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer(id), cents INTEGER CHECK (cents > 0), note BLOB);
            CREATE INDEX by_customer ON sale(customer);
        """)
        db.executemany("INSERT INTO customer(name) VALUES (?)", [("Ann",), ("Bøb",), ("Cy",)])
        db.executemany("INSERT INTO sale(customer, cents, note) VALUES (:c, :n, :b)", [{"c": c, "n": n, "b": bytes([n % 256])} for c, n in ((1, 500), (1, 250), (2, 1999))])
    db.row_factory = sqlite3.Row
    for row in db.execute("SELECT name, count(sale.id) AS n, coalesce(sum(cents), 0) / 100.0 AS total FROM customer LEFT JOIN sale ON customer = customer.id GROUP BY name ORDER BY total DESC"):
        print(dict(row))
    for wrong in ("INSERT INTO customer(name) VALUES ('Ann')", "INSERT INTO sale(customer, cents) VALUES (99, 1)", "INSERT INTO sale(customer, cents) VALUES (1, -1)", "SELECT * FROM nowhere", "SELEC 1"):
        try:
            with db:
                db.execute(wrong)
        except sqlite3.Error as error:
            print(type(error).__name__, error)
    try:
        with db:
            db.execute("DELETE FROM sale")
            raise RuntimeError("roll back")
    except RuntimeError:
        print(db.execute("SELECT count(*) FROM sale").fetchone()[0], db.in_transaction)
with closing(sqlite3.connect("shop.db")) as again:
    print(again.execute("SELECT name, note FROM customer JOIN sale ON customer = customer.id ORDER BY sale.id").fetchall())
