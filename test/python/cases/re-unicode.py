import re

text = "Straße 12, Ærø — naïve café 日本語 ١٢"
print(re.findall(r"\w+", text))
print(re.findall(r"\w+", text, re.ASCII))
print(re.findall(r"\d+", text))
print(re.findall(rb"\w+", text.encode()))
print(re.sub("ß|Æ", "", text, flags=re.I))
print([m.span() for m in re.finditer(r"[^\x00-\x7f]", text)])
print(re.split(r"\W+", "uno-dos tres"))
