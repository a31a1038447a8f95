"""The check of the environments: their Python, their console scripts, their editable sources."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.ledger.report import VIRTUAL, Environment, ImageReport
from uvdive.verify.checks import Check, Want

BUNDLED = frozenset({"pip", "setuptools", "wheel"})
"""What comes with an interpreter; an environment that holds nothing else holds nothing of the app's."""


def _there(report: ImageReport, path: str) -> bool:
    return resolve(report.files, raw(path)).node is not None


def _minor(python: str | None) -> str | None:
    return None if python is None else ".".join(python.split(".")[:2])


def owned_by(report: ImageReport, environment: Environment, owner: str) -> frozenset[str]:
    """The names of an environment's distributions that the ledger gives to ``owner``."""
    return frozenset(
        component.name
        for component in report.components
        if component.owner == owner
        and component.kind == "distribution"
        and component.path == environment.path
    )


def needed(report: ImageReport) -> tuple[Environment, ...]:
    """The environments that the app needs: venvs, uv's tools, and others that hold the app's packages.

    What came with the interpreter, as an OS package (Debian's mercurial) or as uv is not the app's.
    """
    return tuple(
        environment
        for environment in report.environments
        if environment.kind in VIRTUAL or owned_by(report, environment, "venv") - BUNDLED
    )


def _python(old: Environment, new: Environment, before: ImageReport, after: ImageReport) -> Iterator[str]:
    if not _there(before, old.interpreter):
        return  # it was broken before: nothing to lose
    found = resolve(after.files, raw(old.interpreter))
    if found.node is None:
        way = " -> ".join(hop.decode("utf-8", "backslashreplace") for hop in found.hops)
        yield f"{old.path}: its Python leads to nothing: {way}"
    if old.python and new.python and _minor(old.python) != _minor(new.python):
        yield f"{old.path}: Python {old.python} became {new.python}"


def _scripts(old: Environment, new: Environment, before: ImageReport, after: ImageReport) -> Iterator[str]:
    scripts = {script.name: script for script in new.scripts}
    for script in old.scripts:
        if not _there(before, script.interpreter):
            continue
        if script.name not in scripts:
            yield f"{old.path}: the script {script.name} is missing"
        elif not _there(after, scripts[script.name].interpreter):
            interpreter = scripts[script.name].interpreter
            yield f"{old.path}: the script {script.name} needs {interpreter}, which is missing"


def _roots(old: Environment, before: ImageReport, after: ImageReport) -> Iterator[str]:
    for root in old.roots:
        if _there(before, root) and not _there(after, root):
            yield f"{old.path}: the source folder {root} of an editable install is missing"


def _wants(old: Environment, new: Environment, before: ImageReport, after: ImageReport) -> Iterator[Want]:
    """The paths of the original that are gone: its Python's own folder, scripts, source folders."""
    if (
        old.interpreter_path
        and not _there(after, old.interpreter)
        and not _there(after, old.interpreter_path)
    ):
        home, inside, _ = old.interpreter_path.rpartition("/bin/")
        if inside and home not in ("", "/usr", "/usr/local"):
            yield Want("path", home)
    here = {script.name for script in new.scripts}
    yield from (Want("path", f"{old.path}/bin/{s.name}") for s in old.scripts if s.name not in here)
    gone = [root for root in old.roots if _there(before, root) and not _there(after, root)]
    yield from (Want("path", root) for root in gone)


def check_interpreter(before: ImageReport, after: ImageReport) -> Check:
    """Every environment of the old image still has its Python, scripts and sources (R1, R3, R7, R12).

    What was broken in the old image already does not count.
    """
    environments = needed(before)
    if not environments:
        return Check("interpreter", "skipped", "The original has no Python environment.")
    new = {environment.path: environment for environment in after.environments}
    wrong: list[str] = []
    wants: list[Want] = []
    for environment in environments:
        other = new.get(environment.path)
        if other is None:
            wrong.append(f"{environment.path}: the environment is missing")
            wants.append(Want("path", environment.path))
            continue
        wrong += _python(environment, other, before, after)
        wrong += _scripts(environment, other, before, after)
        wrong += _roots(environment, before, after)
        wants += _wants(environment, other, before, after)
    if wrong:
        return Check("interpreter", "failed", f"{len(wrong)} things are broken.", tuple(wrong), tuple(wants))
    return Check("interpreter", "passed", "; ".join(_summary(e, new[e.path]) for e in environments))


def _summary(old: Environment, new: Environment) -> str:
    where = f" at {new.interpreter_path}" if new.interpreter_path else ""
    return (
        f"{old.path}: Python {new.python or 'of unknown version'}{where}, console scripts: {len(old.scripts)}"
    )
