import pandas as pd

people = pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"]})
sales = pd.DataFrame({"id": [1, 1, 3, 9], "cents": [500, 250, 100, 7]})
for how in ("inner", "left", "right", "outer", "cross"):
    print(how, people.merge(sales, how=how, **({} if how == "cross" else {"on": "id"})).shape)
print(people.merge(sales, on="id", how="outer", indicator=True))
print(people.set_index("id").join(sales.set_index("id"), how="left"))
print(pd.merge_asof(pd.DataFrame({"t": [1, 5, 10], "l": list("abc")}), pd.DataFrame({"t": [2, 3, 7], "r": [1, 2, 3]}), on="t"))
print(pd.concat([people, people.assign(name=people["name"].str.upper())], keys=["a", "b"]))
print(pd.concat([people, sales], axis=1), pd.concat([people, sales], ignore_index=True))
try:
    people.merge(sales, on="id", validate="one_to_one")
except pd.errors.MergeError as error:
    print(error)
