from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, unquote, unquote_plus, urldefrag, urlencode, urljoin, urlparse, urlsplit, urlunsplit

parts = urlparse("https://user:pä@example.com:8080/a/b;p?q=1&q=2&e=#frag")
print(parts, parts.hostname, parts.port, parts.username, parts.geturl())
print(parse_qs(parts.query), parse_qsl(parts.query, keep_blank_values=True), urlencode({"a b": "c&d", "é": [1, 2]}, doseq=True))
print(quote("a b/ü?"), quote("a/b", safe=""), quote_plus("a b&c"), unquote("%C3%BC+x"), unquote_plus("%C3%BC+x"))
for base, rel in (("http://a/b/c/d?q", "../e"), ("http://a/b/", "/x"), ("http://a/b", "//h/y"), ("http://a/b", "?z=1"), ("http://a/b/c", "mailto:x@y")):
    print(urljoin(base, rel))
print(urlsplit("//host/path"), urlunsplit(("ftp", "h", "/p", "", "f")), urldefrag("http://x/y#z"))
try:
    urlparse("http://x:bad/").port
except ValueError as error:
    print(error)
