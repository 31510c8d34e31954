import unicodedata

print("ß".upper(), "İ".lower() == "i̇", "Straße".casefold(), "ǅ".title(), "ΑΣ".lower(), "héllo".capitalize(), "x²".isdigit(), "½".isnumeric(), "٣".isdecimal())
print(len("🎉"), len("é"), len(unicodedata.normalize("NFD", "é")), unicodedata.normalize("NFKC", "ﬁ①"), unicodedata.name("€"), unicodedata.lookup("SNOWMAN"), unicodedata.category("A"))
print(unicodedata.numeric("½"), unicodedata.east_asian_width("日"), unicodedata.bidirectional("א"), unicodedata.combining("\u0301"))
print("a\u200bb", ascii("日本\n"), repr("tab\t\x00é\u2028"), "\N{GREEK SMALL LETTER PI}", chr(128512), ord("ß"), "日本語"[::-1])
print("ab\tc".expandtabs(4), "-".join("abc"), "a,b,,c".split(","), "  a  b ".split(), "x=1=2".partition("="), "x=1=2".rpartition("="), "a\nb\r\nc".splitlines(True))
print("abc".center(9, "*"), "7".zfill(3), "-7".zfill(4), "title case's".title(), "aXbX".replace("X", "-", 1), "hello".translate(str.maketrans("el", "ip", "o")), "pre-fix".removeprefix("pre-"), "abcabc".rfind("c"), "banana".count("an"))
print("a" < "B", sorted(["b", "A", "a", "é", "z"]), sorted(["b", "A", "a"], key=str.lower), max("añz"), "é" == "e\u0301", "name".isidentifier(), "class".isidentifier(), "abc"[-2:], "abcdef"[::2], "%" in "50%")
