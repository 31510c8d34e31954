import itertools as it
import operator

print(list(it.accumulate([3, 1, 4, 1, 5], max)), list(it.accumulate(range(1, 6), operator.mul, initial=1)))
print(list(it.chain("ab", [1])), list(it.chain.from_iterable(["xy", "z"])), list(it.compress("ABCD", [1, 0, 1, 0])))
print(["".join(p) for p in it.permutations("abc", 2)], list(it.combinations(range(4), 3)), list(it.combinations_with_replacement("ab", 2)))
print(list(it.product("ab", [0, 1])), list(it.product([0, 1], repeat=2)), list(it.islice(it.count(10, 2.5), 3)), list(it.islice(it.cycle("xyz"), 2, 9, 3)))
print([(k, list(g)) for k, g in it.groupby(sorted(["apple", "bob", "cat", "avocado", "blue"]), key=lambda w: w[0])])
print(list(it.zip_longest("ab", "xyz", fillvalue="-")), list(it.pairwise("abcd")), list(it.starmap(pow, [(2, 5), (3, 2)])))
print(list(it.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.dropwhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.filterfalse(str.isdigit, "a1b2")))
a, b = it.tee(iter(range(3)))
print(next(a), next(a), list(b), list(a), list(it.repeat("x", 3)))
print(list(zip(*[iter("abcdef")] * 2)), dict(zip("ab", it.count())), list(map(sum, zip([1, 2], [3, 4]))))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as error:
    print(error)
