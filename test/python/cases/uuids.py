import uuid

print(uuid.uuid5(uuid.NAMESPACE_DNS, "python.org"), uuid.uuid3(uuid.NAMESPACE_URL, "https://example.com/é"))
u = uuid.UUID("{12345678-1234-5678-1234-567812345678}")
print(u, u.hex, u.int, u.version, u.bytes[:3], u.urn, u.fields, u == uuid.UUID(int=u.int), repr(u))
random = uuid.uuid4()
print(random.version, random.variant, len({uuid.uuid4() for _ in range(100)}), uuid.uuid1().version)
try:
    uuid.UUID("nope")
except ValueError as error:
    print(error)
