import os
import tempfile

with tempfile.TemporaryDirectory(prefix="job-") as folder:
    path = os.path.join(folder, "x")
    open(path, "w").close()
    print(os.path.basename(folder).startswith("job-"), os.listdir(folder), oct(os.stat(folder).st_mode & 0o777))
print(os.path.exists(folder))
with tempfile.NamedTemporaryFile("w+", suffix=".txt", delete=False) as file:
    file.write("kept")
    name = file.name
print(name.endswith(".txt"), open(name).read(), oct(os.stat(name).st_mode & 0o777))
os.remove(name)
with tempfile.NamedTemporaryFile() as file:
    print(os.path.exists(file.name))
print(os.path.exists(file.name))
with tempfile.TemporaryFile() as file:
    file.write(b"abc")
    file.seek(1)
    print(file.read())
with tempfile.SpooledTemporaryFile(max_size=4, mode="w+") as file:
    file.write("spilled over")
    file.seek(0)
    print(file.read())
fd, name = tempfile.mkstemp(dir=".")
os.write(fd, b"1")
os.close(fd)
print(os.path.getsize(name), tempfile.gettempdir(), os.path.isdir(tempfile.mkdtemp(dir=".")))
