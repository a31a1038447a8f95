"""The command line; the only floor that prints."""

from __future__ import annotations


def run() -> None:
    """The entry point ``uvdive``: run the command line of this process and exit."""
    import sys

    from uvdive.cli.main import main

    sys.exit(main(sys.argv[1:]))
