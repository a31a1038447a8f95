"""A plan as text, whole: what was decided, why, with what alternatives, and all that comes out.

``told`` is what the plans in ``tests/data/plans`` are written by: a file for each, its input in
front of what came out when it was last read.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

from uvdive.rewrite.plan import Decision, RewritePlan

HEAD = "%% "
"""Begins the line above a part of a file: the path of a text, or ``plan``."""
PLAN = f"{HEAD}plan\n"
AT_HAND = {
    "pyproject.toml": (
        '[project]\nname = "demo"\nversion = "0.1.0"\nrequires-python = ">=3.9"\ndependencies = []\n\n'
        '[dependency-groups]\ndev = ["pytest"]\n'
    ),
    "uv.lock": (
        'version = 1\nrequires-python = ">=3.9"\n\n[[package]]\nname = "demo"\nversion = "0.1.0"\n'
        'source = { virtual = "." }\n'
    ),
    "main.py": 'print("hi")\n',
    ".dockerignore": ".venv\n",
}
"""What lies beside each Dockerfile, unless the file says otherwise: no text for none."""


def parts_of(text: str) -> dict[str, str]:
    """The texts of a file by their paths, without what came out."""
    found: dict[str, str] = {}
    for part in text.partition(PLAN)[0].split(f"\n{HEAD}"):
        path, _, inside = part.removeprefix(HEAD).partition("\n")
        found[path] = f"{inside.rstrip()}\n" if inside.strip() else ""
    return found


def laid_out(texts: dict[str, str], folder: Path) -> Path:
    """Write the texts below a folder, with what is at hand everywhere. Returns the Dockerfile."""
    for path, text in {**AT_HAND, **texts}.items():
        if text:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return folder / "Dockerfile"


def told(planned: Callable[[dict[str, str]], RewritePlan]) -> str:
    """The plan without a choice, whole; then each single choice, by the lines that it changes."""
    plan = planned({})
    lines = list(_lines(plan))
    found = [*lines]
    for decision in plan.decisions:
        for other in decision.alternatives:
            if other.value != decision.chosen:
                otherwise = list(_lines(planned({decision.id: other.value})))
                found += ["", f"{HEAD}{decision.id}={other.value}", *_changes(lines, otherwise)]
    return "\n".join(found) + "\n"


def _changes(before: list[str], after: list[str]) -> list[str]:
    return [
        line for line in difflib.unified_diff(before, after, n=0) if line[:3] not in ("---", "+++", "@@ ")
    ]


def _lines(plan: RewritePlan) -> Iterator[str]:
    yield f"{plan.outcome} by {plan.evidence}"
    if plan.refusal is not None:
        yield f"{plan.refusal.rule} at line {plan.refusal.line}: {plan.refusal.reason}"
    if plan.predicted is not None:
        yield f"{plan.predicted.before_bytes} -> {plan.predicted.after_bytes} B"
        yield from (f"  {name}: {old} -> {new}" for name, (old, new) in sorted(plan.predicted.owners.items()))
    for decision in plan.decisions:
        yield from _decided(decision)
    for warning in plan.warnings:
        yield f"! {warning.rule} at line {warning.line}, {warning.bytes} B: {warning.text}"
    if plan.allowed is not None:
        for field in fields(plan.allowed):
            value = getattr(plan.allowed, field.name)
            if value:
                yield f"may change {field.name}: {value if value is True else ', '.join(sorted(value))}"
    if plan.text != plan.original:
        yield ""
        yield from (f"  | {line}".rstrip() for line in plan.text.splitlines())
    for change in plan.files:
        yield ""
        yield from change.diff.splitlines()


def _decided(decision: Decision) -> Iterator[str]:
    lines = ", ".join(map(str, decision.new_lines))
    yield f"{decision.id} ({decision.rule}) of line {decision.line}, in {lines or 'none'}: {decision.summary}"
    yield from (f"  {line}" for line in decision.reason.splitlines())
    for each in decision.alternatives:
        mark = "*" if each.value == decision.chosen else " "
        yield f"  {mark} {each.value}: {each.summary} ({each.predicted_bytes})"
