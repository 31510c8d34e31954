import copy
import datetime
import pickle
import shelve
from dataclasses import dataclass, field


@dataclass
class Node:
    name: str
    children: list = field(default_factory=list)
    parent: "Node | None" = field(default=None, repr=False, compare=False)


class Counter:
    def __init__(self):
        self.count, self.file = 5, open(__file__)

    def __getstate__(self):
        return {"count": self.count}

    def __setstate__(self, state):
        self.count, self.file = state["count"] + 1, None


root = Node("root")
root.children.append(Node("leaf", parent=root))
again = pickle.loads(pickle.dumps(root))
print(again, again == root, again.children[0].parent is again)
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    value = {"a": [1, 2.5, None], "b": (b"x", "é", {1}), "d": datetime.date(2024, 1, 2), "c": 1j}
    print(protocol, pickle.loads(pickle.dumps(value, protocol)) == value)
print(pickle.loads(pickle.dumps(Counter())).count, pickle.loads(pickle.dumps(len)) is len)
with open("data.pickle", "wb") as file:
    pickle.dump([1, 2], file)
    pickle.dump("second", file)
with open("data.pickle", "rb") as file:
    print(pickle.load(file), pickle.load(file))
    try:
        pickle.load(file)
    except EOFError as error:
        print(error)
try:
    pickle.dumps(lambda: 0)
except (pickle.PicklingError, AttributeError) as error:
    print("lambda can't be pickled")
a = [[1], [2]]
shallow, deep = copy.copy(a), copy.deepcopy(a)
a[0].append(9)
print(shallow, deep, copy.deepcopy(root).children[0].parent.name)
with shelve.open("shelf") as shelf:
    shelf["key"] = {"n": 1}
with shelve.open("shelf") as shelf:
    print(dict(shelf))
