import io
import logging
import logging.config

stream = io.StringIO()
logging.config.dictConfig({
    "version": 1,
    "formatters": {"short": {"format": "%(levelname).1s %(name)s: %(message)s"}},
    "handlers": {
        "out": {"class": "logging.StreamHandler", "formatter": "short", "stream": "ext://sys.stdout"},
        "memory": {"class": "logging.StreamHandler", "formatter": "short", "stream": stream, "level": "ERROR"},
    },
    "loggers": {"quiet": {"level": "CRITICAL"}},
    "root": {"level": "INFO", "handlers": ["out", "memory"]},
})
logging.info("root info")
logging.debug("hidden")
logging.getLogger("quiet").error("hidden too")
logging.getLogger("a.b").error("both", extra={"x": 1})
print(repr(stream.getvalue()))
adapter = logging.LoggerAdapter(logging.getLogger("web"), {"id": 7})
adapter.process = lambda msg, kwargs: (f"[{adapter.extra['id']}] {msg}", kwargs)
adapter.warning("careful")
logging.disable(logging.WARNING)
logging.warning("disabled")
logging.captureWarnings(True)
logging.shutdown()
