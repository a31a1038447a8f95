"""Which of the parts an image has, what they come to, and who keeps them."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from uvdive.base.paths import is_below
from uvdive.distro.needs import compiles_at_run_time
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.system.uses import Uses
from uvdive.rewrite.trim.parts import PARTS, Part

_OPTIMIZED = re.compile(r"(?<![\w-])-OO?(?![\w-])")
_PROGRAMS = frozenset(("pip", "idle"))
"""Modules that are programs by their own names as well."""


@dataclass(slots=True)
class Found:
    """A part that the image has.

    Attributes:
        part: which.
        files: those of the image that it is in.
        nodes: the files and folders that would go, none below another.
        patterns: where they lie in the new image, as a shell would find them; ``**`` is any folders.
        packages: of tests, the folders of the packages that lose theirs.
        sizes: of libraries, by node the bytes that go; of all else whole files do.
        named: does it only go where the user names it?
        kept: why it stays, as a clause; empty where nothing keeps it.
    """

    part: Part
    files: Files
    nodes: list[int] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    named: bool = False
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is copied.

    Attributes:
        python: the folder of Pythons, in the original and in the new image; None for none.
        sites: the folders of packages of the environments.
        listed: those of them that have lists of installed files (RECORD).
        only: the paths of the Python that go over, where not all of its folder does; empty for all.
        base: the image that the Python comes from, where it is not the original.
    """

    python: tuple[str, str] | None
    sites: tuple[str, ...]
    listed: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    base: ImageReport | None = field(default=None, compare=False, repr=False)


class Finder:
    """Looks for the parts of one image; ``words`` are the texts of what starts in a container."""

    def __init__(self, files: Files, scope: Scope, uses: Uses, words: Sequence[str]) -> None:
        self.files, self.scope, self.uses, self.words = files, scope, uses, words
        self.pythons = files if scope.base is None else Files(scope.base, 0)

    def found(self) -> tuple[Found, ...]:
        """Every part that is there, with why it stays, where it does."""
        every = [
            self._of_python(part) if part.where == "python" else self._of_packages(part) for part in PARTS
        ]
        return tuple(found for found in every if found.nodes)

    def _of_python(self, part: Part) -> Found:
        found = Found(part, self.pythons, kept=self._python_kept(part))
        if self.scope.python is None:
            return found
        source, target = self.scope.python
        for prefix, written in self._interpreters(source, target):
            for pattern in part.patterns:
                if nodes := [
                    n for n in _matching(self.pythons, prefix, pattern.split("/")) if self._goes_over(n)
                ]:
                    found.nodes += nodes
                    found.patterns.append(f"{written}/{pattern}")
        found.patterns = list(dict.fromkeys(found.patterns))
        return found

    def _goes_over(self, node: int) -> bool:
        path = self.pythons.path(node)
        return not self.scope.only or any(is_below(path, top) for top in self.scope.only)

    def _interpreters(self, source: str, target: str) -> Iterator[tuple[int, str]]:
        """Each interpreter's folder, and how the build finds it whichever patch release it gets."""
        top = self.pythons.at(source)
        if top is None:
            return
        if any(_matching(self.pythons, top, ["lib", "python3.*"])):
            yield top, target
        for child in self.pythons.children(top):
            if self.pythons.is_folder(child) and any(_matching(self.pythons, child, ["lib", "python3.*"])):
                yield child, f"{target}/*"

    def _python_kept(self, part: Part) -> str:
        for module in sorted(part.kept_by):
            if by := self.uses.modules.get(module):
                return f"{by} names {module}"
            before = r"(?<![\w-])" if module in _PROGRAMS else r"""(?:^|[\s"'])-m[\s"',]*"""
            called = re.compile(rf"{before}{module}[\d.]*(?![\w-])")
            if any(called.search(word) for word in self.words):
                return f"a command names {module}"
        if part.id == "headers":
            report = self.files.report
            names = (each.name for env in report.environments for each in env.distributions)
            if compiler := next((name for name in names if compiles_at_run_time(name.lower())), None):
                return f"{compiler} may compile when the app runs"
        return ""

    def _of_packages(self, part: Part) -> Found:
        found = Found(part, self.files, kept=self._packages_kept(part))
        for site in self.scope.sites:
            top = self.files.at(site)
            if top is None:
                continue
            if part.id in ("tests", "debug"):
                (self._tests if part.id == "tests" else self._debug)(site, top, found)
                continue
            nodes = [node for node in self.files.walk(top) if self._is(part, node)]
            if nodes:
                found.nodes += nodes
                found.patterns.append(f"{site}/**/{part.patterns[0]}")
        if part.id == "catalogs" and not found.kept:
            paths = (self.files.path(node) for node in found.nodes)
            alone = next((path for path in paths if self.files.at(f"{path[:-3]}.mo") is None), None)
            found.kept = f"{alone} is not compiled" if alone is not None else ""
        return found

    def _is(self, part: Part, node: int) -> bool:
        name = self.files.table.names[node].decode("utf-8", "replace")
        return fnmatch.fnmatchcase(name, part.patterns[0]) and not self.files.is_folder(node)

    def _tests(self, site: str, top: int, found: Found) -> None:
        """The folders of tests of each package that nothing names."""
        spared: list[int] = []
        for package in self.files.children(top):
            name = self.files.table.names[package].decode("utf-8", "replace")
            nodes = list(self._folders_of_tests(package)) if self.files.is_folder(package) else []
            if not nodes or name == "tests":
                continue
            if name in self.uses.tests:
                spared += nodes
                found.kept = found.kept or f"{self.uses.tests[name]} names those of {name}"
                continue
            found.nodes += nodes
            found.packages.append(f"{site}/{name}")
            found.patterns.append(f"{site}/{name}/**/tests")
        if found.packages:
            found.kept = ""
        else:
            found.nodes += spared

    def _debug(self, site: str, top: int, found: Found) -> None:
        """The libraries with parts for debuggers; without `strip` in the build it only goes by name."""
        for node in self.files.walk(top):
            if count := self.uses.debug.get(self.files.path(node)):
                found.nodes.append(node)
                found.sizes[node] = count
        found.named = self.files.follow("/usr/bin/strip") is None
        found.kept = f"{self.uses.odd} is no ELF file" if self.uses.odd.startswith(f"{site}/") else found.kept

    def _folders_of_tests(self, package: int) -> Iterator[int]:
        pending = list(self.files.children(package))
        while pending:
            node = pending.pop()
            if not self.files.is_folder(node):
                continue
            if self.files.table.names[node] == b"tests":
                yield node
            else:
                pending += self.files.children(node)

    def _packages_kept(self, part: Part) -> str:
        if part.id == "stubs" and self.uses.stubs:
            return f"{self.uses.stubs} names stubs"
        if part.id == "catalogs" and self.uses.catalogs:
            return f"{self.uses.catalogs} names them"
        if part.id == "bytecode":
            if value := self.files.report.config.environ.get("PYTHONOPTIMIZE"):
                return f"PYTHONOPTIMIZE is {value}"
            if any(_OPTIMIZED.search(word) for word in self.words):
                return "a command runs Python with -O"
        return ""


def _matching(files: Files, top: int, parts: Sequence[str]) -> Iterator[int]:
    """The nodes below a folder whose path fits the patterns, each of which is of one name."""
    name, rest = parts[0], parts[1:]
    for child in files.children(top):
        if fnmatch.fnmatchcase(files.table.names[child].decode("utf-8", "replace"), name):
            if not rest:
                yield child
            elif files.is_folder(child):
                yield from _matching(files, child, rest)


def bytes_without(files: Files, tops: frozenset[int], gone: frozenset[int]) -> dict[str, int]:
    """The bytes by owner that go with some nodes: of inodes that nothing else below ``tops`` names.

    Kept, as many drafts ask for the same.
    """
    return files.once(("without", tops, gone), lambda: _bytes_without(files, tops, gone))


def _bytes_without(files: Files, tops: frozenset[int], gone: frozenset[int]) -> dict[str, int]:
    table = files.table
    names = files.once(("names", tops), lambda: Counter(_inodes(files, tops)))
    lost = Counter(_inodes(files, gone))
    sums: dict[str, int] = {}
    for inode in (inode for inode, count in lost.items() if count >= names[inode]):
        owner = files.owner(table.entry_node[table.inode_entry[inode]]) or "other"
        sums[owner] = sums.get(owner, 0) + table.inode_size(inode)
    return sums


def _inodes(files: Files, tops: Iterable[int]) -> Iterator[int]:
    for top in tops:
        for node in files.walk(top):
            entry = files.entry(node)
            if entry is not None and (inode := files.table.entry_inode[entry]) >= 0:
                yield inode
