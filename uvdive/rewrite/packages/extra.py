"""OS packages of the original that the user wants in the final image too (R46)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from uvdive.base.errors import UsageError
from uvdive.distro.managers import install_instruction
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import CHOICES, PACKAGES
from uvdive.rewrite.notes import Notes

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*")


def extra_packages(report: ImageReport | None, notes: Notes) -> tuple[str, ...]:
    """The packages of ``--choose extra-packages=A,B``.

    Raises:
        UsageError: the original has no such package.
    """
    known = {c.name for c in report.components if c.version is not None} if report else frozenset()
    wanted = notes.names(CHOICES[PACKAGES])
    for name in wanted:
        if not _PACKAGE.fullmatch(name) or (report is not None and name not in known):
            raise UsageError(
                f"The original has no OS package “{name}”.", "Write --choose extra-packages=A,B."
            )
    return wanted


def install(report: ImageReport | None, names: Sequence[str]) -> str:
    """The instruction that installs packages, in the words of the system's own tool; empty for none."""
    if not names:
        return ""
    distribution = report.os.id if report is not None and report.os is not None else ""
    return install_instruction(distribution, names)
