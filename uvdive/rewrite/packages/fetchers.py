"""Packages that only fetch what stays behind: uv's installer, the archive that node comes from (R33)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages.install_commands import Install
from uvdive.uv.images import Reference
from uvdive.uv.mentions import names_installer

FETCHERS = frozenset({"curl", "wget"})
KEYS = {"gnupg": "gpg", "gnupg2": "gpg"}
"""Packages that check the key of an archive, each with its program."""

_CERTIFICATES = "ca-certificates"


def fetching(
    evidence: Evidence,
    runs: Sequence[Run],
    install: Install,
    used: Collection[str] | None,
    *,
    sources: bool = False,
) -> frozenset[str]:
    """The packages of a command that only fetch what the final image does without.

    The certificates are among them where nothing else is installed and the base has them by itself,
    as Python's official images do.

    Args:
        evidence: the file, without an image.
        runs: every RUN.
        install: the command.
        used: the fetchers that a file of the context names which may run in the container; None
            where no file was looked at, so that the app may call them.
        sources: what archives that RUNs set up serve stays behind too.
    """
    names = {word.name for word in install.words if word.name}
    mine = {name: KEYS.get(name, name) for name in names if name in FETCHERS or (sources and name in KEYS)}
    others = names - mine.keys() - {_CERTIFICATES}
    if used is None or not mine or set(mine.values()) & set(used):
        return frozenset()
    has_certificates = Reference.read(evidence.base).family in ("python", "uv-python")
    if _CERTIFICATES in names and not has_certificates and not others:
        return frozenset()
    starts = " ".join(
        command_text(step.instruction)
        for step in evidence.steps
        if step.keyword in ("HEALTHCHECK", "ENTRYPOINT", "CMD")
    )
    if any(re.search(rf"(?<![\w.-]){name}(?![\w.-])", starts) for name in mine.values()):
        return frozenset()
    fetched = any(
        step.keyword in ("ADD", "RUN") and names_installer(command_text(step.instruction))
        for step in evidence.steps
    ) or (sources and any(run.has("sources") for run in runs))
    if not fetched or any(_calls(run, frozenset(mine.values()), sources=sources) for run in runs):
        return frozenset()
    return frozenset(mine if others else names)


def _calls(run: Run, names: Collection[str], *, sources: bool) -> bool:
    """Does a RUN call one of some programs for anything but what stays behind?"""
    if run.script is None:
        return any(name in run.text for name in names)
    return any(
        command.program in names
        for part, kind in run.parts
        if not names_installer(run.text[part.start : part.end]) and not (sources and kind == "sources")
        for command in part.commands
    )
