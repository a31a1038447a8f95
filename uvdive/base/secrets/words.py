"""Which words in commands, settings and texts look like secrets, by the tables beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from uvdive.base.secrets.manifests import hide_data
from uvdive.base.secrets.names import (
    HARMLESS_NAME,
    HEADER,
    MADE_PLAIN,
    MAYBE_NAME,
    NAMED,
    NO_VALUE,
    OPTION,
    SECRET_NAME,
    SETTING,
    WORDS_OF_NAMES,
)
from uvdive.base.secrets.places import PLACES
from uvdive.base.secrets.programs import PROGRAMS
from uvdive.base.secrets.sought import Sought
from uvdive.base.secrets.tokens import WORDS

HIDDEN = "[redacted]"
LONG_ENOUGH = 8
"""Characters from which on a value is looked for everywhere: without each ``dev`` a text would be ruined."""

_PLACES = tuple((needle, place) for place in (*PLACES, *PROGRAMS) for needle in place.needles)
_WORD = r'"((?:[^"\\\n]|\\.){0,2000})"'
_WORD_IN_QUOTES = re.compile(_WORD)
_WORDS_IN_QUOTES = re.compile(
    rf"\[[ \t]{{0,9}}{_WORD}(?:[ \t]{{0,9}},[ \t]{{0,9}}{_WORD}){{1,60}}[ \t]{{0,9}}\]"
)

_PIN = 4
"""Digits of a PIN; those of a board's pins have fewer."""


def is_secret(name: str, value: str) -> bool:
    """Does a variable look like a secret, by the words of its name and by what it holds?"""
    if not WORDS_OF_NAMES.search(name):
        return False
    sure = SECRET_NAME.fullmatch(name) is not None
    if not (sure or MAYBE_NAME.fullmatch(name)) or HARMLESS_NAME.fullmatch(name):
        return False
    plain = value.strip("\"'")
    if not plain or NO_VALUE.fullmatch(plain):
        return False
    if not sure:
        return looks_made(plain) or (name.upper().endswith("PIN") and plain.isdigit() and len(plain) >= _PIN)
    # MAX_TOKENS=4096 is no secret, PASSWORD=1234 is one.
    return not plain.isdigit() or "PASS" in name.upper()


def looks_made(value: str) -> bool:
    """Does a value look as if a program made it up: letters and digits, and no version, place or file?"""
    if len(value) < LONG_ENOUGH or MADE_PLAIN.fullmatch(value):
        return False
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def is_secret_option(word: str, value: str) -> bool:
    """Is a word an option whose next word, the value, is a secret (``--password``)?"""
    named = OPTION.fullmatch(f"{word} x") is not None and not HARMLESS_NAME.fullmatch(word)
    return named and is_secret(_bare_option(word), value)


def _bare(match: re.Match[str]) -> str:
    """The name that a match is about: an option's dashes are no part of it, nor is the keyword before it."""
    if match.re is HEADER.pattern:
        return match["name"]
    return _bare_option(re.split("[:/=\"']", match["name"].split()[-1])[-1])


def _bare_option(word: str) -> str:
    return word.lstrip("+-").replace("-", "_")


def _holds(match: re.Match[str]) -> bool:
    value = match["value"]
    if HIDDEN in value:
        return False
    return NO_VALUE.fullmatch(value) is None if match.re is HEADER.pattern else is_secret(_bare(match), value)


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
    for sought in _named_in(text):
        text = sought.pattern.sub(_hide_setting if sought is SETTING else _hide_named, text)
    text = _WORDS_IN_QUOTES.sub(_hide_in_words, text)
    return hide_data(WORDS.sub(HIDDEN, _without_places(text)), HIDDEN)


def redact_words(words: Sequence[str]) -> list[str]:
    """The words of one command, each as ``redact`` leaves it by itself and on the whole line.

    By itself first: a word may be a command of its own (a list of instructions), and what
    stands before it must not tell where its secret begins.
    """
    words = [redact(word) for word in words]
    line = " ".join(words)
    spans = sorted(_spans(line))
    found, start = [], 0
    for word in words:
        end, at, parts = start + len(word), start, []
        for first, last in spans:
            if max(first, at) < min(last, end):
                parts += [line[at : max(first, at)], HIDDEN]
                at = min(last, end)
        found.append("".join(parts) + line[at:end])
        start = end + 1
    return found


def _spans(line: str) -> Iterator[tuple[int, int]]:
    lowered = line.lower()
    for needle, place in _PLACES:
        if needle in lowered:
            found = place.pattern.finditer(line)
            yield from (match.span("value") for match in found if _hide_place(match) != match[0])


def _hide_in_words(match: re.Match[str]) -> str:
    """An exec form: on one line its words say what is a secret; each stays between its quotes."""
    words = iter(redact_words([word[1] for word in _WORD_IN_QUOTES.finditer(match[0])]))
    return _WORD_IN_QUOTES.sub(lambda _: f'"{next(words)}"', match[0])


def _without_places(text: str) -> str:
    lowered = text.lower()
    for needle, place in _PLACES:
        if needle in lowered:
            text = place.pattern.sub(_hide_place, text)
    return text


def _named_in(text: str) -> list[Sought]:
    """Those of NAMED, and SETTING behind them, that may have a match in a text."""
    if not WORDS_OF_NAMES.search(text):
        return []
    lowered = text.lower()
    return [sought for sought in (*NAMED, SETTING) if sought.may_be_in(lowered)]


def _values(text: str) -> Iterator[str]:
    for sought in _named_in(text):
        if sought is not SETTING:
            matches = sought.pattern.finditer(text)
            yield from (match["value"].strip("\"'") for match in matches if _holds(match))
    found = (match["value"] for match in PLACES[0].pattern.finditer(text))
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
