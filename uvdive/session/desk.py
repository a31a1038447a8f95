"""The desk: a process that holds a read image and answers what a screen wants to know of it.

The app's own process gets the report without what grows with the number of files;
that is asked for, a screenful at a time. So nothing that takes long runs beside the keys.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from uvdive.base.errors import UsageError
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.image.table import FileTable
from uvdive.session.opening.options import DEFAULTS, ReadOptions
from uvdive.session.planning.kept import Kept

if TYPE_CHECKING:
    # The app imports this before its first picture.
    from uvdive.base.processes.resident import Resident
    from uvdive.image.reference import Target
    from uvdive.image.store import LayerStore
    from uvdive.ledger.report import ImageReport

T = TypeVar("T")


@dataclass(slots=True)
class Held:
    """What the process holds: the whole report, the contents, and what was computed from them.

    ``memo`` is of what screens asked for last, ``kept`` of what rewrites found out. What a
    fork adds (``Desk.run``) is lost with it; it has to be brought back by a question. One fork
    keeps what it adds for itself (``Desk.stay``). ``bases`` are the reports of bases by reference,
    where no engine is to be asked for them. ``later`` is what reading left to be done.
    """

    report: ImageReport
    store: LayerStore | None
    memo: dict[object, Any] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    bases: Mapping[str, ImageReport] | None = None
    later: list[Callable[[], None]] = field(default_factory=list)

    def finish(self) -> None:
        """Do what reading left to be done: keep the report for the next time."""
        while self.later:
            self.later.pop()()


class Desk(Protocol):
    """Where to ask about an image.

    ``report`` is the report without files, waste and what else grows with the files;
    ``contents`` says whether files can be read.
    """

    report: ImageReport
    contents: bool

    def ask(
        self,
        function: Callable[..., T],
        *args: object,
        limit: float | None = None,
        cancel: CancelToken | None = None,
    ) -> T:
        """``function(held, *args)``; see ``Resident.ask``."""

    def run(
        self,
        function: Callable[..., T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        """``function(held, *args, on_event=…, cancel=…)``, beside the questions; see ``Resident.run``."""

    def stay(
        self,
        function: Callable[..., T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        """As ``run``, where what it adds to what is held is found the next time; see ``Resident.stay``."""

    def close(self) -> None:
        """Let go of the image."""


class ProcessDesk:
    """A desk in a process of its own."""

    def __init__(self, resident: Resident, report: ImageReport, *, contents: bool) -> None:
        self.report = report
        self.contents = contents
        self.pid = resident.pid
        self.ask = resident.ask
        self.run = resident.run
        self.stay = resident.stay
        self.close = resident.close


def open_desk(
    target: str | Target,
    *,
    dockerfile: Path | None = None,
    options: ReadOptions = DEFAULTS,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> ProcessDesk:
    """Load what a TARGET names into a process that answers about it; all as ``load_image`` says."""
    from uvdive.base.processes.resident import Resident
    from uvdive.image.reference import parse_target

    parsed = parse_target(target) if isinstance(target, str) else target
    if parsed.kind == "dockerfile":
        raise UsageError(f"{parsed.value} is a Dockerfile: it has to be built first.")
    resident, (report, contents) = Resident.start(
        hold, parsed, dockerfile, options, on_event=on_event, cancel=cancel
    )
    return ProcessDesk(resident, report, contents=contents)


def hold(
    target: Target, dockerfile: Path | None, options: ReadOptions, *, on_event: OnEvent
) -> tuple[Held, tuple[ImageReport, bool]]:
    """What the process does first: read everything, and hand over what is small."""
    from uvdive.image.store import LayerStore
    from uvdive.session.opening.images import read_saved

    if target.kind == "report":
        held = Held(read_saved(target.path), None)
    else:
        from uvdive.session.opening.reading import read_image

        later: list[Callable[[], None]] = []
        report, index = read_image(target, dockerfile, options, on_event=on_event, later=later)
        held = Held(report, LayerStore(report.files, index), later=later)
    return held, (slim(held.report), held.store is not None)


def slim(report: ImageReport) -> ImageReport:
    """The report without what grows with the number of files; its lists of packages are empty ones."""
    return replace(
        report,
        files=FileTable(),
        inode_owner=array("B"),
        inode_component=array("i"),
        waste=(),
        sboms=tuple(replace(each, packages=()) for each in report.sboms),
    )
