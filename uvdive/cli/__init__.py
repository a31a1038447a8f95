"""The command line; the only floor that prints."""

from __future__ import annotations

_RARELY = 100_000, 50, 100
"""How often a command looks for garbage (``gc.set_threshold``); the app has times of its own."""


def run() -> None:
    """The entry point ``uvdive``: run the command line of this process and exit."""
    import gc
    import sys

    if sys.platform == "win32":
        sys.stderr.write("uvdive runs on Linux and macOS; on Windows, run it in WSL2 (`wsl --install`).\n")
        sys.exit(2)
    from uvdive.cli.main import main

    # Nearly all that a command makes stays until its end, and is looked through at each of
    # Python's usual intervals: that took 3 to 5 % of the time of a large image.
    gc.set_threshold(*_RARELY)
    code = main(sys.argv[1:])
    gc.freeze()  # else the way out looks through everything once more
    sys.exit(code)
