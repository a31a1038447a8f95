"""Packages that only fetch uv's installer, which the final image has no use for (R33)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from uvdive.dockerfile.shell import command_text
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages.install_commands import Install
from uvdive.uv.images import Reference
from uvdive.uv.mentions import names_installer

FETCHERS = frozenset({"curl", "wget"})
_CERTIFICATES = "ca-certificates"


def fetching_uv(
    evidence: Evidence, runs: Sequence[Run], install: Install, used: Collection[str] | None
) -> frozenset[str]:
    """The packages of a command that only fetch uv's installer.

    The certificates are among them where nothing else is installed and the base has them by itself,
    as Python's official images do.

    Args:
        evidence: the file, without an image.
        runs: every RUN.
        install: the command.
        used: the fetchers that a file of the context names which may run in the container; None
            where no file was looked at, so that the app may call them.
    """
    names = {word.name for word in install.words if word.name}
    fetchers = names & FETCHERS
    others = names - FETCHERS - {_CERTIFICATES}
    if used is None or not fetchers or fetchers & set(used):
        return frozenset()
    has_certificates = Reference.read(evidence.base).family in ("python", "uv-python")
    if _CERTIFICATES in names and not has_certificates and not others:
        return frozenset()
    starts = " ".join(
        command_text(step.instruction)
        for step in evidence.steps
        if step.keyword in ("HEALTHCHECK", "ENTRYPOINT", "CMD")
    )
    if any(re.search(rf"(?<![\w.-]){name}(?![\w.-])", starts) for name in fetchers):
        return frozenset()
    fetched = any(
        step.keyword in ("ADD", "RUN") and names_installer(command_text(step.instruction))
        for step in evidence.steps
    )
    if not fetched or any(_calls(run, fetchers) for run in runs):
        return frozenset()
    return frozenset(fetchers if others else names)


def _calls(run: Run, names: Collection[str]) -> bool:
    """Does a RUN call one of some programs for anything but uv's installer?"""
    if run.script is None:
        return any(name in run.text for name in names)
    return any(
        command.program in names
        for part, _ in run.parts
        if not names_installer(run.text[part.start : part.end])
        for command in part.commands
    )
