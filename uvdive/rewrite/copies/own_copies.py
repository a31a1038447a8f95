"""The author's own COPY instructions in the last stage, which take the source from where he took it (R12).

Named paths of the build stage would miss a file that is added tomorrow, and a COPY of the whole
work directory makes the environment's layer anew with each change of the source. The author's
instruction does neither, where it surely brings what the image has in the end.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from uvdive.base.paths import is_below
from uvdive.dockerfile.ignore import Ignored
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand
from uvdive.image.table import Kind
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet, OwnCopy
from uvdive.rewrite.copies.origins import Origins
from uvdive.rewrite.evidence.files.context_files import is_everything, matches_source, sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.mentions import brings_uv

_MOST = 6
"""How many paths a build may have made beside the source before its folder goes over whole."""

_MADE_BESIDE = re.compile(r"/[^/]+\.egg-info$")
"""What setuptools leaves beside the source that it installs."""

_FETCHED = re.compile(r"://|^git@|\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|zst|zip)(?:\.|$)", re.IGNORECASE)


def own_copies(
    evidence: Evidence, copier: Copier, left: frozenset[int], ignored: Ignored | None
) -> CopySet | None:
    """The environment and what RUNs made from the build stage, the rest by the author's own instructions.

    Args:
        evidence: the file and its image.
        copier: divides the image's files.
        left: nodes that a choice leaves out; an instruction that names them goes on without them.
        ignored: what the context leaves out in the end; None where no context is known.

    Returns:
        None where the instructions would not bring exactly what the image has: a later RUN
        changed or removed it, one of them would bring what is to stay behind, or a host's
        environment, or what was made lies among the source under names that nobody wrote down.

    Raises:
        Refused: as ``copy_set`` says.
    """
    if evidence.shared or copier.env.at_start:
        return None
    asked = (left, ignored)
    if asked not in copier.own:
        copier.own[asked] = _Search(evidence, copier, left, ignored).found()
    return copier.own[asked]


class _Search:
    """One look at the image's files."""

    def __init__(
        self, evidence: Evidence, copier: Copier, left: frozenset[int], ignored: Ignored | None
    ) -> None:
        self.evidence, self.copier, self.files, self.left = evidence, copier, copier.files, left
        self.ignored = ignored
        self.split = copier.copy_set(left, split=True)
        early = copier.provided.early
        steps = {s.layer: s for s in evidence.steps if s.layer is not None and repeatable(evidence, s)}
        self.steps = {layer: step for layer, step in steps.items() if step.line not in early}
        self.origins = Origins(copier.files, copier.provided.runs, frozenset(self.steps))
        self.mine: dict[int, int] = {}
        self.made: list[str] = []
        self.bytecode: list[str] = []
        self.without: dict[int, frozenset[int]] = {}

    def found(self) -> CopySet | None:
        """The copies, or None."""
        first: list[str] = []
        for path in self.split.paths:
            node = self.files.at(path)
            if node is None or path == self.copier.bases.python_to or self.copier.holds_packages(path):
                first.append(path)
            else:
                self._divide(node, path)
        links = [link for link in self.split.links if not self._is_mine(link.path)]
        replayed = [self.steps[layer] for layer in sorted({*self.mine.values(), *self._open()})]
        if not replayed or not self._brings_only_this(replayed):
            return None
        own = [
            OwnCopy(step, owner, self.without.get(step.line, frozenset()))
            for step in replayed
            if (owner := self._owner(step)) is not None
        ]
        targets = [_target(self.evidence, step) for step in replayed]
        inside = [path for path in self.made if any(is_below(path, target) for target in targets)]
        steady = len(own) == len(replayed) and self._are_steady(inside)
        if not steady or not self._spares(replayed, [*first, *inside]) or not self._shapes_stay(replayed):
            return None
        outside = [path for path in self.made if path not in inside]
        kept = {*first, *self.made}
        made = [node for path in self.made if (node := self.files.at(path)) is not None]
        gone = {*self.split.paths} - {*first}
        nodes = [node for node in self.split.nodes if self.files.path(node) not in gone]
        return replace(
            self.split,
            paths=[*first, *outside],
            late=inside,
            own=own,
            links=links,
            files={path for path in kept if (n := self.files.at(path)) and not self.files.is_folder(n)},
            nodes=[*nodes, *made],
            folders=[
                f for f in self.split.folders if self._must_be_made(f.path, [*first, *outside], replayed)
            ],
            bytecode=self.bytecode,
        )

    def _divide(self, node: int, path: str) -> None:
        """Tell what the author's instructions brought from what RUNs made, as few paths as possible."""
        if not self.files.is_folder(node):
            if not self._is_mine(path):
                self.made.append(path)
            return
        if path.endswith("/__pycache__") and self._is_beside_source(node):
            self.bytecode.append(path)
            return
        below = [each for each in self.files.walk(node) if not self.files.is_folder(each)]
        if not any(self._is_mine(self.files.path(each)) for each in below):
            if below or self.origins.of(node) not in self.steps:
                self.made.append(path)
            return
        for child in self.files.children(node):
            self._divide(child, self.files.path(child))

    def _open(self) -> Iterator[int]:
        """The layers of instructions that bring folders, of which RUNs changed all that is there today."""
        table = self.files.table
        for layer, step in self.steps.items():
            nodes = [table.entry_node[entry] for entry in range(*table.span(layer))]
            given, target = sources(step)
            paths = {self.files.path(node) for node in nodes if not self.files.is_folder(node)}
            named = paths in ({target}, {posixpath.join(target, posixpath.basename(each)) for each in given})
            if not named and any(self._is_made(node) for node in nodes):
                yield layer

    def _is_made(self, node: int) -> bool:
        if node in self.mine or self.files.entry(node) is None:
            return False
        path = self.files.path(node)
        return any(is_below(path, made) for made in self.made)

    def _is_beside_source(self, node: int) -> bool:
        """Is it bytecode that Python made of what an instruction brought?"""
        beside = self.files.children(self.files.table.node_parent[node])
        inside = self.files.children(node)
        return any(self._is_mine(self.files.path(each)) for each in beside) and not any(
            self._is_mine(self.files.path(each)) for each in inside
        )

    def _is_mine(self, path: str) -> bool:
        """Is it a file or link that an instruction which can be repeated brought, as it is now?"""
        node = self.files.at(path)
        if node is None or self.files.is_folder(node):
            return False
        origin = self.origins.of(node)
        if origin in self.steps:
            self.mine[node] = origin
        return node in self.mine

    def _brings_only_this(self, replayed: Sequence[Step]) -> bool:
        """Is all that these instructions brought there in the end, by them or by what comes after them?"""
        return all(self._brings_nothing_else(step) for step in replayed)

    def _brings_nothing_else(self, step: Step) -> bool:
        table, kept, left = self.files.table, set(), set()
        for entry in range(*table.span(step.layer)) if step.layer is not None else ():
            node = table.entry_node[entry]
            if self.files.entry(node) is None:
                return False
            if table.entry_kind[entry] == Kind.DIRECTORY:
                continue
            if node in self.left:
                left.add(self.files.path(node))
            elif node in self.mine or self._is_made(node):
                kept.add(self.files.path(node))
            else:
                return False
        if left:
            without = _sources_of(step, left, kept)
            self.without[step.line] = without or frozenset()
            return without is not None
        return True

    def _owner(self, step: Step) -> str | None:
        """The owner that a later chown gave to all that a step brought; empty: none did; None: mixed."""
        nodes = [node for node, layer in self.mine.items() if layer == step.layer]
        owners = {self.origins.owner(node) for node in nodes}
        if len(owners) > 1:
            return None
        owner = owners.pop() if owners else ""
        return None if owner and step.instruction.flag("chown") is not None else owner

    def _are_steady(self, made: Sequence[str]) -> bool:
        """Will tomorrow's build make just these? Those that a RUN names, and few at the folder's top."""
        runs = self.copier.provided.runs
        for path in made:
            node = self.files.at(path)
            run = None if node is None else runs.get(self.files.layer(node))
            named = run is not None and run.own.names(path)
            folder = node is not None and self.files.is_folder(node)
            top = folder and posixpath.dirname(path) == self.evidence.workdir
            if not named and not top and not _MADE_BESIDE.search(path):
                return False
        return len(made) <= _MOST

    def _spares(self, replayed: Iterable[Step], paths: Sequence[str]) -> bool:
        """Does no instruction bring a host's folder over one that comes from the build stage?"""
        held = [path for path in (*paths, *self.copier.env.folders) if path not in self.made]
        return all(
            misses(self.evidence, self.ignored, step, path)
            for step in replayed
            if comes_from_context(step)
            for path in held
        )

    def _shapes_stay(self, replayed: Iterable[Step]) -> bool:
        """Has each folder of these instructions the owner and mode that they give it?"""
        layers = {step.layer for step in replayed}
        for mine, layer in self.mine.items():
            given = self.files.mode(mine)[1:] if self.origins.owner(mine) else None
            for folder in self._parents(mine):
                first, shape = next(self.files.modes(folder))
                if first not in layers or self.files.layer(folder) in layers:
                    if first == layer and given is not None and self.files.mode(folder)[1:] != given:
                        return False
                    continue
                owns = self.origins.only_owners(self.files.layer(folder))
                mode, *owner = self.files.mode(folder)
                if not owns or mode != shape[0] or tuple(owner) != given:
                    return False
        return True

    def _parents(self, node: int) -> Iterator[int]:
        node = self.files.table.node_parent[node]
        while node > 0:
            yield node
            node = self.files.table.node_parent[node]

    def _must_be_made(self, folder: str, kept: Iterable[str], replayed: Iterable[Step]) -> bool:
        """Would nothing that is copied give this folder its owner and mode?"""
        node = self.files.at(folder)
        first = None if node is None else next(self.files.modes(node))[0]
        layers = {step.layer for step in replayed}
        return first not in layers or any(is_below(path, folder) for path in kept)


def _sources_of(step: Step, left: set[str], kept: set[str]) -> frozenset[int] | None:
    """The sources of an instruction that bring nothing but what stays behind; None where one brings both."""
    given, target = sources(step)
    if not target.endswith("/") or step.instruction.heredocs or step.instruction.flag("parents") is not None:
        return None
    gone = set()
    for number, source in enumerate(given):
        name = posixpath.basename(source.rstrip("/"))
        if is_everything(source):
            return None
        brought = {path for path in left | kept if _lands(path, target, name)}
        if brought and brought <= left:
            gone.add(number)
    names = [posixpath.basename(given[number].rstrip("/")) for number in gone]
    covered = all(any(_lands(path, target, name) for name in names) for path in left)
    return frozenset(gone) if covered and len(gone) < len(given) else None


def _lands(path: str, target: str, name: str) -> bool:
    folder, _, own = path.rpartition("/")
    return folder == target.rstrip("/") and matches_source(own, name)


def comes_from_context(step: Step) -> bool:
    """Does a COPY or ADD take what it brings from the build context?"""
    return step.instruction.flag("from") is None and not step.instruction.heredocs


def misses(evidence: Evidence, ignored: Ignored | None, step: Step, path: str) -> bool:
    """Does an instruction surely bring nothing of the context to a path that the build stage fills?"""
    given, target = sources(step)[0], _target(evidence, step)
    if not is_below(path, target) or path == target:
        return True
    inside = posixpath.relpath(path, target)
    return all(_lacks(evidence.context, ignored, source, inside) for source in given)


def _lacks(context: Path | None, ignored: Ignored | None, source: str, inside: str) -> bool:
    """Will the context have nothing at a path below one source of a COPY?

    A host's environment lies beside its ``pyproject.toml``.
    """
    if context is None or ignored is None:
        return False
    if re.search(r"[*?\[]", source):
        # What a pattern fits lands by its own name, a folder's contents without it.
        return "/" not in inside or inside in ignored
    place = posixpath.normpath(source.lstrip("/") or ".")
    if place != "." and not Path(context, place, "pyproject.toml").exists():
        return True
    return posixpath.normpath(posixpath.join(place, inside)) in ignored


def _target(evidence: Evidence, step: Step) -> str:
    """The folder that an instruction copies into, or the file that it makes."""
    return sources(step)[1].rstrip("/") or evidence.workdir


def repeatable(evidence: Evidence, step: Step) -> bool:
    """Does a COPY or ADD bring the same in the last stage, which has its variables as they are at the end?"""
    instruction = step.instruction
    given, target = sources(step)
    if step.keyword not in ("COPY", "ADD") or brings_uv(instruction) or target == "/":
        return False
    if step.keyword == "ADD" and any(_FETCHED.search(source) for source in given):
        return False
    if (instruction.flag("from") or "").isdigit() or _uses_changed(evidence, step):
        return False
    return step.workdir == evidence.workdir or _is_absolute(step)


def _is_absolute(step: Step) -> bool:
    words = step.instruction.exec_form or tuple(step.instruction.arguments.split())
    return bool(words) and words[-1].startswith("/")


def _uses_changed(evidence: Evidence, step: Step) -> bool:
    """Does it use a variable that has another value at the end?"""
    last = evidence.steps[-1].values
    return expand(step.instruction.value, step.values.get) != expand(step.instruction.value, last.get)
