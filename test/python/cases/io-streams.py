import io
import os

with open("text.txt", "w") as file:
    print(file.write("line 1\nline 2\n"), file.tell(), file.writable(), file.readable(), file.mode, file.name, file.encoding.lower())
    file.writelines(["line 3\n", "end"])
with open("text.txt") as file:
    print(file.readline(), file.read(3), file.tell(), list(file), file.seek(0), next(file))
with open("text.txt", "r+") as file:
    file.seek(5)
    file.write("X")
    file.seek(0, os.SEEK_END)
    file.write("!")
    file.truncate(20)
print(open("text.txt").read())
with open("text.txt", "a+b") as file:
    file.write(b"\x00")
    file.seek(-3, 2)
    print(file.read(), file.peek() if hasattr(file, "peek") else None)
with open("bin", "wb", buffering=0) as file:
    print(type(file).__name__, file.write(b"abc"))
with open("bin", "rb") as file:
    buffer = bytearray(2)
    print(type(file).__name__, file.readinto(buffer), buffer, file.read1(10))
memory = io.BytesIO(b"abcdef")
print(memory.read(2), memory.getbuffer()[0], memory.seek(0, 2), memory.write(b"g"), memory.getvalue())
text = io.StringIO("a\nb", newline=None)
print(text.readlines(), text.tell())
for wrong in (lambda: open("none.txt"), lambda: open("text.txt", "x"), lambda: open("text.txt", "q"), lambda: open("."), lambda: open("text.txt").write("x"), lambda: file.read()):
    try:
        wrong()
    except OSError as error:
        print(type(error).__name__, error.strerror, error.filename)
    except ValueError as error:
        print(error)
with open("sub\u00e9 dir", "w") as file:
    pass
print(sorted(os.listdir()), open("bin", newline="").newlines, print("sep", "end", sep="-", end="!\n"))
