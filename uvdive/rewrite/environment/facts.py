"""The environment that the app runs in, and the interpreter behind it (R1, R7, R9, R10, R41)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from uvdive.ledger.report import VIRTUAL, Environment, ImageReport
from uvdive.rewrite.environment.which import Found, without_spare
from uvdive.rewrite.notes import Notes, Refused

_MANAGED = re.compile(r"(?P<home>/.*?)/(?P<build>(?P<kind>cpython|pypy|graalpy)-(?P<version>[\d.]++)[^/]*+)/")


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """``minor`` is ``3.13``; ``version`` the full one where it is known.

    ``managed_home`` is the folder of uv's Pythons (``…/uv/python``), None for an
    interpreter that the image itself has; ``build`` is the managed build's folder.
    ``scripts`` are the environment's console scripts, None without an image.
    ``system`` is the prefix of an interpreter that has the packages itself (R10), and
    ``sites`` its folders of packages. ``folders`` hold whole environments: this one,
    others that stay (R9), and those of uv's tools (R41). ``left_out`` are those that
    a choice drops, ``other_interpreters`` those that the others run on, where it is not
    this one's. ``at_start`` says that the image has no environment yet: `uv run` makes
    it when a container starts (R15). ``other_systems`` are the prefixes of other interpreters
    that have packages of their own. ``programs`` is where the links to the programs of uv's tools
    are by the text; empty where there are none, or an image tells.
    """

    path: str
    minor: str
    version: str | None = None
    interpreter: str | None = None
    managed_home: str | None = None
    build: str = ""
    uv_version: str | None = None
    scripts: frozenset[str] | None = None
    roots: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    system: bool = False
    other_interpreters: tuple[str, ...] = ()
    at_start: bool = False
    other_systems: tuple[str, ...] = ()
    programs: str = ""

    @property
    def bin(self) -> str:
        """The environment's folder of programs."""
        return f"{self.path}/bin"

    def holds(self, path: str) -> bool:
        """Does a path lie in an environment that is copied whole?"""
        return any(path == folder or path.startswith(f"{folder}/") for folder in self.folders)

    def reported_in(self, report: ImageReport | None) -> Environment | None:
        """The environment as a report has it; None where it is not there."""
        every = report.environments if report is not None else ()
        return next((each for each in every if each.path.rstrip("/") == self.path), None)

    def has_uv(self, least: tuple[int, int]) -> bool:
        """Is the uv that made it known, and of this version (major and minor) or newer?"""
        numbers = re.match(r"(\d+)\.(\d+)", self.uv_version or "")
        return numbers is not None and (int(numbers[1]), int(numbers[2])) >= least


def settled(found: Found | EnvironmentFacts, notes: Notes) -> EnvironmentFacts:
    """The environment under the user's choices.

    Raises:
        Refused: its interpreter is not there (R1), or others have one that does not fit (R9).
    """
    return found if isinstance(found, EnvironmentFacts) else _from_report(without_spare(found, notes))


def _from_report(found: Found) -> EnvironmentFacts:
    env = found.main
    managed = _managed(env)
    for other in found.others:
        theirs = _managed(other)
        homes = {None if match is None else match["home"] for match in (managed, theirs)}
        if len(homes) > 1:
            raise Refused(
                "R9",
                f"{env.path} and {other.path} run on Pythons of different origin "
                f"({env.interpreter_path}, {other.interpreter_path}), and no base has both. Build them "
                "with the same Python, or leave one out.",
            )
    assert env.python is not None
    version = env.python
    if managed and managed["version"].count(".") == 2:
        version = managed["version"]
    system = env.kind not in VIRTUAL
    every = (env, *found.others)
    others = {each.interpreter_path for each in found.others if each.interpreter_path}
    kept = [each.path.rstrip("/") for each in every if each.kind in VIRTUAL]
    return EnvironmentFacts(
        path=env.path.rstrip("/"),
        minor=".".join(env.python.split(".")[:2]),
        version=version if version.count(".") == 2 else None,
        interpreter=env.interpreter_path,
        managed_home=managed["home"] if managed else None,
        build=managed["build"] if managed else "",
        uv_version=env.uv_version,
        scripts=frozenset(script.name for script in env.scripts),
        roots=tuple(root for each in every for root in each.roots),
        folders=tuple(kept),
        left_out=found.left_out,
        system=system,
        other_interpreters=tuple(sorted(others - {env.interpreter_path})),
        other_systems=tuple(other.path.rstrip("/") for other in found.others if other.kind not in VIRTUAL),
    )


def _managed(env: Environment) -> re.Match[str] | None:
    """The parts of a managed interpreter's path.

    Raises:
        Refused: R1, there is no interpreter.
    """
    if env.interpreter_path is None or not env.python:
        raise Refused(
            "R1",
            f"{env.interpreter} leads to nothing ({' -> '.join(env.hops)}): the environment has no "
            "interpreter. "
            "Make the image that it was built in and the image that it runs in agree on the Python.",
        )
    return _MANAGED.match(env.interpreter_path)
