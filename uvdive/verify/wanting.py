"""What the message of a program names as not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.verify.checks import Want

_LIBRARY = re.compile(r"([\w./+-]+\.so[\w.]*): cannot open shared object file")  # ld.so
_FILE = re.compile(r"No such file or directory: (['\"])(/.+?)\1")  # Python's FileNotFoundError
_PROGRAM = re.compile(r"(?:No such file or directory: |exec: )(['\"])([\w.+-]+)\1")
_SHELL = re.compile(r"(?:sh|bash|dash): (?:line )?\d+: (?:exec: )?([\w./+-]+): not found")


def wanted_by(message: str) -> Iterator[Want]:
    """The libraries, files and programs that a message names; a program without a folder as one."""
    for name in _LIBRARY.findall(message):
        yield Want("library", name.rpartition("/")[2])
    for _, path in _FILE.findall(message):
        yield Want("path", path)
    names = [name for _, name in _PROGRAM.findall(message)] + _SHELL.findall(message)
    for name in names:
        yield Want("path" if name.startswith("/") else "program", name)
