import configparser
import io
import tomllib

config = configparser.ConfigParser()
config.read_string("""
[DEFAULT]
retries = 3
[server]
host = example.com
port = 8080
debug = yes
path = %(host)s/x
long = one
   two
[empty]
""")
print(config.sections(), config["server"]["host"], config.getint("server", "port"), config["server"].getboolean("debug"), config["server"]["path"], config["empty"]["retries"], repr(config["server"]["long"]), config.get("server", "none", fallback="?"), "server" in config)
config["new"] = {"a": "1"}
config.set("server", "port", "1")
config.remove_section("empty")
out = io.StringIO()
config.write(out)
print(out.getvalue())
for wrong in (lambda: config["none"], lambda: config.get("server", "none"), lambda: configparser.ConfigParser().read_string("key = 1"), lambda: config.getint("server", "host")):
    try:
        wrong()
    except (KeyError, ValueError, configparser.Error) as error:
        print(type(error).__name__)
doc = tomllib.loads("""
title = "TOML é"
when = 1979-05-27T07:32:00Z
n = [1, 2_000, 0xff, 1e3, inf]
[a.b]
multi = '''
raw \\n'''
[[list]]
x = 1
[[list]]
y = { z = true }
""")
print(doc)
try:
    tomllib.loads("a = \n")
except tomllib.TOMLDecodeError as error:
    print(error)
