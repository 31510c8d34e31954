# One exception behind another, with the lines of the source.
cat > load.py <<'END'
class ConfigError(Exception):
    pass


def load(path):
    try:
        return open(path).read()
    except OSError as error:
        raise ConfigError("no configuration") from error


def start():
    try:
        load("missing.ini")
    except ConfigError as error:
        error.add_note("looked in the current folder")
        raise


print("starting")
try:
    start()
except ConfigError:
    try:
        {}["key"]
    except KeyError:
        raise RuntimeError("gave\nup") from None
    finally:
        print("finally")
END
python3 load.py 2> err; echo "exit $?"
grep -v '\^' err | sed 's/Errno [0-9]*/Errno/'
sed -i '/^try:/,$d' load.py; echo 'start()' >> load.py
python3 load.py 2> err; echo "exit $?"
grep -v '\^' err | sed 's/Errno [0-9]*/Errno/'
echo 'raise ExceptionGroup("two", [ValueError("a"), TypeError("b")])' > group.py
python3 group.py 2>&1 | grep -v '\^'
