"""The check of the imports: what could be imported in the old image still can in the new one (R46)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from importlib.resources import files

from uvdive.base import shapes
from uvdive.base.paths import raw
from uvdive.base.progress import CancelToken
from uvdive.build.running.containers import Ran, run_container
from uvdive.build.running.settings import PLAIN, Limits
from uvdive.image.resolve import resolve
from uvdive.ledger.report import Environment, ImageReport
from uvdive.verify.checks import ENGINES, Check, Want
from uvdive.verify.python.inside import MARK, TOO_LONG
from uvdive.verify.python.interpreter import needed, owned_by
from uvdive.verify.python.trees import in_trees
from uvdive.verify.wanting import wanted_by

IMPORT_SECONDS = 60.0
CONTAINER_SECONDS = 600.0

Outcome = dict[str, str | None]
"""Of each module the error that its import gave, None where it worked."""

Known = dict[tuple[str, str, str, tuple[str, ...]], Outcome]
"""What images gave that were asked before, by engine, image, interpreter and modules."""


def _modules(report: ImageReport, environment: Environment) -> list[str]:
    """The top-level modules of what is installed, but for uv's own: a rewrite takes uv away."""
    theirs = owned_by(report, environment, "uv")
    found: set[str] = set()
    for distribution in environment.distributions:
        if distribution.name in theirs:
            continue
        found.update(distribution.modules)
        if distribution.editable is not None:
            found.update(_sources(report, environment, distribution.name))
    return sorted(found)


def _sources(report: ImageReport, environment: Environment, name: str) -> Iterator[str]:
    """The module of an editable install's own name, where one of the source folders has it.

    Other files there may be scripts, which an import would run.
    """
    module = name.replace("-", "_").replace(".", "_")
    for root in environment.roots:
        for path in (f"{root}/{module}.py", f"{root}/{module}/__init__.py"):
            if resolve(report.files, raw(path)).node is not None:
                yield module


def _parsed(ran: Ran, modules: Iterable[str]) -> Outcome:
    outcome: Outcome = {}
    for line in ran.output.splitlines():
        # Whatever else start-up hooks of the environment print is not ours.
        _, mark, answer = line.partition(MARK)
        if mark:
            with contextlib.suppress(shapes.ShapeError, ValueError):
                name, error = shapes.load(answer, [shapes.Maybe(str)], "answer")
                outcome[name] = error
    said = [line for line in ran.error.splitlines() if line.strip()]
    if ran.status is None:
        missing = f"not tried within {CONTAINER_SECONDS:.0f} seconds"
    else:
        missing = said[-1] if said else f"the container ended with {ran.status}"
    found = {module: outcome.get(module, missing) for module in modules}
    return {module: error and f"{error} {ran.why}".rstrip() for module, error in found.items()}


def _tried(
    report: ImageReport,
    environment: Environment,
    modules: list[str],
    limits: Limits,
    cancel: CancelToken,
    known: Known,
) -> Outcome:
    key = (report.image.source, report.image.id, environment.interpreter, tuple(modules))
    if key in known:
        return known[key]
    code = (files("uvdive.verify.python") / "inside.py").read_text("utf-8")
    command = [
        environment.interpreter,
        "-c",
        code,
        str(IMPORT_SECONDS),
        json.dumps(in_trees(environment, report.image.platform, modules)),
    ]
    ran = run_container(
        report.image.id, command, seconds=CONTAINER_SECONDS, source=report.image.source, limits=limits,
        cancel=cancel,
    )  # fmt: skip
    outcome = _parsed(ran, modules)
    # On a busy machine an import may take too long once; that is no property of the image.
    if ran.status == 0 and not any(error and error.startswith(TOO_LONG) for error in outcome.values()):
        known[key] = outcome
    return outcome


def check_imports(
    before: ImageReport,
    after: ImageReport,
    cancel: CancelToken,
    known: Known | None = None,
    limits: Limits = PLAIN.limits,
) -> Check:
    """Import the top-level modules of every installed distribution, in both images.

    Each module is imported without those of others, without network and with a time limit, as
    ``inside`` says.
    Modules that fail in the old image too do not count, and uv as a package is left out.
    ``known`` are answers of images that were asked before; gets those of these two. ``limits``
    are what the containers may take.

    Raises:
        EngineError: the engine cannot run the images.
        CancelledError: ``cancel`` was set.
    """
    for report in (before, after):
        if report.image.source not in ENGINES:
            why = f"{report.image.reference} is in no engine that could run it."
            return Check("imports", "skipped", why, unseen=(why,))
    known = {} if known is None else known
    wrong: list[str] = []
    wants: list[Want] = []
    unseen: list[str] = []
    worked = broken = 0
    for environment in needed(before):
        modules = _modules(before, environment)
        if not modules:
            continue
        old = _tried(before, environment, modules, limits, cancel, known)
        new = _tried(after, environment, modules, limits, cancel, known)
        broken += sum(error is not None for error in old.values())
        worked += sum(error is None for error in old.values())
        lost = _lost(old, new)
        wrong += (f"{environment.path}: import {', '.join(hit)}: {error}" for error, hit in lost.items())
        wants += (want for error in lost for want in wanted_by(error))
        if not any(error is None for error in old.values()):
            unseen.append(f"no module of {environment.path} can be imported in the original")
    had = {environment.path for environment in before.environments}
    for environment in needed(after):
        if environment.path in had or not (modules := _modules(after, environment)):
            continue
        new = _tried(after, environment, modules, limits, cancel, known)
        worked += sum(error is None for error in new.values())
        for error, hit in _lost(dict.fromkeys(modules), new).items():
            # The original installs them at start: nobody knows whether they work there.
            unseen.append(f"{environment.path}, which the original has not: import {', '.join(hit)}: {error}")
    return _verdict(worked, broken, wrong, wants, unseen)


def _lost(old: Outcome, new: Outcome) -> dict[str, list[str]]:
    """The errors that only the new image has, each with the modules that it hits."""
    hit: dict[str, list[str]] = {}
    for module, error in new.items():
        if old[module] is None and error is not None:
            hit.setdefault(error, []).append(module)
    return hit


def _verdict(worked: int, broken: int, wrong: list[str], wants: list[Want], unseen: list[str]) -> Check:
    also = f" {broken} fail in the original already." if broken else ""
    if wrong:
        detail = f"Not all of the {worked} modules that the original imports work.{also}"
        return Check("imports", "failed", detail, tuple(wrong), tuple(wants), tuple(unseen))
    if not worked:
        detail = (
            "No module of the original can be imported here." if broken else "There is nothing to import."
        )
        return Check("imports", "skipped", f"{detail}{also}", unseen=tuple(unseen))
    detail = f"All {worked} modules that the original imports work.{also}"
    return Check("imports", "passed", detail, unseen=tuple(unseen))
