"""The steps of both builds, and their output."""

from __future__ import annotations

from textual.content import Content

from uvdive.base.units import size
from uvdive.tui.frame.text import right, visible
from uvdive.tui.progress.build import Build, Step
from uvdive.tui.progress.proof import SIDES, ProofState
from uvdive.tui.widgets.rows import Rows

_STATES = {
    "running": ("●", "$text-warning"),
    "done": ("✓", "$text-success"),
    "cached": ("✓", "$foreground 66%"),
    "failed": ("×", "bold $text-error"),
    "cancelled": ("×", "$foreground 66%"),
}


class StepList(Rows):
    """The steps of the rewrite's build, then the original's, each with state and seconds."""

    EMPTY = "Waiting for the first step."

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual calls it so
        super().__init__(id=id)
        self._rows: list[tuple[Build, Step | None]] = []
        self._followed: ProofState | None = None
        self._current: Build | None = None

    def follow(self, proof: ProofState) -> None:
        """Draw both builds; the cursor follows the last step of the one that runs while it is on it."""
        follow = (
            proof is not self._followed or proof.current is not self._current or self.cursor >= self._last()
        )
        self._followed, self._current = proof, proof.current
        self._rows = []
        for build in (proof.build, proof.original):
            self._rows.append((build, None))
            self._rows += [(build, step) for step in build.steps.values()]
        self.changed(self._last() if follow and not proof.took else None)

    def _last(self) -> int:
        """The row of the last step of the build that runs."""
        return max((row for row, (build, _) in enumerate(self._rows) if build is self._current), default=-1)

    @property
    def selected(self) -> tuple[Build, Step | None] | None:
        """The build under the cursor, and its step where it is on one."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def count(self) -> int:
        """How many rows there are, the heads of both builds counted."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Content:  # noqa: ARG002 - a row is cut by its list
        """A build's head; or a step's state, seconds or ``cached``, and name."""
        build, step = self._rows[index]
        if step is None:
            return Content.assemble((SIDES[build.role], "bold"), (f"  {build.words()}", "$foreground 66%"))
        event = step.event
        mark, style = _STATES[event.state]
        if event.state == "cached":
            time = "cached"
        else:
            seconds = event.seconds if event.seconds is not None else build.clock() - step.since
            time = f"{seconds:.1f} s"
        moved = f" {size(event.current)}" if event.current and event.state == "running" else ""
        if moved and event.total:
            moved += f" of {size(event.total)}"
        return Content.assemble(
            (mark, style), f" {right(time, 8)} ", visible(event.name), (moved, "$foreground 66%")
        )


class LogView(Rows):
    """The last lines of a build's output: of one step, or of the whole build."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.lines: list[str] = []
        self._build: Build | None = None
        self._step: str | None = None

    def only(self, build: Build, step: Step | None) -> None:
        """Show the output of one step; without one of all."""
        self._build, self._step = build, None if step is None else step.event.id
        self._draw(follow=True)

    def follow(self, proof: ProofState) -> None:
        """Draw the log; the cursor stays at its end while it is there."""
        if self._build is not proof.original and self._build is not proof.build:
            self._build, self._step = proof.build, None
        self._draw(follow=self.cursor >= len(self.lines) - 1)

    def title(self) -> str:
        """Whose output it is."""
        if self._build is None:
            return "Log"
        step = self._build.steps.get(self._step) if self._step is not None else None
        what = f"of {SIDES[self._build.role]}" if step is None else visible(step.event.name)
        return f"Log {what}"

    def _draw(self, *, follow: bool) -> None:
        log = self._build.log if self._build is not None else ()
        self.lines = [text for id_, text in log if self._step in (None, id_)]
        self.changed(len(self.lines) - 1 if follow else None)

    def empty(self) -> str:
        """Why there are no lines."""
        return "No output yet." if self._step is None else "This step printed nothing."

    @property
    def count(self) -> int:
        """How many lines are kept."""
        return len(self.lines)

    def row(self, index: int, width: int) -> Content:  # noqa: ARG002 - a row is cut by its list
        """One line, harmless."""
        return Content.styled(visible(self.lines[index]), "$foreground 80%")
