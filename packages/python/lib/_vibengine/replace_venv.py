"""The venv module, which cannot do its work: an environment needs an interpreter of its own to link to."""

import sys

WHY = (
    "virtual environments are not available here: there is one Python, whose packages are in"
    " /usr/local/lib/python3.15/site-packages; for a set of packages of its own use pip install --target DIR and PYTHONPATH=DIR"
)


class EnvBuilder:
    """Always fails."""

    def __init__(self, *args, **kwargs):
        raise RuntimeError(WHY)


def create(*args, **kwargs):
    """Always fails."""
    raise RuntimeError(WHY)


if __name__ == "__main__":
    sys.exit(f"python3 -m venv: {WHY}")
