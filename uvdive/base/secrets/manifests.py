"""Kubernetes' own form for secrets, whose values are ones whatever their keys are called.

https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

# A line of a diff begins with a sign of its own.
_NEXT_DOCUMENT = re.compile(r"[+ -]?---(?:\s|$)")
_IS_SECRET = re.compile(r"[+ -]?kind:[ \t]{1,9}[\"']?Secret[\"']?[ \t]{0,99}(?:#.*)?$")
_DATA = re.compile(r"[+ -]?[ \t]{0,200}(?P<key>data|stringData):[ \t]{0,99}(?:#.*)?$")
_ENTRY = re.compile(r"""(?P<key>[+-]?[ \t]{1,400}[\w."'/-]{1,300}:[ \t]{1,99})(?P<value>\S.*)$""")
_BLOCK = re.compile(r"[|>][+-]?\d?[+-]?[ \t]{0,99}(?:#.*)?$")


def hide_data(text: str, hidden: str) -> str:
    """The text with ``hidden`` for every value of a Secret's ``data`` and ``stringData`` in it.

    Those keep their lines, so that a diff stays one.
    """
    if "stringData:" not in text and "Secret" not in text:
        return text
    return "".join(_hidden(text.splitlines(keepends=True), hidden))


def _in_secrets(lines: list[str]) -> Iterator[bool]:
    """Of each line: does it belong to a document that is a Secret?"""
    starts = [at for at, line in enumerate(lines) if at and _NEXT_DOCUMENT.match(line)]
    for start, end in itertools.pairwise((0, *starts, len(lines))):
        found = any(_IS_SECRET.match(line.rstrip("\r\n")) for line in lines[start:end])
        yield from itertools.repeat(found, end - start)


def _hidden(lines: list[str], hidden: str) -> Iterator[str]:
    """The lines without the values that lie deeper than ``data`` does."""
    within = block = -1  # how far the mapping and the text in it are indented
    for line, is_secret in zip(lines, _in_secrets(lines), strict=True):
        body = line.rstrip("\r\n")
        deep = _depth(body)
        if not body.strip("+- \t"):
            yield line
        elif within < 0 or deep <= within:
            data = _DATA.match(body)
            opens = data is not None and (is_secret or data["key"] == "stringData")
            within, block = (deep if opens else -1), -1
            yield line
        elif 0 <= block < deep:
            yield f"{body[: len(body) - len(body[1:].lstrip())]}{hidden}{line[len(body) :]}"
        else:
            entry = _ENTRY.match(body)
            value = entry["value"] if entry is not None else ""
            block = deep if _BLOCK.match(value) else -1
            if entry is None or block >= 0 or hidden in value or value.startswith("#"):
                yield line
            else:
                yield f"{entry['key']}{hidden}{line[len(body) :]}"


def _depth(body: str) -> int:
    """How far a line is indented; a diff's sign counts as one, as it does in all lines of the diff."""
    return len(body) - len(body.lstrip("+- \t"))
