"""The rewrite's dealings with the disk: writing after a yes, undoing it, noticing others' changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from uvdive.rewrite.plan import RewritePlan
from uvdive.tui.frame.text import visible
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.progress.watched_files import Watch
from uvdive.tui.screens.dialogs.dialogs import Question
from uvdive.tui.screens.rewrite.layout import RewriteLayout
from uvdive.tui.screens.rewrite.questions import first_question, second_question

LOOK = 1.0
"""Seconds between two looks at the files on the disk."""


class RewriteFiles(RewriteLayout):
    """Keeps what was written, so that it can be undone, and watches what the plan was made from."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: RewritePlan | None = None
        self.proof: ProofState | None = None
        self.dockerfile = Path()
        self.written: Path | None = None
        self.changed: Path | None = None
        self._written: Any = None
        self._watch: Watch | None = None

    @property
    def context(self) -> Path:
        """The build context: as given, else the Dockerfile's folder."""
        return self._app.context or self.dockerfile.parent

    def begin(self, name: str, work: Any) -> None:
        """Start a job of this screen."""
        raise NotImplementedError

    def watch_files(self, known: dict[Path, bytes] | None = None) -> None:
        """Watch the plan's files from now on; ``known`` is what the plan was made from."""
        self.changed = None
        if self.plan is not None:
            others = [self.context / change.path for change in self.plan.files]
            self._watch = Watch([self.dockerfile, *others], known)

    def look(self) -> bool:
        """Has a file changed on the disk that had not before? It is said once."""
        if self.changed is not None or self._watch is None or self.busy:
            return False
        self.changed = self._watch.changed()
        if self.changed is None:
            return False
        self.notify(
            f"{visible(self.changed.name)} changed on the disk. r plans anew.",
            severity="warning",
            markup=False,
            timeout=8,
        )
        return True

    @property
    def busy(self) -> bool:
        """Is a build or its proof running, or the file being written?"""
        raise NotImplementedError

    @property
    def changed_problem(self) -> str:
        """Why the plan is out of date; empty where it is not."""
        if self.changed is None:
            return ""
        return f"{visible(self.changed.name)} changed on the disk; r plans anew."

    # Writing

    def action_write(self) -> None:
        """Write the files after a yes; after a failed proof, after two."""
        plan = self.plan
        if plan is None or self.look():
            return
        questions = [first_question(plan, self.proof)]
        if self.proof is not None and self.proof.failed_checks:
            questions.append(second_question(self.proof))
        self._ask(plan, questions)

    def _ask(self, plan: RewritePlan, questions: Sequence[Question]) -> None:
        if not questions:
            services, context = self._app.services, self.context
            self.begin("write", lambda _event, _cancel: services.write(plan, context=context))
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - it is the answer
            if yes:
                self._ask(plan, questions[1:])

        self.app.push_screen(questions[0], answered)

    def wrote(self, written: Any) -> None:
        """The files are written."""
        self._written, self.written = written, written.path
        self.watch_files()
        kept = f" The old text is in {written.kept}; u brings it back." if written.kept else ""
        self.notify(visible(f"Wrote {written.path}.{kept}"), markup=False, timeout=8)

    def action_undo(self) -> None:
        """Bring the old texts back."""
        services, written = self._app.services, self._written
        self.begin("undo", lambda _event, _cancel: services.undo(written))

    def undone(self) -> None:
        """The old texts are back."""
        path, self._written, self.written = self.written, None, None
        self.watch_files()
        self.notify(visible(f"{path} is as it was."), markup=False, timeout=4)

    def action_compare(self) -> None:
        """Show both images side by side."""
        from uvdive.tui.screens.compare import CompareScreen

        if self.proof is not None and self.proof.comparison is not None:
            name = visible(self.dockerfile.name)
            self.app.push_screen(CompareScreen((name, f"{name} rewritten"), self.proof.comparison))
