"""The steps of both builds, and their output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from uvdive.base.units import size
from uvdive.build.events import Role
from uvdive.tui.frame.text import right, visible
from uvdive.tui.progress.build import Build, Step
from uvdive.tui.progress.proof import SIDES, ProofState
from uvdive.tui.widgets.lists.rows import Rows

_STATES = {
    "running": ("●", "$text-warning"),
    "done": ("✓", "$text-success"),
    "cached": ("✓", "$foreground 66%"),
    "failed": ("×", "bold $text-error"),
    "cancelled": ("×", "$foreground 66%"),
}


class StepList(Rows):
    """The steps of builds, each with state and seconds, below a head for the whole build.

    Args:
        names: what each build is called.
    """

    EMPTY = "Waiting for the first step."

    def __init__(self, id: str | None = None, names: Mapping[Role, str] = SIDES) -> None:  # noqa: A002 - Textual calls it so
        super().__init__(id=id)
        self._names = names
        self._rows: list[tuple[Build, Step | None]] = []
        self._followed: object = None
        self._current: Build | None = None

    def follow(self, proof: ProofState) -> None:
        """Draw both builds of a proof, the rewrite's first."""
        self.draw((proof.build, proof.original), proof.current, proof, running=not proof.took)

    def draw(self, builds: Sequence[Build], current: Build, work: object, *, running: bool) -> None:
        """Draw builds; while ``work`` runs, a cursor on the current one's last step stays on the last one."""
        follow = work is not self._followed or current is not self._current or self.cursor >= self._last()
        self._followed, self._current = work, current
        self._rows = []
        for build in builds:
            self._rows.append((build, None))
            self._rows += [(build, step) for step in build.steps.values()]
        self.changed(self._last() if follow and running else None)

    def to_failed(self) -> Step | None:
        """Put the cursor on the step that failed, else on one that was stopped; None where there is none."""
        for state in ("failed", "cancelled"):
            for place, (_, step) in enumerate(self._rows):
                if step is not None and step.event.state == state:
                    self.cursor = place
                    return step
        return None

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
            return Content.assemble(
                (self._names.get(build.role, build.role), "bold"), (f"  {build.words()}", "$foreground 66%")
            )
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

    def __init__(self, id: str | None = None, names: Mapping[Role, str] = SIDES) -> None:  # noqa: A002
        super().__init__(id=id)
        self._names = names
        self.lines: list[str] = []
        self._build: Build | None = None
        self._step: str | None = None

    def only(self, build: Build, step: Step | None) -> None:
        """Show the output of one step; without one of all."""
        self._build, self._step = build, None if step is None else step.event.id
        self._draw(follow=True)

    def follow(self, proof: ProofState) -> None:
        """Draw the log of one of a proof's builds."""
        self.draw((proof.build, proof.original))

    def draw(self, builds: Sequence[Build]) -> None:
        """Draw the log; of the first build where it showed none of these. The cursor stays at its end."""
        if not any(self._build is build for build in builds):
            self._build, self._step = builds[0], None
        self._draw(follow=self.cursor >= len(self.lines) - 1)

    def title(self) -> str:
        """Whose output it is; empty where there is none."""
        if self._build is None:
            return ""
        step = self._build.steps.get(self._step) if self._step is not None else None
        if step is not None:
            return visible(step.event.name)
        return self._names.get(self._build.role, self._build.role)

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
