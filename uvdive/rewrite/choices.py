"""The choices that plans offer, and whether what the user chose is one of them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from uvdive.base.errors import UsageError
from uvdive.rewrite.notes import Notes

FREE = frozenset({"extra-packages", "extra-paths"})
"""Choices that take any list of names."""

KNOWN: Mapping[str, tuple[str, ...]] = {
    "python": ("image", "managed"),
    "layers": ("split", "whole"),
    "dependency-layer": ("first", "with-source"),
    "project-files": ("keep", "leave-out"),
    "node-modules": ("keep", "leave-out"),
    "dockerignore": ("keep", "add"),
    "project-install": ("editable", "copied"),
    "other-environments": ("keep", "leave-out"),
    "dev-group": ("keep", "remove"),
    "build-packages": ("drop", "keep"),
    "bytecode": ("keep", "compile", "none"),
    "start-runner": ("remove", "keep"),
    "start-scripts": ("patch", "shim", "keep-uv"),
    "stop-signal": ("sigterm", "sigint"),
}
"""Every choice that any plan may offer, with all values that it may have.

Those about one OS package each (``package-NAME``) are known by how they begin.
"""

_PREFIXES = ("package-",)


def check_choices(
    choices: Mapping[str, str], notes: Notes, *, complete: bool, otherwise: Callable[[], Notes] | None = None
) -> None:
    """See that each choice is offered; where the plan is none, that it exists at all.

    One that only the other choices make pointless is warned of, not refused.

    Args:
        choices: the user's, by id.
        notes: what the plan offers.
        complete: the plan was made to its end, so what it does not offer does not apply.
        otherwise: gives what a plan without any choice offers.

    Raises:
        UsageError: there is no such choice or value; names the nearest one.
    """
    offered = _offered(notes)
    unasked: Mapping[str, list[str]] | None = None
    for name, value in choices.items():
        if name in FREE or (name in offered and value in offered[name]):
            continue
        if name in offered:
            raise _no_value(name, value, offered[name])
        if otherwise is not None and unasked is None:
            unasked = _offered(otherwise())
        if unasked is not None and value in unasked.get(name, ()):
            notes.warn("R46", None, f"The choice {name}={value} has no effect beside the others.")
            continue
        exists = name in KNOWN or name.startswith(_PREFIXES)
        if complete or not exists:
            raise _no_choice(name, offered if complete else (*KNOWN, *offered), exists=exists)
        if name in KNOWN and value not in KNOWN[name]:
            raise _no_value(name, value, KNOWN[name])


def _offered(notes: Notes) -> dict[str, list[str]]:
    return {d.id: [a.value for a in d.alternatives] for d in notes.decisions.values() if d.alternatives}


def _no_choice(name: str, names: Iterable[str], *, exists: bool) -> UsageError:
    listed = sorted(names)
    near = difflib.get_close_matches(name, listed, 1)
    hint = f"Did you mean {near[0]}? " if near and not exists else ""
    what = f"The choice “{name}” does not apply here." if exists else f"There is no choice “{name}” here."
    return UsageError(what, f"{hint}The choices of this rewrite: {', '.join(listed) or 'none'}.")


def _no_value(name: str, value: str, values: Iterable[str]) -> UsageError:
    listed = list(values)
    near = difflib.get_close_matches(value, listed, 1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return UsageError(
        f"“{value}” is no value of the choice “{name}”.", f"{hint}Its values: {', '.join(listed)}."
    )
