# Exit codes, and the lines of usage and error that later versions word alike.
cat > tool.py <<'END'
import argparse

parser = argparse.ArgumentParser(description="Count things.")
parser.add_argument("file", help="what to read")
parser.add_argument("--count", type=int, metavar="N", help="how many (default: %(default)s)", default=3)
parser.add_argument("--version", action="version", version="%(prog)s 1.2")
args = parser.parse_args()
if args.count < 0:
    parser.error("N can't be negative")
print(args)
END
python3 tool.py; echo "exit $?"
python3 tool.py f --count x; echo "exit $?"
python3 tool.py f --count=-1; echo "exit $?"
python3 tool.py f --wrong 2>&1; echo "exit $?"
python3 tool.py --help; echo "exit $?"
python3 tool.py --version; echo "exit $?"
python3 tool.py f --count 5; echo "exit $?"
