import pprint
import textwrap

text = "The quick brown fox jumped over the lazy dog, and then it slept for a very-long-hyphenated while."
print(textwrap.fill(text, 30, initial_indent="* ", subsequent_indent="  "))
print(textwrap.wrap(text, 20, max_lines=2, placeholder=" …"), textwrap.shorten(text, 25))
print(textwrap.dedent("""
    indented
      more
    less
"""), textwrap.indent("a\n\nb", "> "))
data = {"name": "x" * 30, "list": list(range(25)), "nested": {"a": ("tuple", None), "b": {1, 2, 3}}, "text": "word " * 25}
pprint.pprint(data, width=60)
pprint.pprint({"b": 1, "a": 2})
pprint.pprint([[1, [2, [3, [4]]]]], depth=2)
print(pprint.pformat({"k": [1] * 3}, indent=4, width=5), pprint.saferepr([...]))
pprint.pp({"b": 1, "a": 2, "long": ["item number %d" % n for n in range(6)]}, width=50)
