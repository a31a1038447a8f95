"""How long both builds take with nothing cached, and after a change of one source file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.alone import alone
from uvdive.build.events import BuildRequest, Timings
from uvdive.build.images import find_image, image_tag, remove_untagged, restore_tag
from uvdive.build.replacing import build_tagged
from uvdive.image.table import Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.building import context_with, copied, engine_of

NO_CACHE = "--no-cache"


@dataclass(frozen=True, slots=True)
class Wish:
    """What to time."""

    cold: bool = False
    rebuild: bool = False


def time_builds(
    original: BuildRequest,
    plan: RewritePlan,
    before: ImageReport,
    wish: Wish,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Timings:
    """Build both as wished and take the time, loading into the engine included.

    The images go away again. The user's folder is not touched: the change is made in a copy.

    Args:
        original: the original's build; without an engine of its own it is the image's.
        plan: the rewrite.
        before: the original's report, which tells a source file that is in the image.
        wish: what to time.
        on_event: gets Notes, and the events of the builds.
        cancel: stops.

    Raises:
        UvdiveError: as ``build_image`` says.
    """
    with alone(original.context, Path(plan.dockerfile)):
        original = replace(original, engine=original.engine or engine_of(before))
        timer = _Timer(original, plan, on_event, cancel)
        cold = rebuild = None
        if wish.cold:
            cold = timer.both(original.context, "with no step cached", NO_CACHE)
        changed = source_file(original.context, before) if wish.rebuild else None
        if changed is not None:
            with copied(original.context) as copy:
                timer.both(copy, "to fill the cache")
                with (copy / changed).open("ab") as file:
                    file.write(b"\n# changed by uvdive\n")
                rebuild = timer.both(copy, f"after a change of {changed}")
        return Timings(cold, rebuild, None if changed is None else str(changed))


def source_file(context: Path, before: ImageReport) -> Path | None:
    """A Python file of the context that is in the image as the app's, by name and size; the first by name."""
    table = before.files
    app = OWNERS.index("app")
    known = {
        (table.names[table.entry_node[entry]], table.entry_size[entry])
        for entry in table.live_entries()
        if table.entry_kind[entry] == Kind.FILE and before.inode_owner[table.entry_inode[entry]] == app
    }
    for path in sorted(context.rglob("*.py")):
        relative = path.relative_to(context)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file() or path.is_symlink():
            continue
        if (path.name.encode("utf-8", "surrogateescape"), path.stat().st_size) in known:
            return relative
    return None


class _Timer:
    """Builds both sides one after the other."""

    def __init__(
        self, original: BuildRequest, plan: RewritePlan, on_event: OnEvent, cancel: CancelToken | None
    ) -> None:
        self._original, self._plan = original, plan
        self._on_event, self._cancel = on_event, cancel
        # A cold build is asked for by its own option.
        self._args = tuple(arg for arg in original.args if arg != NO_CACHE)

    def both(self, context: Path, how: str, *more: str) -> tuple[float, float]:
        """The seconds of the original's build and of the rewrite's."""
        before = self._seconds(f"Building the original {how}", context, None, more)
        with context_with(context, self._plan.files) as folder:
            after = self._seconds(f"Building the rewrite {how}", folder, self._plan.text, more)
        return before, after

    def _seconds(self, note: str, context: Path, text: str | None, more: tuple[str, ...]) -> float:
        self._on_event(Note(note))
        tag = image_tag(self._original.context, self._original.dockerfile, "timed")
        request = replace(self._original, context=context, text=text, tag=tag, args=(*self._args, *more))
        if text is None and context != self._original.context:
            request = replace(request, dockerfile=self._dockerfile(context))
        try:
            result = build_tagged(request, on_event=self._on_event, cancel=self._cancel)
        finally:
            self._remove(tag)
        return result.seconds

    def _dockerfile(self, context: Path) -> Path | None:
        """The Dockerfile in a copied context, where it lies in the context."""
        own = self._original.dockerfile
        if own is None or not own.resolve().is_relative_to(self._original.context.resolve()):
            return own
        return context / own.resolve().relative_to(self._original.context.resolve())

    def _remove(self, tag: str) -> None:
        engine = self._original.engine
        image = find_image(tag, engine)
        if image is not None:
            restore_tag(tag, None, engine)
            remove_untagged(image, engine)
