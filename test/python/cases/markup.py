import html
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from xml.dom import minidom
from xml.sax.saxutils import escape, quoteattr

print(html.escape("<a href='x'>&é"), html.unescape("&lt;&eacute;&#39;&#x1F600;&nbsp;&notit;"), escape("a<b"), quoteattr('say "x"'))
root = ET.fromstring("""<?xml version="1.0"?>
<shop xmlns:n="urn:n"><item id="1" n:kind="book"><name>Zoë &amp; co</name><price>9.5</price></item><item id="2"><name>Pen</name><price>1</price></item><!-- c --></shop>""")
for item in root.iter("item"):
    print(item.get("id"), item.findtext("name"), float(item.find("price").text), item.attrib)
print(root.find("./item[@id='2']/name").text, [e.tag for e in root], len(root.findall(".//price")))
new = ET.SubElement(root, "item", id="3")
new.text, new.tail = "<new>", "\n"
root.remove(root[0])
ET.indent(root)
print(ET.tostring(root, encoding="unicode"), ET.tostring(new, encoding="us-ascii"))
ET.ElementTree(root).write("shop.xml", encoding="utf-8", xml_declaration=True)
print(open("shop.xml", encoding="utf-8").readline(), ET.parse("shop.xml").getroot().tag)
for event, element in ET.iterparse("shop.xml", ("start", "end")):
    print(event, element.tag, end="; ")
print()
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as error:
    print(error, error.position)
print(minidom.parseString("<a><b c='1'/>text</a>").toprettyxml(indent=" "))


class Links(HTMLParser):
    def handle_starttag(self, tag, attrs):
        print("start", tag, attrs)

    def handle_data(self, data):
        print("data", repr(data))

    def handle_endtag(self, tag):
        print("end", tag)


Links().feed("<p class=x>Hi <a href='/y?a=1&amp;b'>there</a><br/>&copy;</p>")
