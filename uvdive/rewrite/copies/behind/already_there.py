"""Which paths the final stage has without a copy, and which may not be copied (R33, R34, R36)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from uvdive.distro.places import LD_CACHE, is_service, is_user_file
from uvdive.dockerfile.steps import Step
from uvdive.image.table import Kind
from uvdive.ledger.marks.paths import MOUNT_POINTS
from uvdive.rewrite.copies.behind.left_behind import is_scratch
from uvdive.rewrite.copies.behind.traces import Traces
from uvdive.rewrite.copies.behind.written_again import Written, written_again
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.packages import OtherMeans
from uvdive.rewrite.stages import Bare


class Provided:
    """Answers for the nodes of the original's final state; ``bare`` is what a base gets that repeats none."""

    def __init__(
        self,
        evidence: Evidence,
        files: Files,
        env: EnvironmentFacts,
        runs: Sequence[Run],
        early: frozenset[int],
        others: Sequence[OtherMeans] = (),
        *,
        bare: Bare | None = None,
    ) -> None:
        self.evidence, self.files, self.env, self.bare = evidence, files, env, bare
        self.steps: Mapping[int, Step] = {s.layer: s for s in evidence.steps if s.layer is not None}
        self.runs = {run.step.layer: run for run in runs}
        self.early = early
        self.others = tuple(others)
        self.by_name = {other.run.step.line for other in others}
        self.traces = Traces(evidence, files)
        self._mount_points = {files.table.find(path) for path in MOUNT_POINTS}
        self._known: dict[int, bool] = {}
        self._again: dict[int | None, tuple[Run, Mapping[Written, int]]] = {}

    def installs(self, run: Run | None) -> bool:
        """Does the final stage install a RUN's packages, in the author's words or by name?"""
        return run is not None and (run.has("os-packages") or run.step.line in self.by_name)

    def has(self, node: int) -> bool:
        """Is the path in the runner's base, or does an instruction that is repeated write it?

        Kept, as each way through the files asks anew.
        """
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._has(node)
        return known

    def _has(self, node: int) -> bool:
        layer = self.files.layer(node)
        if node in self._mount_points and not self.files.size(node):
            return True
        is_folder = self.files.kind(node) == Kind.DIRECTORY
        if layer < self.files.base_layers or (is_folder and self.files.in_base(node)):
            return True
        run, step = self.runs.get(layer), self.steps.get(layer)
        if run is None:
            return step is not None and step.line in self.early
        if not (run.repeats or self.installs(run)):
            return False  # most files are of such a RUN, and their paths tell nothing more
        path = self.files.path(node)
        if self.bare is not None and run.repeats:
            # Nothing is repeated: files of packages go by name, those of users as they are.
            return is_user_file(path) or (self.installs(run) and self.traces.of_packages(run, node, path))
        return self.writes_again(run, node, path)

    def writes_again(self, run: Run, node: int, path: str) -> bool:
        """Does the final stage write this path when it repeats what it can of a RUN that wrote it?

        What the RUN's own commands name is theirs. What they cannot have written is the work of
        those that are repeated; of the rest the system's books tell.
        """
        if run.repeated_whole:
            return True
        if not (run.repeats or self.installs(run)) or run.own.names(path):
            return False
        if run.own.leads_through(path):
            return self.installs(run) and self.traces.of_packages(run, node, path)
        if not run.own.may_write(path) or run.again.names(path):
            return True
        if self.installs(run) and self.traces.of_packages(run, node, path):
            return True
        return run.has("user") and self.traces.of_users(node, path)

    def again(self, run: Run) -> Mapping[Written, int]:
        """What ``written_again`` says of a RUN, worked out once for all drafts."""
        known = self._again.get(run.step.layer)
        if known is None or known[0] is not run:
            known = self._again[run.step.layer] = run, written_again(self, run)
        return known[1]

    def package(self, node: int) -> str | None:
        """The OS package that a file belongs to, by the ledger."""
        return self.traces.package(node)

    def is_named(self, node: int) -> bool:
        """Did a command that is not repeated name this path as one that it writes?"""
        run = self.runs.get(self.files.layer(node))
        return run is not None and run.own.names(self.files.path(node))

    def lacks(self, node: int) -> bool:
        """Is it a folder of the old base that the new one has not, so that the first copy makes it (R63)?"""
        return self.bare is not None and self.files.path(node) in self.bare.lacks

    def may_be_there(self, node: int) -> bool:
        """May the final stage have this folder with another owner or mode before anything is copied?"""
        path = self.files.path(node)
        if (self.files.in_base(node) and not self.lacks(node)) or path in self.traces.homes_made(
            self.runs.values()
        ):
            return True
        final = self.files.mode(node)
        return any(
            run is not None
            and (run.repeats or self.installs(run))
            and not run.own.names(path)
            and mode != final
            for run, mode in ((self.runs.get(layer), mode) for layer, mode in self.files.modes(node))
        )

    def deleted(self, without: Collection[str] = ()) -> dict[int, int]:
        """How many paths of the base each line's RUN removed, where the final stage does not repeat it.

        Paths below those of ``without`` are not counted.
        """
        counts: dict[int, int] = {}
        for node, layer in self.files.deleted():
            run, step = self.runs.get(layer), self.steps.get(layer)
            path = self.files.path(node)
            if any(path == top or path.startswith(f"{top}/") for top in without):
                continue
            if step is not None and not self.installs(run) and not is_scratch(path):
                counts[step.line] = counts.get(step.line, 0) + 1
        return counts

    def is_changed_folder(self, node: int) -> bool:
        """Did an instruction that is not repeated change owner or mode of a folder of the base?"""
        run = self.runs.get(self.files.layer(node))
        if run is None or run.repeated_whole or self.files.layer(node) < self.files.base_layers:
            return False
        path = self.files.path(node)
        if (run.repeats or self.installs(run)) and self.writes_again(run, node, path):
            return False
        return self.files.in_base(node) and self.files.mode(node) != self.files.base_mode(node)

    def check(self, node: int) -> None:
        """Refuse what must not be taken along piecemeal.

        Raises:
            Refused: R33, R34 or R36.
        """
        step = self.steps.get(self.files.layer(node))
        if self.files.kind(node) not in (Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK):
            raise Refused(
                "R34",
                f"{self.files.path(node)} is a device or a pipe, which cannot be copied. Make it when the "
                "container starts.",
                step.line if step else None,
            )
        if step is None or step.keyword != "RUN" or self.files.owner(node) == "venv":
            return  # packages, also of the system's Python (R10)
        path = self.files.path(node)
        if self.env.holds(path):
            return
        package = self.traces.new_package(node, path)
        if package is not None and not self.installs(self.runs.get(self.files.layer(node))):
            raise Refused(
                "R36" if "playwright" in step.instruction.value else "R33",
                f"This RUN installed {package} of the OS packages by other means than a plain command of apt "
                "or apk, so the final stage cannot repeat it. Install what it needs with `apt-get install`.",
                step.line,
            )
        self._check_system(node, path, step)

    def _check_system(self, node: int, path: str, step: Step) -> None:
        if path == LD_CACHE:
            return
        changed = self.files.in_base(node) and self.files.kind(node) != Kind.DIRECTORY
        if changed or is_service(path):
            raise Refused(
                "R34",
                f"This RUN changed {path}, which belongs to the operating system: it can be neither copied "
                "to another base nor repeated, for nobody knows what else the command does. Move it to a "
                "RUN that only installs OS packages or creates users, or write the file with COPY.",
                step.line,
            )
