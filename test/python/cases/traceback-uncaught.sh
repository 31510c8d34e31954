# An uncaught exception of a script; later versions mark calls with more carets.
cat > report.py <<'END'
import json


class Config:
    def __init__(self, text):
        self.values = json.loads(text)

    def ratio(self):
        total = self.values["a"] / self.values["b"]
        return total


def main():
    config = Config('{"a": 1, "b": 0}')
    print("before")
    return config.ratio()


if __name__ == "__main__":
    print(main())
END
python3 report.py > out 2> err; echo "exit $?"
cat out; grep -v '\^' err
sed -i 's/"b": 0/"b": /' report.py
python3 report.py 2> err; echo "exit $?"
head -3 err; tail -1 err
