"""The ladder: which sets of choices make the image smaller step by step, or why one cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from uvdive.base.units import size
from uvdive.rewrite.choices import NONE, TRIM
from uvdive.rewrite.draft import Draft
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.plan import Rung

BASE, PYTHON = "final-base", "python"
DISTROLESS = "distroless"
_NONE_KNOWN = "no smaller base is known that has this system's libraries"
_OWN_BASES = frozenset(("same", "slim", "base"))
_ALL = "all"
_LEAST = 0.001
"""The share of an image that a step has to save: less is within what a prediction may be off by."""

Make = Callable[[Mapping[str, str]], Draft]
"""Makes the draft of some choices; raises Refused."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One step as it was tried: the choices with the draft, or why there is none."""

    choices: Mapping[str, str]
    draft: Draft | None = None
    why: str = ""

    @property
    def bytes(self) -> int | None:
        """The predicted bytes of the image; None where nobody knows."""
        found = None if self.draft is None else self.draft.prediction
        return None if found is None else found.after_bytes


def climb(make: Make, given: Mapping[str, str], text: str, lean: str = DISTROLESS) -> tuple[Rung, ...]:
    """The rungs from the plain one to the leanest; each stands on the leanest before it that can be had.

    Args:
        make: makes drafts, each once.
        given: the choices that each rung keeps; a base or parts that are named there are those of
            the rungs that have one.
        text: of the plan that is shown, so that the rung which it is can be told.
        lean: the base of the second rung, as ``final-base`` takes it; empty where none is known for
            the system of the build.
    """
    plain = {name: value for name, value in given.items() if name not in (BASE, TRIM)}
    base, trim = given.get(BASE, lean), given.get(TRIM, NONE)
    base, trim = lean if base in _OWN_BASES else base, _ALL if trim == NONE else trim
    first = _smallest(make, plain)
    if first.draft is None or first.draft.outcome != "rewritten":
        return ()
    second = _Step({**plain, BASE: DISTROLESS}, why=_NONE_KNOWN)
    if base:
        second = _leaner(_smallest(make, {**plain, BASE: base}, BASE), first)
    stands = second if second.draft is not None else first
    again = {**_without_python(stands.choices, given), TRIM: trim}
    trimmed = _leaner(_smallest(make, again, TRIM), stands)
    name = DISTROLESS if base in (DISTROLESS, "") else f"on {base}"
    return tuple(
        _rung(id_, words, step, text)
        for id_, words, step in (
            ("multi-stage", "multi-stage", first),
            (DISTROLESS, name, second),
            ("trimmed", "trimmed", trimmed),
        )
    )


def _without_python(choices: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The choices, with the interpreter as the user gave it, so that both are tried again."""
    kept = {name: value for name, value in choices.items() if name != PYTHON}
    return {**kept, PYTHON: given[PYTHON]} if PYTHON in given else kept


def _smallest(make: Make, choices: Mapping[str, str], takes: str = "") -> _Step:
    """The smallest draft of some choices, over the interpreters that it may have.

    ``takes`` is the choice that a draft has to take, where one counts.
    """
    steps = [_tried(make, choices)]
    if PYTHON not in choices:
        steps += [_tried(make, {**choices, PYTHON: value}) for value in _pythons(steps[0])]
    if takes:
        steps = [_offered(step, takes, choices[takes]) for step in steps]
    made = [step for step in steps if step.draft is not None]
    known = [step for step in made if step.bytes is not None]
    return min(known, key=lambda step: step.bytes or 0, default=made[0] if made else steps[0])


def _leaner(step: _Step, before: _Step) -> _Step:
    """The step where it is smaller than the one before, as far as anybody knows, and by enough to tell."""
    if step.bytes is None or before.bytes is None:
        return step
    saves = before.bytes - step.bytes
    if saves > _LEAST * before.bytes:
        return step
    why = f"it would save only {size(saves)}" if saves > 0 else "it would save nothing more"
    return _Step(step.choices, why=why)


def _pythons(step: _Step) -> Iterator[str]:
    """The interpreters that a step may have; both that there are where it was refused."""
    decision = None if step.draft is None else step.draft.notes.decisions.get(PYTHON)
    if decision is not None:
        yield from (each.value for each in decision.alternatives)
    elif step.draft is None:
        yield from ("image", "managed")


def _tried(make: Make, choices: Mapping[str, str]) -> _Step:
    try:
        return _Step(choices, make(choices))
    except Refused as refused:
        return _Step(choices, why=str(refused.reason))


def _offered(step: _Step, name: str, value: str) -> _Step:
    """The step where its draft took the value; else why it could not."""
    if step.draft is None:
        return step
    decision = step.draft.notes.decisions.get(name)
    if decision is not None and decision.chosen == value:
        return step
    untrimmed = step.draft.untrimmed or "nothing was found that could go"
    return _Step(step.choices, why=untrimmed if name == TRIM else f"{value} is not at hand")


def _rung(id_: str, words: str, step: _Step, text: str) -> Rung:
    draft = step.draft
    chosen = draft is not None and draft.writer.text == text
    return Rung(id_, words, tuple(sorted(step.choices.items())), step.bytes, step.why, chosen)
