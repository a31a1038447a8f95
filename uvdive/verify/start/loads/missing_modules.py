"""A module that a start lacks although an environment of the image has it: the start uses another one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.ledger.report import Environment, ImageReport
from uvdive.verify.checks import Check
from uvdive.verify.start.faithful import search_path, start_command
from uvdive.verify.wanting import wanted_by


def with_environment(check: Check, after: ImageReport, log: Iterable[str]) -> Check:
    """The check of a start that failed, with where the module is that the new image's log says is missing.

    Args:
        check: what the runs came to; as it is where no such module is named.
        after: the new image.
        log: what its program wrote.
    """
    said = _where(after, tuple(log))
    if not said or check.status not in ("failed", "announced"):
        return check
    if check.status == "failed":
        return replace(check, way_out=f"{said} {check.way_out}".strip())
    return replace(
        check, detail=f"{check.detail} {said}", unseen=tuple(f"{each} {said}" for each in check.unseen)
    )


def _where(report: ImageReport, log: tuple[str, ...]) -> str:
    names = [want.name for line in log for want in wanted_by(line) if want.kind == "module"]
    used = _used(report)
    for name in dict.fromkeys(names):
        having = [each for each in report.environments if _has(each, name.partition(".")[0])]
        if having and all(f"{each.path.rstrip('/')}/bin" not in used for each in having):
            path = having[0].path.rstrip("/")
            return (
                f"{name} is in {path}, which the start command does not use: put {path}/bin first on PATH, "
                "or start its python."
            )
    return ""


def _used(report: ImageReport) -> frozenset[str]:
    """The folders that the start takes programs from: its own by name, and PATH's first with a Python."""
    found = {posixpath.dirname(word) for word in start_command(report.config) if word.startswith("/")}
    for folder in search_path(report.config):
        if resolve(report.files, raw(f"{folder.rstrip('/')}/python")).node is not None:
            found.add(folder.rstrip("/"))
            break
    return frozenset(found)


def _has(environment: Environment, module: str) -> bool:
    return any(module in each.modules for each in environment.distributions)
