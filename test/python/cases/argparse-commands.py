import argparse


def build():
    parser = argparse.ArgumentParser(prog="tool", description="Does things.", epilog="That is all.")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    commands = parser.add_subparsers(dest="command", required=True)
    copy = commands.add_parser("copy")
    copy.add_argument("source")
    copy.add_argument("targets", nargs="+")
    copy.add_argument("--mode", choices=["fast", "safe"], default="safe")
    copy.add_argument("--size", type=int, default=4)
    remove = commands.add_parser("remove")
    group = remove.add_mutually_exclusive_group()
    group.add_argument("--all", action="store_true")
    group.add_argument("--name", action="append")
    remove.add_argument("--color", action=argparse.BooleanOptionalAction)
    return parser


parser = build()
for line in ("-vv copy a b c --size=7", "copy a b --mode fast", "remove --all", "remove --name x --name y --no-color", "copy -- -a -b"):
    print(sorted(vars(parser.parse_args(line.split())).items()))
print(parser.parse_known_args("remove --all --unknown 1".split()))
bare = argparse.ArgumentParser(fromfile_prefix_chars="@", allow_abbrev=False, exit_on_error=False)
bare.add_argument("rest", nargs=argparse.REMAINDER)
with open("args.txt", "w") as file:
    file.write("one\ntwo words\n")
print(bare.parse_args(["@args.txt"]))
