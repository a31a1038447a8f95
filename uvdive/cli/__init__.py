"""The command line; the only floor that prints."""

from __future__ import annotations


def run() -> None:
    """The entry point ``uvdive``: run the command line of this process and exit."""
    import sys

    if sys.platform == "win32":
        sys.stderr.write("uvdive runs on Linux and macOS; on Windows, run it in WSL2 (`wsl --install`).\n")
        sys.exit(2)
    from uvdive.cli.main import main

    sys.exit(main(sys.argv[1:]))
