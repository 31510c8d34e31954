from pathlib import Path, PurePosixPath, PureWindowsPath

root = Path("tree")
(root / "a" / "b").mkdir(parents=True)
(root / "a" / "one.txt").write_text("1\n")
(root / "a" / "b" / "two.txt").write_bytes(b"22")
(root / "three.md").write_text("3é", encoding="utf-8")
print(sorted(str(p) for p in root.rglob("*")), sorted(p.name for p in root.glob("**/*.txt")))
print([p.name for p in sorted(root.iterdir())], (root / "a").is_dir(), (root / "none").exists())
path = Path("/usr/share/doc/readme.tar.gz")
print(path.name, path.stem, path.suffix, path.suffixes, path.parent, path.parts, path.with_suffix(".zip"), path.relative_to("/usr"))
print(path.match("*.gz"), path.is_relative_to("/usr"), path.with_stem("x"), Path("a//b/./c"), Path("a") / "/b", PureWindowsPath(r"C:\x\y.txt").parts)
print((root / "a/one.txt").rename(root / "moved.txt"), (root / "moved.txt").stat().st_size, (root / "moved.txt").read_text())
(root / "link").symlink_to("moved.txt")
print((root / "link").is_symlink(), (root / "link").resolve() == (root / "moved.txt").resolve(), (root / "link").readlink())
(root / "link").unlink()
(root / "gone").unlink(missing_ok=True)
(root / "t").touch()
print((root / "t").stat().st_size, Path.cwd().name, Path("~/x").expanduser(), PurePosixPath("a/../b").as_posix(), Path("x").absolute())
for wrong in (lambda: (root / "none").read_text(), lambda: root.rmdir(), lambda: (root / "a").mkdir(), lambda: root.read_text()):
    try:
        wrong()
    except OSError as error:
        print(type(error).__name__, error.strerror, error.filename)
