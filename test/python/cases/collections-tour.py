from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple

words = Counter("the cat and the dog and the bird".split())
print(words.most_common(2), words["none"], words + Counter(cat=5), words - Counter(the=2), words.total(), sorted((words & Counter(the=1, dog=9)).elements()))
groups = defaultdict(list)
for word in ("apple", "avocado", "bean"):
    groups[word[0]].append(word)
print(groups, dict(groups))
queue = deque([1, 2, 3], maxlen=4)
queue.append(4), queue.append(5), queue.appendleft(0), queue.rotate(1)
print(queue, queue.popleft(), queue.maxlen, deque("abc").index("c"))
Point = namedtuple("Point", "x y", defaults=[0])
p = Point(1)
print(p, p._replace(y=5), p._asdict(), Point._fields, Point._make([7, 8]), p == (1, 0))
order = OrderedDict(a=1, b=2, c=3)
order.move_to_end("a")
print(list(order), order.popitem(last=False), order == {"a": 1, "c": 3})
chain = ChainMap({"a": 1}, {"a": 2, "b": 3})
child = chain.new_child({"b": 9})
print(chain["a"], child["b"], dict(child), chain.parents["a"])


class Lower(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.lower(), value)


print(Lower(A=1, b=2), Lower(X=1) | {"Y": 2})
d = {"b": 1, "a": 2}
d |= {"c": 3}
print(d, list(reversed(d)), d.setdefault("z", []), d.pop("b"), {**d, "a": 0}, dict.fromkeys("xy", 0), sorted(d.items(), key=lambda kv: str(kv[1])))
