import difflib

one = "alpha\nbeta\ngamma\ndelta\n".splitlines(True)
two = "alpha\nBeta\ngamma\nepsilon\ndelta\n".splitlines(True)
print("".join(difflib.unified_diff(one, two, "old.txt", "new.txt", n=1)))
print("".join(difflib.ndiff(one, two)))
print("".join(difflib.context_diff(one, two, "a", "b", n=0)))
matcher = difflib.SequenceMatcher(None, "private Thread t;", "private volatile Thread t;")
print(round(matcher.ratio(), 3), matcher.get_opcodes(), [tuple(m) for m in matcher.get_matching_blocks()])
print(difflib.get_close_matches("appel", ["ape", "apple", "peach", "puppy"]), "".join(difflib.restore(difflib.ndiff(one, two), 2)) == "".join(two))
