import csv
import io

rows = [["name", "note", "n"], ["Ann", 'says "hi"', 1], ["Bob", "a,b\nc", 2.5], ["", None, "x y"]]
with open("out.csv", "w", newline="") as file:
    csv.writer(file).writerows(rows)
print(repr(open("out.csv", newline="").read()))
with open("out.csv", newline="") as file:
    for row in csv.DictReader(file):
        print(row)
out = io.StringIO()
writer = csv.DictWriter(out, ["a", "b"], delimiter=";", quoting=csv.QUOTE_NONNUMERIC, restval="?", extrasaction="ignore")
writer.writeheader()
writer.writerow({"a": 1, "b": "x"})
writer.writerow({"a": "y;z", "c": 3})
print(out.getvalue())
print(list(csv.reader(["a\tb\\\tc", "'q\tr'\ts"], delimiter="\t", quotechar="'", escapechar="\\")))
print(csv.Sniffer().sniff("a;b;c\n1;2;3\n4;5;6\n").delimiter, csv.Sniffer().has_header("name,n\nann,1\nbob,2\n"))
try:
    list(csv.reader(['a,"b'], strict=True))
except csv.Error as error:
    print(error)
