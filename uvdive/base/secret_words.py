"""Which words in commands, settings and texts look like secrets, by the table of ``secret_patterns``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from uvdive.base.secret_patterns import (
    HARMLESS_NAME,
    HEADER,
    NAMED,
    NO_VALUE,
    OPTION,
    PLACES,
    SECRET_NAME,
    SETTING,
    WORDS,
)

HIDDEN = "[redacted]"
LONG_ENOUGH = 8
"""Characters from which on a value is looked for everywhere: without each ``dev`` a text would be ruined."""


def is_secret(name: str, value: str) -> bool:
    """Does a variable look like a secret, by the words of its name and by what it holds?"""
    if not SECRET_NAME.fullmatch(name) or HARMLESS_NAME.fullmatch(name):
        return False
    plain = value.strip("\"'")
    if not plain or NO_VALUE.fullmatch(plain):
        return False
    # MAX_TOKENS=4096 is no secret, PASSWORD=1234 is one.
    return not plain.isdigit() or "PASS" in name.upper()


def is_secret_option(word: str) -> bool:
    """Is a word an option whose next word is a secret (``--password``)?"""
    return OPTION.fullmatch(f"{word} x") is not None and not HARMLESS_NAME.fullmatch(word)


def _bare(match: re.Match[str]) -> str:
    """The name that a match is about: an option's dashes are no part of it, nor is the keyword before it."""
    name = match["name"].split()[-1].rpartition(":")[2] if match.re is not HEADER else match["name"]
    return name if match.re is HEADER else name.lstrip("-").replace("-", "_")


def _holds(match: re.Match[str]) -> bool:
    value = match["value"]
    if HIDDEN in value:
        return False
    return NO_VALUE.fullmatch(value) is None if match.re is HEADER else is_secret(_bare(match), value)


def _hide_named(match: re.Match[str]) -> str:
    if not _holds(match):
        return match[0]
    value = match["value"]
    # What stands around an exec form's words stays: `["--password", "x"]`.
    quote = value[0] if value[0] in "\"'" and value[-1] == value[0] and '"' in match["sign"] + "," else ""
    return f"{match['name']}{match['sign']}{quote}{HIDDEN}{quote}"


def _hide_setting(match: re.Match[str]) -> str:
    """``Env:TOKEN: a -> not set``: that it differs still shows."""
    name = match["name"].partition(":")[2]
    sides = match["value"].split(" -> ")
    hidden = " -> ".join(HIDDEN if is_secret(name, side) and side != "not set" else side for side in sides)
    return f"{match['name']}{match['sign']}{hidden}"


def _hide_place(match: re.Match[str]) -> str:
    value = match["value"]
    hide = HIDDEN not in value and not NO_VALUE.fullmatch(value.strip("\"'"))
    return f"{match['before']}{HIDDEN}" if hide else match[0]


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with everything that looks like a secret as ``[redacted]``.

    ``known`` are values that are secrets wherever they stand.
    """
    for value in known:
        if value in text:
            # A password that is a word is no part of other words.
            edge = r"(?<!\w){}(?!\w)" if value.isalpha() else "{}"
            text = re.sub(edge.format(re.escape(value)), HIDDEN, text)
    for pattern in NAMED:
        text = pattern.sub(_hide_named, text)
    text = SETTING.sub(_hide_setting, text)
    lowered = text.lower()
    for needle, pattern in PLACES:
        if needle in lowered:
            text = pattern.sub(_hide_place, text)
    return WORDS.sub(HIDDEN, text)


def _values(text: str) -> Iterator[str]:
    for pattern in NAMED:
        yield from (match["value"].strip("\"'") for match in pattern.finditer(text) if _holds(match))
    found = (match["value"] for match in PLACES[0][1].finditer(text))
    yield from (value for value in found if not NO_VALUE.fullmatch(value))


def values_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The values that texts show to be secrets, longest first: they are ones wherever else they stand."""
    found = {value for text in texts for value in _values(text) if len(value) >= LONG_ENOUGH}
    found.discard(HIDDEN)
    return tuple(sorted(found, key=lambda value: (-len(value), value)))


def secret_values(env: Iterable[str]) -> tuple[str, ...]:
    """The same of ENV entries (``K=V``), by their names."""
    entries = (entry.partition("=")[::2] for entry in env)
    found = {value for name, value in entries if is_secret(name, value) and len(value) >= LONG_ENOUGH}
    return tuple(sorted(found, key=lambda value: (-len(value), value)))
