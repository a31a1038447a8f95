"""What the app needs of the operating system: libraries by ELF headers, libraries and programs by name.

R33. Nothing is executed. What is found only ever keeps or adds a package; finding nothing
never drops one by itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Literal

from uvdive.base.names import normal_name
from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import wanted_by
from uvdive.image.layers.helper import divided
from uvdive.image.table import NONE
from uvdive.ledger.marks.paths import Paths
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.reading.linker import Linker
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import Closures, Installed
from uvdive.ledger.whose import is_apps
from uvdive.rewrite.evidence.system.mentions import Mention, Names, calls_programs, mentions, quiet_mentions
from uvdive.rewrite.evidence.system.os_packages_seen import OsPackagesSeen
from uvdive.rewrite.evidence.system.text_kinds import kind_of
from uvdive.uv.cache import in_default_cache

How = Literal["links", "loads", "runs"]
Base = Literal["", "above", "whole"]

_PYTHON = OWNERS.index("python")
_INSTALLED = (OWNERS.index("venv"), OWNERS.index("uv"))
_TEXTS = (b".py", b".sh", b".bash", b".toml", b".yml", b".yaml", b".ini", b".cfg", b".conf", b".json")
_MOST = 1 << 20
_HEAD = 256
_LEAST_ELF = 64
_MANY = 2_000
"""Files that are enough for a further process."""
_TKINTER = re.compile(rb"^[ \t]*(?:import|from)[ \t]+(?:tkinter|turtle)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Need:
    """``by`` (a path, a distribution, an instruction) needs ``thing`` of an OS package.

    ``links`` is told by an ELF header. ``loads`` and ``runs`` are told by a name in a
    text, or by the tables; ``sure`` is false for a mere name in the environment's code.
    """

    package: str
    thing: str
    by: str
    how: How
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Called:
    """A word of a command from outside that runs in a container: ``by`` which line of which file.

    ``sure`` says that the container is this image's.
    """

    word: str
    by: str
    sure: bool


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """``packages`` are installed in the end; ``first_layer`` is the index of each one's lowest layer.

    ``bytes`` are of live files; ``programs`` maps names of programs to packages;
    ``listed`` are what only added packages brought and the ledger counts elsewhere, with these:
    folders, symlinks, and the files of Debian's Python. ``asked_for`` are packages that somebody
    named to the package manager; None: not known. ``scripted`` are paths that the scripts of
    added packages name; ``asked_anew`` are, by layer, packages that were there when somebody named them.
    ``seen`` are the normalized names of the distributions of a rewrite that was built and looked
    into, so that ``needs`` has what they need too; None where none was.
    """

    packages: Mapping[str, Installed]
    first_layer: Mapping[str, int]
    bytes: Mapping[str, int]
    needs: tuple[Need, ...]
    programs: Mapping[str, str]
    listed: Mapping[str, frozenset[str]]
    asked_for: frozenset[str] | None = None
    scripted: frozenset[str] = frozenset()
    asked_anew: Mapping[int, frozenset[str]] = field(default_factory=dict)
    seen: frozenset[str] | None = None
    _closures: list[Closures] = field(default_factory=list, init=False, compare=False, repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        """What is kept of questions stays where they were asked."""
        return type(self), tuple(getattr(self, each.name) for each in fields(self) if each.init)

    def closure(
        self, names: Iterable[str], *, recommends: bool = False, surely: bool = False
    ) -> frozenset[str]:
        """The packages that ``names`` bring along, as ``closure`` of the ledger says."""
        if not self._closures:
            self._closures.append(Closures(self.packages))
        return self._closures[0].of(names, recommends=recommends, surely=surely)

    def with_new(self, other: SystemFacts, names: frozenset[str]) -> SystemFacts:
        """The same with what a rewrite's own image needs; ``names`` are its distributions."""
        needs = tuple(dict.fromkeys((*self.needs, *other.needs)))
        return replace(self, needs=needs, seen=names)


def read_system(
    report: ImageReport, place: ContentPlace, *, base: Base = "", on_event: OnEvent = ignore
) -> SystemFacts:
    """Read the package database, the ELF headers and the texts of the app.

    ``base`` also looks for what is needed of the base's own packages: of all (``whole``), or of those
    ``above`` the system at its bottom.

    Raises:
        EngineError: the engine went away.
    """
    on_event(Note("Looking for what the app needs of the system"))
    with Contents(report.files, place) as contents:
        seen = OsPackagesSeen(report, contents)
        return SystemFacts(
            seen.installed,
            seen.first_layer,
            seen.sizes,
            _Needs(seen, contents, base=base).found(),
            seen.programs,
            seen.listed_paths(),
            seen.asked_for,
            seen.scripted,
            seen.asked_anew,
        )


@dataclass(slots=True)
class _Part:
    """What some files need: as ELF headers tell; as texts name it, for sure and by the way.

    ``quiet`` counts where any text ``calls`` programs at all, ``of_others`` are from installed packages.
    """

    linked: list[Need] = field(default_factory=list)
    named: list[Need] = field(default_factory=list)
    quiet: list[Need] = field(default_factory=list)
    of_others: list[Need] = field(default_factory=list)
    calls: bool = False


class _Needs:
    """Looks for what the app and its environments need of packages that no base brought."""

    def __init__(self, seen: OsPackagesSeen, contents: Contents, *, base: Base = "") -> None:
        self.report, self.table, self.seen, self.contents = seen.report, seen.table, seen, contents
        least = {"": len(seen.base_layers), "above": 1, "whole": 0}[base]
        above = {name for name, layer in seen.first_layer.items() if layer >= least}
        self.asked = seen.added | (above & seen.installed.keys())

    def found(self) -> tuple[Need, ...]:
        """Every need once; the surest of equal ones."""
        needs: dict[tuple[str, str, How], Need] = {}
        if self.asked:
            for need in self._every():
                known = needs.setdefault((need.package, need.thing, need.how), need)
                if need.sure and not known.sure:
                    needs[need.package, need.thing, need.how] = need
        return tuple(needs.values())

    def _every(self) -> Iterator[Need]:
        judged, names = self._judged, self._names()
        worth = len(judged) // _MANY if self.contents.apart else 0
        parts = list(divided(partial(self._looked, names), judged, worth=worth))
        yield from itertools.chain.from_iterable(part.linked for part in parts)
        yield from self._by_table()
        if names.any:
            yield from self._by_variables(names)
            yield from itertools.chain.from_iterable(part.named for part in parts)
            if any(part.calls for part in parts):
                yield from itertools.chain.from_iterable(part.quiet for part in parts)
            yield from itertools.chain.from_iterable(part.of_others for part in parts)

    def _looked(self, names: Names, judged: Sequence[tuple[int, bytes]]) -> _Part:
        """What some of the files need."""
        part = _Part()
        part.linked += self._linked(judged)
        if names.any:
            self._name(names, judged, part)
        return part

    @cached_property
    def _judged(self) -> tuple[tuple[int, bytes], ...]:
        """The live files of the app and its environments that no base brought, with their paths."""
        table, mine, paths = self.table, is_apps(self.report), Paths(self.table)
        found = []
        for entry in table.live_entries():
            inode, node = table.entry_inode[entry], table.entry_node[entry]
            if inode == NONE or self.seen.base_layers[table.entry_layer[entry]] or not mine(inode):
                continue
            if node not in self.seen.listed and self.seen.of_entry(entry) is None:
                path = paths.of(node)
                if not in_default_cache(path.decode("utf-8", "surrogateescape")):
                    found.append((entry, path))
        return tuple(found)

    def _linked(self, judged: Sequence[tuple[int, bytes]]) -> Iterator[Need]:
        linker = self._linker
        for entry, path in judged:
            size, mode = self.table.entry_size[entry], self.table.entry_mode[entry]
            if size < _LEAST_ELF or (b".so" not in path.rpartition(b"/")[2] and not mode & 0o111):
                continue
            try:
                elf = linker.elf(entry)
            except UnreadableError:
                continue
            for name in elf.needed if elf else ():
                found = linker.find(elf, path, name) if elf else None
                package = None if found is None else self.seen.of_entry(found)
                if package is not None:
                    yield Need(package, name, path.decode("utf-8", "replace"), "links")

    @cached_property
    def _linker(self) -> Linker:
        return Linker(self.report, self.contents)

    def _by_table(self) -> Iterator[Need]:
        for environment in self.report.environments:
            for distribution in environment.distributions:
                if distribution.os_package is not None:
                    continue  # Debian's own: its package says what it needs
                name = normal_name(distribution.name)
                for package in self.seen.installed:
                    how = wanted_by(name, package)
                    if how is not None:
                        yield Need(package, package, distribution.name, how)

    def _name(self, names: Names, judged: Sequence[tuple[int, bytes]], part: _Part) -> None:
        """Programs and libraries of added packages that the app's or the environment's code names."""
        for entry, path in judged:
            owner = self.report.inode_owner[self.table.entry_inode[entry]]
            if owner == _PYTHON or self.table.entry_size[entry] > _MOST:
                continue
            if owner in _INSTALLED:
                data = self._text(entry, path, in_venv=True)
                if not data:
                    continue
                found = mentions(path, "python", data, names)
                part.of_others += (replace(need, sure=False) for need in _needs(found, path, names))
                continue
            data = self._text(entry, path, in_venv=False)
            kind = kind_of(path, data[:_HEAD], names.started)
            if kind is not None:
                part.named += _needs(mentions(path, kind, data, names), path, names)
            if kind == "python":
                part.named += self._windows(data, path)
                part.calls |= calls_programs(data)
                part.quiet += _needs(quiet_mentions(data, names), path, names)

    def _windows(self, data: bytes, path: bytes) -> Iterator[Need]:
        """Python's own tkinter, whose library the slim images lack (docker-library/python)."""
        if not _TKINTER.search(data):
            return
        for name, package, _ in self.seen.libraries(self.asked):
            if name.startswith(b"libtk"):
                yield Need(package, "tkinter", path.decode("utf-8", "replace"), "loads")

    def _text(self, entry: int, path: bytes, *, in_venv: bool) -> bytes:
        """A file that may be a text with evidence; empty where it is none by its name alone."""
        name = path.rpartition(b"/")[2]
        if in_venv and (not name.endswith(b".py") or b"/test" in path):
            return b""
        return self.seen.read(entry, _MOST) if in_venv or name.endswith(_TEXTS) or b"." not in name else b""

    def _by_variables(self, names: Names) -> Iterator[Need]:
        """`ENV EDITOR=vim`, `ENV GIT=/usr/bin/git`: a program that the app is told of."""
        for name, value in self.report.config.environ.items():
            program = value.rpartition("/")[2] if value.startswith("/") else value
            package = names.programs.get(program.encode("utf-8", "replace"))
            if package is not None:
                yield Need(package, program, f"ENV {name}", "runs", sure=value.startswith("/"))

    def _names(self) -> Names:
        config = self.report.config
        started = " ".join([*(config.entrypoint or ()), *(config.cmd or ())])
        programs = {
            name.encode(): package for name, package in self.seen.programs.items() if package in self.asked
        }
        words = frozenset(word.rpartition("/")[2] for word in started.split())
        libraries, short = self._libraries()
        return Names(programs, libraries, short, words)

    def _libraries(self) -> tuple[dict[bytes, str], dict[bytes, str]]:
        """``libx.so.1``, ``libx.so``, ``libx``; and ``x``. The linker finds no plugin by the latter two."""
        whole, short = {}, {}
        for name, package, plugin in self.seen.libraries(self.asked):
            if only_builds(package):
                continue
            stem = name.partition(b".so")[0]
            whole.update(dict.fromkeys((name, stem + b".so"), package))
            if not plugin:
                whole[stem] = package
                if len(stem) > len("libx"):
                    short[stem[3:]] = package
        return whole, short


def _needs(found: Iterable[Mention], path: bytes, names: Names) -> Iterator[Need]:
    by = path.decode("utf-8", "replace")
    for mention in found:
        package = names.package(mention)
        yield Need(package, mention.name.decode(), by, mention.how, sure=mention.sure)
