import logging
import logging.handlers
import sys

logging.warning("to stderr by default %d", 1)
log = logging.getLogger("app.db")
log.setLevel(logging.DEBUG)
out = logging.StreamHandler(sys.stdout)
out.setFormatter(logging.Formatter("{levelname:8} {name} {message}", style="{"))
logging.getLogger("app").addHandler(out)
logging.getLogger("app").propagate = False
log.debug("query %s took %.1f ms", "SELECT", 1.25)
log.info("extra %(a)s", {"a": 5})
out.addFilter(lambda record: record.levelno >= logging.ERROR)
log.warning("filtered away")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it broke")
file = logging.handlers.RotatingFileHandler("app.log", maxBytes=60, backupCount=2)
file.setFormatter(logging.Formatter("%(levelno)s:%(funcName)s:%(lineno)d:%(message)s"))
logging.getLogger("app").addHandler(file)


def busy():
    for n in range(6):
        log.error("message number %d", n)


busy()
import os

print(sorted(name for name in os.listdir() if "app.log" in name), open("app.log").read())
log.log(25, "custom level"), print(logging.getLevelName(25), log.isEnabledFor(5), log.getEffectiveLevel())
logging.getLogger("plain").error("goes to stderr")
