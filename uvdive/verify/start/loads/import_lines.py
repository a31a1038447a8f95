"""What Pythons say of their imports on standard error (``-X importtime``)."""

from __future__ import annotations

from collections.abc import Mapping

_MARK = b"import time: "
_MOST = 50_000
"""So many modules are counted; more are nobody's."""

_NAME = 400
_DIGITS = 15
"""Longer names, in bytes, and longer numbers are no module's."""


def module_times(error: bytes) -> Mapping[str, int]:
    """The microseconds that each module took by itself, summed over all processes.

    A line is ``import time: SELF | CUMULATIVE | NAME``, the name indented by two spaces for
    each import that it is part of. Whatever else there is, is passed over: the header, a
    program's own lines, half a line. What a program wrote before the mark, without an end of
    the line, does not hide an import.
    """
    found: dict[str, int] = {}
    for line in error.split(b"\n"):
        _, mark, told = line.rpartition(_MARK)
        fields = told.rstrip(b"\r").split(b"|")
        if not mark or len(fields) != 3 or not all(map(_is_number, fields[:2])):
            continue
        name = fields[2].strip(b" ")
        if not 0 < len(name) <= _NAME or len(name.split()) != 1:
            continue
        module = name.decode("utf-8", "replace")
        if module in found or len(found) < _MOST:
            found[module] = found.get(module, 0) + int(fields[0])
    return found


def _is_number(field: bytes) -> bool:
    digits = field.strip(b" ")
    return len(digits) <= _DIGITS and digits.isdigit()
