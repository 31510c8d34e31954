import re

log = """2024-03-01 12:00:01 ERROR db: connection lost (code=17)
2024-03-01 12:00:05 INFO web: started
2024-03-02 00:13:59 ERROR web: timeout (code=4)
"""
line = re.compile(r"^(?P<day>\d{4}-\d\d-\d\d) (?P<time>[\d:]+) (?P<level>[A-Z]+) (?P<who>\w+): (?P<what>.*?)(?: \(code=(\d+)\))?$", re.M)
for match in line.finditer(log):
    print(match.groupdict(), match.group(6), match.span("who"))
print(re.sub(r"(\w+)@(\w+)\.com", r"\2: \1", "ann@site.com, bob@home.com"))
print(re.sub(r"\d+", lambda m: str(int(m[0]) * 2), "a1b22c333", count=2))
print(re.split(r"([,;])\s*", "a, b;c,  d"))
print(re.findall(r"(?i)\b(\w)(\w*)\b", "The quick Fox"))
print(re.fullmatch(r"(?:(a)|b)*", "abab").groups())
print(re.escape("a.b*c[d]"), re.subn("x", "y", "xxx"))
print(re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", "1234567"))
print(re.search(r"(?P<q>['\"]).*?(?P=q)", "say 'it \"now\"' ok"))
print(re.match(r"(?x) \d+ # digits\n \s* px", "12  px"))
for bad in ("(", "[a", "*a", "(?P<1>x)"):
    try:
        re.compile(bad)
    except re.error as error:
        print(bad, "->", error)
