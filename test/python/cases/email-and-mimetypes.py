import email
import email.utils
import mimetypes
from email.message import EmailMessage
from email.policy import default

message = EmailMessage()
message["Subject"], message["From"], message["To"] = "Grüße & more", "Ann <ann@example.com>", ["b@example.com", "Çelik <c@example.com>"][0]
message["Date"] = email.utils.format_datetime(email.utils.parsedate_to_datetime("Mon, 20 Nov 1995 19:12:08 -0500"))
message.set_content("Hello,\nthis is plain ü text.\n")
message.add_alternative("<p>Hello</p>", subtype="html")
message.add_attachment(b"\x00\x01\x02", maintype="application", subtype="octet-stream", filename="data.bin")
message.set_boundary("outer")
text = message.as_string()
print([line for line in text.splitlines() if line.startswith(("Subject", "To", "Date", "Content-Type: text", "Content-Disp"))])
again = email.message_from_string(text, policy=default)
print(again["subject"], again.is_multipart(), again.get_body(("plain",)).get_content(), [a.get_filename() for a in again.iter_attachments()], again["from"].addresses[0].display_name)
for part in again.walk():
    print(part.get_content_type(), part.get_content_charset())
print(email.utils.parseaddr("Zoë <z@x.org>"), email.utils.formataddr(("A, B", "a@b.c")), email.utils.formatdate(0))
for name in ("a.html", "a.tar.gz", "a.JPG", "a.json", "a.unknown", "a.csv", "a.py"):
    print(name, mimetypes.guess_type(name))
print(mimetypes.guess_extension("image/png"))
