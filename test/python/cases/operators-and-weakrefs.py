import gc
import operator
import types
import weakref
from operator import attrgetter, itemgetter, methodcaller

people = [{"name": "Bob", "age": 30}, {"name": "Ann", "age": 25}]
print(sorted(people, key=itemgetter("age")), list(map(itemgetter("name", "age"), people)), attrgetter("real", "imag")(3j), methodcaller("split", "-")("a-b"))
print(operator.add(1, 2), operator.concat("a", "b"), operator.contains([1], 1), operator.index(5), operator.truth([]), operator.countOf("banana", "a"), operator.itemgetter(slice(1, 3))("hello"))


class Thing:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


thing = Thing("one")
ref = weakref.ref(thing, lambda r: print("callback"))
print(ref().name)
del thing
print(ref())
cache = weakref.WeakValueDictionary()
kept = Thing("kept")
cache["k"] = kept
cache["t"] = Thing("temporary")
print(sorted(cache))
weakref.finalize(kept, print, "finalized")
loop = Thing("loop")
loop.self = loop
del loop
print("collecting", gc.collect() > 0)
simple = types.SimpleNamespace(a=1, b=[2])
print(simple, types.MappingProxyType({"x": 1})["x"], isinstance(len, types.BuiltinFunctionType), isinstance((n for n in ()), types.GeneratorType))
del kept
