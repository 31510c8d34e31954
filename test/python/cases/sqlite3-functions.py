import json
import sqlite3

db = sqlite3.connect(":memory:")
db.create_function("reverse", 1, lambda s: s[::-1], deterministic=True)


class Longest:
    def __init__(self):
        self.best = ""

    def step(self, value):
        self.best = max(self.best, value, key=len)

    def finalize(self):
        return self.best


db.create_aggregate("longest", 1, Longest)
db.create_collation("by_length", lambda a, b: (len(a) > len(b)) - (len(a) < len(b)))
db.execute("CREATE TABLE words (word TEXT)")
db.executemany("INSERT INTO words VALUES (?)", [("pear",), ("fig",), ("banana",)])
print(db.execute("SELECT reverse(word) FROM words").fetchall(), db.execute("SELECT longest(word) FROM words").fetchone())
print(db.execute("SELECT word FROM words ORDER BY word COLLATE by_length").fetchall())
print(db.execute("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT group_concat(n * n) FROM c").fetchone())
print(db.execute("SELECT word, row_number() OVER (ORDER BY word), lag(word) OVER (ORDER BY word) FROM words").fetchall())
print(db.execute("SELECT json_extract(?, '$.a[1]')", (json.dumps({"a": [1, "two"]}),)).fetchone())
print(db.execute("SELECT date('2024-02-28', '+2 days'), 7 / 2, 7 / 2.0, typeof(x'00'), NULL IS NULL").fetchone())
cursor = db.execute("INSERT INTO words VALUES ('kiwi') RETURNING rowid, word")
print(cursor.fetchall(), cursor.lastrowid, [c[0] for c in db.execute("SELECT word AS w, 1 one FROM words").description])
print("\n".join(db.iterdump()))
copy = sqlite3.connect(":memory:")
db.commit()
db.backup(copy)
print(copy.execute("SELECT count(*) FROM words").fetchone(), db.total_changes)
