"""What `uv run` would change in the environment when a container starts: the lock against what is installed.

R14, R50, R52. `uv run` locks and syncs before it starts anything, without removing what is not
asked for: https://docs.astral.sh/uv/concepts/projects/sync/.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from uvdive.base.names import normal_name
from uvdive.ledger.report import Distribution, Environment
from uvdive.rewrite.environment.facts import EnvironmentFacts
from uvdive.rewrite.environment.project import Project, project_at, version_file
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.lock import NOT_INSTALLED, Locked, Wanted, as_table, wanted
from uvdive.uv.python_request import allows, answers
from uvdive.uv.selection import Selection, default_groups, is_set, read_selection

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "ppc64le": "ppc64le", "s390x": "s390x"}
_KEYS = ("pyproject.toml", "setup.py", "setup.cfg", "src")
"""What uv's cache goes by for a project, unless it says otherwise: a change has it built again."""


@dataclass(frozen=True, slots=True)
class RunCall:
    """One `uv run` of the start: where uv looks for the project, the words of its options, the variables."""

    folder: str
    told: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def syncs(self) -> bool:
        """Does it look after the environment at all?"""
        return "--no-sync" not in self.told and not is_set(self.environ, "UV_NO_SYNC")

    @property
    def selection(self) -> Selection:
        """What it was told about the environment."""
        unheard = {k: v for k, v in self.environ.items() if k != "UV_NO_INSTALL_PROJECT"}  # only `uv sync`'s
        return read_selection(self.told, unheard, exact=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A distribution that uv would install; ``has`` is the version that is there, None where none is.

    ``local`` says that it is the author's own, in a folder of the image.
    """

    name: str
    has: str | None
    wants: str | None
    local: bool = False

    def __str__(self) -> str:
        """As people read it: ``idna 3.20 -> 3.4``, ``pytest``, ``hello again``."""
        if self.has is None:
            return f"{self.name} {self.wants}" if self.wants and not self.local else self.name
        return f"{self.name} again" if self.local else f"{self.name} {self.has} -> {self.wants}"


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync at start would do to the environment that the image has.

    Attributes:
        known: could the lock be compared with what is installed? Else the rest says nothing.
        changes: what it would install.
        optional: what it would install beside that, of groups that the build leaves out in so many words,
            or of the default groups where the build has no sync.
        groups: those groups.
        unasked: names of what is installed and not asked for.
        unlocked: the project has no lock, so the versions are those of the day.
        outdated: what the project asks for and its lock lacks, so that uv locks anew.
        root: the folder of the project that is synced.
        idle: nothing is synced (``--no-sync``, or there is no project).
    """

    known: bool = False
    changes: tuple[Change, ...] = ()
    optional: tuple[Change, ...] = ()
    groups: frozenset[str] = frozenset()
    unasked: tuple[str, ...] = ()
    unlocked: bool = False
    outdated: tuple[str, ...] = ()
    root: str = ""
    idle: bool = False


def what_it_syncs(
    evidence: Evidence, env: EnvironmentFacts, files: Files, call: RunCall, build: Selection | None
) -> Synced:
    """Compare what one `uv run` would install with what is there.

    ``build`` is what the build's own sync was told; None where it has none.
    """
    if not call.syncs:
        return Synced(known=True, idle=True)
    project = project_at(evidence, files, call.folder)
    if project is None:
        return Synced(known=True, idle=True)
    if project.home is None:
        return Synced(unlocked=True)
    main = env.reported_in(evidence.report)
    if project.lock is None or main is None or not project.readable:
        return Synced()
    if project.unlocked and not call.selection.frozen:
        return Synced(outdated=project.unlocked)
    compared = _Compared(evidence, env, files, project, main)
    return compared.answer(call.selection, build)


def other_python(evidence: Evidence, env: EnvironmentFacts, files: Files, call: RunCall) -> str | None:
    """Why uv would make the environment anew with another Python (R50); None where it would not."""
    project = project_at(evidence, files, call.folder)
    version, kind = env.version or env.minor, env.build.partition("-")[0] or "cpython"
    ignored = "--no-config" in call.told or is_set(call.environ, "UV_NO_CONFIG")
    found = None if ignored else version_file(evidence, files, call.folder, project)
    if found is not None:
        wanted, path = found
        fits = answers(wanted, version, env.interpreter or "", kind)
        return f"{path} asks for Python {wanted}" if fits is False else None
    required = project.requires_python if project is not None else ""
    if required and allows(required, version) is False:
        return f"pyproject.toml wants Python {required}"
    return None


class _Compared:
    """One lock beside one environment."""

    def __init__(
        self, evidence: Evidence, env: EnvironmentFacts, files: Files, project: Project, main: Environment
    ) -> None:
        assert project.lock is not None
        assert project.home is not None
        self.files, self.project, self.lock, self.home = files, project, project.lock, project.home
        self.installed = {normal_name(d.name): d for d in main.distributions}
        self.main = main
        self.markers = _markers(evidence, env)
        self.defaults = default_groups(project.settings)

    def answer(self, selection: Selection, build: Selection | None) -> Synced:
        meant = build.left_out(self.defaults) if build is not None else self.defaults
        asked = selection.asked(self.defaults, self._groups())
        skipped = meant & asked.groups - selection.groups
        without = self._wanted(selection.leaving_out(skipped))
        whole = self._wanted(selection) if skipped else without
        changes = self._changes(without, selection)
        optional = [c for c in self._changes(whole, selection) if c not in changes] if skipped else []
        return Synced(
            known=True,
            changes=tuple(changes),
            optional=tuple(optional),
            groups=skipped if optional else frozenset(),
            unasked=tuple(sorted(self.installed.keys() - _installable(without if optional else whole))),
            root=self.project.folder,
        )

    def _wanted(self, selection: Selection) -> Wanted:
        asked = selection.asked(self.defaults, self._groups())
        return wanted(self.lock, self._roots(selection), asked, self.markers)

    def _groups(self) -> frozenset[str]:
        every = (package for packages in self.lock.packages.values() for package in packages)
        return frozenset(name for package in every for name in package.groups) | self.lock.groups.keys()

    def _roots(self, selection: Selection) -> list[str]:
        named = selection.packages
        if "*" in named:
            return sorted(self.lock.members) or [self._own()]
        if named:
            return sorted(normal_name(name) for name in named)
        name = as_table(self.project.settings.get("project")).get("name")
        return [normal_name(name)] if isinstance(name, str) else sorted(self.lock.members)

    def _own(self) -> str:
        place = posixpath.relpath(self.project.folder, self.home)
        own = self.lock.at(place)
        return own.name if own is not None else ""

    def _changes(self, needed: Wanted, selection: Selection) -> list[Change]:
        found = []
        for name in sorted(needed.packages):
            meant = needed.packages[name]
            if all(package.kind == NOT_INSTALLED for package in meant):
                continue
            there = self.installed.get(name)
            if there is None:
                if name in needed.sure:
                    found.append(Change(name, None, meant[0].version, _is_local(meant)))
            elif not any(_same(package.version, there.version) for package in meant):
                found.append(Change(name, there.version, meant[0].version, _is_local(meant)))
            elif _is_local(meant) and self._is_stale(meant[0], there, selection):
                found.append(Change(name, there.version, meant[0].version, local=True))
        return found

    def _is_stale(self, package: Locked, there: Distribution, selection: Selection) -> bool:
        """Would uv install the author's own package again, with another result?"""
        editable = package.kind == "editable" and selection.editable
        if editable != (there.editable is not None):
            return True
        place = posixpath.normpath(posixpath.join(self.home, package.place))
        if editable and any(f"{root}/".startswith(f"{place.rstrip('/')}/") for root in self.main.roots):
            return False  # its sources are found where they are, whatever they hold
        info = self._info(there)
        return info is not None and any(
            (node := self.files.follow(posixpath.join(place, key))) is not None
            and self.files.layer(node) > self.files.layer(info)
            for key in _KEYS
        )

    def _info(self, there: Distribution) -> int | None:
        """The node of the distribution's metadata."""
        wanted_name = normal_name(there.name)
        for site in self._sites():
            for child in self.files.children(site):
                name, _, rest = self.files.path(child).rpartition("/")[2].partition("-")
                if rest.endswith(".dist-info") and normal_name(name) == wanted_name:
                    record = self.files.at(f"{self.files.path(child)}/METADATA")
                    return record if record is not None else child
        return None

    def _sites(self) -> list[int]:
        lib = self.files.at(f"{self.main.path.rstrip('/')}/lib")
        pythons = self.files.children(lib) if lib is not None else []
        found = (self.files.at(f"{self.files.path(python)}/site-packages") for python in pythons)
        return [site for site in found if site is not None]


def _installable(needed: Wanted) -> set[str]:
    """The names of what a sync installs: a project that is no package is none."""
    return {n for n, meant in needed.packages.items() if any(p.kind != NOT_INSTALLED for p in meant)}


def _is_local(meant: list[Locked]) -> bool:
    return meant[0].kind in ("editable", "directory")


def _same(wanted_version: str | None, version: str) -> bool:
    """Is a version what the lock says? A project may leave its own open."""
    from packaging.version import InvalidVersion, Version

    if wanted_version is None or wanted_version == version:
        return True
    try:
        return Version(wanted_version) == Version(version)
    except InvalidVersion:
        return False


def _markers(evidence: Evidence, env: EnvironmentFacts) -> dict[str, str]:
    """The environment of PEP 508 that a container of the image has, without what only the host tells."""
    report = evidence.report
    machine = (report.image.platform if report is not None else "").partition("/")[2].partition("/")[0]
    kind = env.build.partition("-")[0] or "cpython"
    full = env.version or f"{env.minor}.0"
    return {
        "implementation_name": kind,
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": _MACHINES.get(machine, machine),
        "platform_python_implementation": {"pypy": "PyPy", "graalpy": "GraalVM"}.get(kind, "CPython"),
        "platform_system": "Linux",
        "python_full_version": full,
        "python_version": env.minor,
        "sys_platform": "linux",
    }
