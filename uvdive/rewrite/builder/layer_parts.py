"""What a layer of dependencies is made of, and what stands in its way (R42)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uvdive.base import toml
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import Trivia
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.lock import as_list, as_table
from uvdive.uv.mentions import brings_uv

_SAYS = frozenset({"ENV", "ARG", "LABEL", "EXPOSE", "STOPSIGNAL", "MAINTAINER"})
_ONLY_UV = re.compile(
    r"(?:python3? -m )?pip3? install(?: --?(?:no-cache-dir|upgrade|U|q|quiet|disable-pip-version-check"
    r"|root-user-action=ignore|break-system-packages))* [\"\']?(?:uv|pip)(?:[=<>~!][\w.=<>~!*,]*)?[\"\']?"
)


@dataclass(frozen=True, slots=True)
class Export:
    """A stage of its own for the lock's pins, between the two halves of the author's stage.

    ``line`` is that of the first instruction of the second half, ``first`` the name of the
    first half, which ends with ``moved``, ``name`` that of the stage, which holds ``text``.
    """

    line: int
    first: str
    name: str
    text: tuple[str, ...]
    moved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DependencyLayer:
    """``before`` are instructions in front of the author's, by line; ``gone`` lines moved into them."""

    before: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()
    export: Export | None = None

    @property
    def lines(self) -> tuple[int, ...]:
        """The author's lines that something comes in front of."""
        return tuple(self.before)


def movable(evidence: Evidence, first: Step, last: Step) -> list[Step] | None:
    """What has to move in front of ``first`` for ``last`` to be the same there; None where not all can.

    Copies of files stay; variables and what brings uv move.
    """
    found = []
    between = [step for step in evidence.steps if first.line <= step.line < last.line]
    for step in between:
        brings = brings_uv(step.instruction)
        if step.keyword in ("COPY", "ADD") and not (brings and step.instruction.flag("from") is not None):
            if brings:
                return None
            continue
        plain = step.keyword == "RUN" and _only_brings(command_text(step.instruction))
        if step.keyword not in _SAYS and not plain and not brings:
            return None
        if step.keyword == "RUN" and not plain:
            return None
        found.append(step)
    named = " ".join(step.instruction.value for step in between if step not in found)
    return None if first.workdir != last.workdir or (found and "$" in named) else found


def _only_brings(text: str) -> bool:
    """Does a RUN only install uv by pip, and a newer pip?"""
    return all(_ONLY_UV.fullmatch(" ".join(part.split())) for part in text.split("&&"))


def sources_of(evidence: Evidence, steps: Sequence[Step]) -> Iterator[str]:
    """The instructions as the author wrote them, with the comments right above each."""
    nodes = evidence.dockerfile.nodes
    for step in steps:
        index = next(i for i, node in enumerate(nodes) if node is step.instruction)
        above = []
        while index and isinstance(node := nodes[index - 1], Trivia) and node.kind == "comment":
            index -= 1
            above.append(node.source)
        yield from reversed(above)
        yield step.instruction.source.rstrip("\r\n") + "\n"


def is_plain_lock(text: str) -> bool:
    """Are the packages that lie in folders all members of the workspace, which the sync leaves out?"""
    try:
        return is_plain(toml.loads(text))
    except toml.TomlError:
        return False


def is_plain(lock: Mapping[str, Any]) -> bool:
    """The same of a lock that is read already; one of another shape is not plain."""
    members = as_list(as_table(lock.get("manifest")).get("members"))
    packages = as_list(lock.get("package"))
    for package in packages:
        if not isinstance(package, dict):
            return False
        source = as_table(package.get("source"))
        place = next((source[kind] for kind in ("editable", "directory", "path") if kind in source), None)
        if place not in (None, ".") and package.get("name") not in members:
            return False
    return bool(packages)
