"""What package managers, packages' scripts and user tools leave in a layer (R28, R33).

Asked for paths that other commands of the same RUN may have written just as well: what is
in no book counts as theirs, and is copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from uvdive.distro.managers import makes_home
from uvdive.distro.places import (
    is_book,
    is_database,
    is_made_by_scripts,
    is_made_by_triggers,
    is_mail_box,
    is_user_file,
)
from uvdive.image.table import NONE
from uvdive.ledger.whose import os_package
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import is_playwright

_SKELETON = "/etc/skel"


class Traces:
    """Answers for the nodes of the original's final state."""

    def __init__(self, evidence: Evidence, files: Files) -> None:
        self.evidence, self.files = evidence, files

    def package(self, node: int) -> str | None:
        """The OS package that a file belongs to, by the ledger."""
        entry = self.files.entry(node)
        inode = NONE if entry is None else self.files.table.entry_inode[entry]
        return None if inode == NONE else os_package(self.files.report, inode)

    def new_package(self, node: int, path: str) -> str | None:
        """The package that a RUN brought a file of, or the path in its database; None for none."""
        first = next(self.files.modes(node))[0] == self.files.layer(node)
        return (self.package(node) if first else None) or (path if is_database(path) else None)

    def of_packages(self, run: Run, node: int, path: str) -> bool:
        """Did a package bring this, or its installation make it?"""
        if self.package(node) is not None or is_user_file(path) or is_book(path):
            return True
        facts = self.evidence.system
        if facts is not None and path in facts.listed:
            return True
        if is_made_by_triggers(path) or (is_playwright(run) and is_made_by_scripts(path)):
            return True
        return facts is not None and self._scripted(run, path, facts.scripted)

    @staticmethod
    def _scripted(run: Run, path: str, named: frozenset[str]) -> bool:
        """Does a package's script name it, or a folder around it of which the RUN does not speak?"""
        if path in named:
            return True
        parts = path.split("/")
        around = ("/".join(parts[:depth]) for depth in range(4, len(parts)))
        return any(folder in named and folder not in run.text for folder in around)

    def of_users(self, node: int, path: str) -> bool:
        """Did a tool that makes users write this: the users' files, mail boxes, the skeleton in a home?"""
        if is_user_file(path) or is_mail_box(path):
            return True
        for home in self._homes:
            if not path.startswith(f"{home}/"):
                continue
            model = self.files.at(f"{_SKELETON}{path[len(home) :]}")
            if model is not None:
                same = self.files.kind(model) == self.files.kind(node)
                return same and self.files.size(model) == self.files.size(node)
        return False

    @cached_property
    def _homes(self) -> frozenset[str]:
        """The homes of people and of the app's users, not of the system's own."""
        users = self.evidence.report.users if self.evidence.report else ()
        homes = (user.home.rstrip("/") for user in users if user.uid >= 100)
        return frozenset(home for home in homes if home)

    def homes_made(self, runs: Iterable[Run]) -> frozenset[str]:
        """The homes that the tools make which RUNs call, where they are not there."""
        commands = (command for run in runs for command in (run.script.commands if run.script else ()))
        return self._homes if any(makes_home(command.argv) for command in commands) else frozenset()
