"""Which variables and labels of a Dockerfile hold a secret: by their names, or by what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.base.secrets.words import is_secret
from uvdive.dockerfile.text.heredocs import raw_words
from uvdive.dockerfile.variables import pairs

if TYPE_CHECKING:
    from uvdive.dockerfile.steps import Step

_GIVES = re.compile(r"\$(?:\{([A-Za-z_]\w{0,200})(?::?[-?][^}$]{0,500})?\}|([A-Za-z_]\w{0,200}))")
"""What puts a variable's value into another one; ``${X:+y}`` and what cuts do not."""

_STAND_IN = re.compile(
    r"(?:dummy|fake|temp|test|example|secret|password|postgres|root|admin|build(?:time)?|dev(?:elopment)?"
    r"|change[-_]?(?:me|this|it)|place[-_]?holder|not[-_]?(?:a[-_]?)?secret|unsafe|(?:django[-_])?insecure)"
    r"(?:[-_!.].{0,100})?|[a-z_-]{0,60}(?:build|only|dummy|unused|ignored|nothing|whatever)[a-z_-]{0,60}",
    re.IGNORECASE,
)
"""What is written where a real value has no place."""


@dataclass(frozen=True, slots=True)
class Held:
    """A variable or label that holds a secret; ``source`` is the variable that gave it, if one did."""

    step: Step
    name: str
    source: str | None


def secret_variables(steps: Iterable[Step]) -> Iterator[Held]:
    """What of ENV, LABEL and the defaults of ARG holds a secret, in the file's order.

    A build argument that is called as a secret gives one, whatever the variable is called that takes
    it; and so on, from one variable to the next.
    """
    givers: set[str] = set()
    for step in steps:
        if step.keyword not in ("ENV", "ARG", "LABEL"):
            continue
        written = _written(step)
        given: list[tuple[str, bool]] = []
        for name, value in pairs(step.instruction.value, step.values.get):
            source = next((each for each in _given(written.get(name, "")) if each in givers), None)
            stated = value is not None and is_secret(name, value) and not is_stand_in(value)
            if source is not None or (stated and "$" not in written.get(name, "")):
                yield Held(step, name, source)
            if step.keyword != "LABEL":
                given.append((name, source is not None or is_secret(name, "something")))
        for name, gives in given:
            (givers.add if gives else givers.discard)(name)


def is_stand_in(value: str) -> bool:
    """Is a value one of those that are written where the real one has no place (``changeme``)?"""
    return _STAND_IN.fullmatch(value) is not None


def _written(step: Step) -> dict[str, str]:
    """The values as they are written, by name."""
    words = raw_words(step.instruction.value)
    if words and "=" not in words[0] and len(words) > 1:
        return {words[0]: " ".join(words[1:])}
    found = (word.partition("=")[::2] for word in words)
    return {name.strip("\"'"): value for name, value in found}


def _given(value: str) -> Iterator[str]:
    return ((match[1] or match[2]) for match in _GIVES.finditer(value))
