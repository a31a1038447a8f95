"""What the message of a program names as not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.verify.checks import Want

_LIBRARY = re.compile(r"(?<![\w./+-])([\w./+-]+): cannot open shared object file")  # ld.so
_FILE = re.compile(r"No such file or directory: (['\"])(/.+?)\1")  # Python's FileNotFoundError
_PROGRAM = re.compile(r"(?:No such file or directory: |exec: )(['\"])([\w.+-]+)\1")
_MODULE = re.compile(r"No module named (['\"]?)([\w.]+)\1")  # ModuleNotFoundError, and `python -m`
_SHELL = re.compile(r"(?:sh|bash|dash): (?:line )?\d+: (?:exec: )?([\w./+-]+): not found")


def wanted_by(message: str) -> Iterator[Want]:
    """The libraries, files, modules and programs that a message names; a program with a folder as a path."""
    for name in _LIBRARY.findall(message):
        if ".so" in name:
            yield Want("library", name.rpartition("/")[2])
    for _, path in _FILE.findall(message):
        yield Want("path", path)
    for _, name in _MODULE.findall(message):
        yield Want("module", name)
    names = [name for _, name in _PROGRAM.findall(message)] + _SHELL.findall(message)
    for name in names:
        yield Want("path" if name.startswith("/") else "program", name)
