import codecs
import io

text = "naïve €5 日本 🎉"
for name in ("utf-8", "utf-16", "utf-16-be", "utf-32-le", "utf-8-sig", "utf-7", "cp1252", "latin-1", "iso8859-15", "shift_jis", "gb18030", "koi8-r", "punycode", "ascii"):
    try:
        data = text.encode(name)
        print(name, len(data), data[:12], data.decode(name) == text)
    except UnicodeEncodeError as error:
        print(name, error)
for errors in ("ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace"):
    print(errors, text.encode("latin-1", errors))
for errors in ("ignore", "replace", "backslashreplace", "surrogateescape"):
    print(errors, ascii(b"caf\xe9 \xff".decode("utf-8", errors)))
with open("latin.txt", "w", encoding="latin-1", newline="\r\n") as file:
    file.write("façade\nüber\n")
print(open("latin.txt", "rb").read(), open("latin.txt", encoding="latin-1").read().splitlines())
try:
    open("latin.txt", encoding="utf-8").read()
except UnicodeDecodeError as error:
    print(error, error.start, error.reason)
print(open("latin.txt", encoding="utf-8", errors="replace").readline())
print(codecs.decode("Uryyb", "rot13"), codecs.encode(b"hi", "hex"), codecs.lookup("UTF8").name, codecs.BOM_UTF8)
decoder = codecs.getincrementaldecoder("utf-8")()
print([decoder.decode(bytes([b])) for b in "é€".encode()])
print(list(io.TextIOWrapper(io.BytesIO("a\r\nb\rc\n".encode("utf-16")), encoding="utf-16")))
try:
    "x".encode("no-such")
except LookupError as error:
    print(error)
