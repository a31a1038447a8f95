"""What the last words of a program say that it needs to start: variables, or another service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NAME = r"([A-Z][A-Z0-9_]{2,100})"
_NAMING = (
    re.compile(rf"KeyError: ['\"]{_NAME}['\"]"),
    re.compile(rf"\benviron(?:ment)?(?:\.get)?[\[(]['\"]{_NAME}['\"]"),
    re.compile(rf"(?i:\b(?:environment |env )?var(?:iable)?s?:? )[`'\"]?{_NAME}\b"),
    re.compile(rf"(?i:\bset (?:the )?)[`'\"]?{_NAME}\b"),
    re.compile(
        rf"\b{_NAME}[`'\"]?:? (?i:(?:setting |environment variable |env var |variable )?"
        r"(?:is|was|must|has|not|required|missing|undefined|unbound|parameter|needs|should))\b"
    ),
)
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9_]{1,100})$")
_REQUIRED = re.compile(r"^\s+Field required \[type=missing")  # pydantic's settings
_SERVICE = re.compile(
    r"Connection refused|Name or service not known|Temporary failure in name resolution"
    r"|could not translate host name|nodename nor servname|Network is unreachable|No route to host"
    r"|Name does not resolve",
    re.IGNORECASE,
)
_NO_VARIABLES = frozenset({"HTTP", "GET", "POST", "ERROR", "WARNING", "INFO", "DEBUG", "CRITICAL", "FATAL"})
_MOST = 5


def named_variables(log: Iterable[str]) -> tuple[str, ...]:
    """The variables that a log says are missing, in the order of their first mention."""
    found = dict.fromkeys(_named(tuple(log)))
    return tuple(name for name in found if name not in _NO_VARIABLES)[:_MOST]


def _named(lines: tuple[str, ...]) -> Iterator[str]:
    for number, line in enumerate(lines):
        for pattern in _NAMING:
            yield from pattern.findall(line)
        field = _FIELD.match(line)
        if field and number + 1 < len(lines) and _REQUIRED.match(lines[number + 1]):
            yield field[1].upper()


def what_it_needs(log: Iterable[str]) -> str:
    """A sentence that says with which options the program could be started."""
    lines = tuple(log)
    names = named_variables(lines)
    if names:
        options = " ".join(f"--start-env {name}=…" for name in names)
        return f"The error names {', '.join(names)}: give it with {options}."
    if any(map(_SERVICE.search, lines)):
        return "It wants a service that is not there: --start-env names another, --start-network reaches it."
    return "Give the program what it needs with --start-env, --start-env-file or --start-network."
