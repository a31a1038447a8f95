"""Which groups and extras an install takes: by its options, its variables and the project's defaults.

https://docs.astral.sh/uv/concepts/projects/sync/#syncing-development-dependencies
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from uvdive.base.names import normal_name
from uvdive.uv.calls import TRUE
from uvdive.uv.lock import Asked

_VALUED = frozenset(
    {"--extra", "--no-extra", "--group", "--no-group", "--only-group", "--package", "--no-install-package"}
)
PARTIAL = frozenset({"--no-install-project", "--no-install-workspace", "--no-install-local"})
"""Options of a sync that leave out what is the author's own."""


def is_set(environ: Mapping[str, str], name: str) -> bool:
    """Is a variable set to what uv takes for true?"""
    return environ.get(name, "").strip().lower() in TRUE


@dataclass(frozen=True, slots=True)
class Selection:
    """What ``uv sync`` or ``uv run`` was told about the environment.

    Attributes:
        groups: named ones; ``*`` for all.
        without: groups that are left out.
        only: nothing but these groups; empty where the project's dependencies count too.
        extras: named ones; ``*`` for all.
        without_extras: extras that are left out.
        defaults: are the project's default groups in it?
        packages: members by name; ``*`` for all, empty for the project that is there.
        installs_projects: are the projects themselves installed (``--no-install-project``)?
        editable: as the lock says, not as ``--no-editable`` has it.
        exact: is removed what nobody asks for?
        frozen: is the lock taken as it is (``--frozen``)?
        locked: must the lock fit the project (``--locked``)?
    """

    groups: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()
    without_extras: frozenset[str] = frozenset()
    defaults: bool = True
    packages: frozenset[str] = frozenset()
    installs_projects: bool = True
    editable: bool = True
    exact: bool = False
    frozen: bool = False
    locked: bool = False

    def asked(self, defaults: frozenset[str], every: frozenset[str] = frozenset()) -> Asked:
        """What the lock is asked for.

        Args:
            defaults: the project's default groups.
            every: the names of all groups, where ``*`` has to be told apart from what is left out.
        """
        extras = self.extras - self.without_extras
        if self.only:
            return Asked(self.only - self.without, extras, projects=False)
        groups = self.groups | (defaults if self.defaults else frozenset())
        if "*" in groups and self.without:
            groups = (groups | every) - {"*"}
        return Asked(groups - self.without, extras)

    def left_out(self, defaults: frozenset[str]) -> frozenset[str]:
        """The default groups that it leaves out in so many words."""
        if self.only:
            return frozenset()
        return (frozenset() if self.defaults else defaults) - self.groups | (self.without & defaults)

    def leaving_out(self, groups: frozenset[str]) -> Selection:
        """The same without some groups."""
        return replace(self, without=self.without | groups)


def read_selection(words: Sequence[str], environ: Mapping[str, str], *, exact: bool) -> Selection:
    """Read what a call says.

    Args:
        words: its options, with their values behind them or after ``=``.
        environ: the variables in force.
        exact: what holds where neither ``--exact`` nor ``--inexact`` is given.
    """
    found: dict[str, set[str]] = {name: set() for name in _VALUED}
    flags: set[str] = set()
    for name, value in _read(words):
        flags.add(name)
        if value is not None and name in found:
            found[name].add(value if name == "--package" and "$" in value else normal_name(value))
    if "--only-dev" in flags:
        found["--only-group"].add("dev")
    if "--dev" in flags:
        found["--group"].add("dev")
    if "--no-dev" in flags or (is_set(environ, "UV_NO_DEV") and not flags & {"--dev", "--only-dev"}):
        found["--no-group"].add("dev")
    for name in re.split(r"[\s,]+", environ.get("UV_NO_GROUP", "")):
        found["--no-group"] |= {normal_name(name)} if name else set()
    whole = {"--all-groups": "--group", "--all-extras": "--extra", "--all-packages": "--package"}
    for flag, option in whole.items():
        if flag in flags:
            found[option].add("*")
    parts = flags & PARTIAL
    return Selection(
        groups=frozenset(found["--group"]),
        without=frozenset(found["--no-group"]),
        only=frozenset(found["--only-group"]),
        extras=frozenset(found["--extra"]),
        without_extras=frozenset(found["--no-extra"]),
        defaults="--no-default-groups" not in flags and not is_set(environ, "UV_NO_DEFAULT_GROUPS"),
        packages=frozenset(found["--package"]),
        installs_projects=not parts and not is_set(environ, "UV_NO_INSTALL_PROJECT"),
        editable="--no-editable" not in flags and not is_set(environ, "UV_NO_EDITABLE"),
        exact="--exact" in flags or (exact and "--inexact" not in flags),
        frozen="--frozen" in flags or is_set(environ, "UV_FROZEN"),
        locked="--locked" in flags or is_set(environ, "UV_LOCKED"),
    )


def default_groups(settings: Mapping[str, Any]) -> frozenset[str]:
    """The groups that a project installs unasked: ``dev``, unless its ``default-groups`` say otherwise.

    ``settings`` is its ``pyproject.toml``; ``*`` stands for all.
    """
    tool = settings.get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    named = uv.get("default-groups") if isinstance(uv, dict) else None
    if named == "all":
        return frozenset({"*"})
    if isinstance(named, list):
        return frozenset(normal_name(name) for name in named if isinstance(name, str))
    return frozenset({"dev"})


def _read(words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    index = 0
    while index < len(words):
        name, equals, value = words[index].partition("=")
        index += 1
        if name in _VALUED and not equals:
            yield name, words[index] if index < len(words) else ""
            index += 1
        else:
            yield name, value if equals else None
