"""What both builds take with nothing cached, and after a change of the source, the version, a dependency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.errors import BuildError, EngineError, ImageError
from uvdive.base.files import remains
from uvdive.base.files.foreign import real
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.alone import alone
from uvdive.build.events import BuildRequest, BuildResult, Rebuild, Timings
from uvdive.build.images import find_image, image_tag, remove_untagged, restore_tag
from uvdive.build.replacing import build_tagged
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.proof.building import context_with, copied, engine_of, target_of
from uvdive.session.proof.timed_changes import Change, changes_of

NO_CACHE = "--no-cache"

Layers = Mapping[str, int]
"""The bytes of an image's layers, by diff id."""


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
        cold = None
        if wish.cold:
            cold = timer.both(original.context, "with no step cached", NO_CACHE)[0]
        changes = tuple(changes_of(original.context, before)) if wish.rebuild else ()
        found = tuple(_rebuilds(timer, original.context, changes)) if changes else ()
        source = next((each for each in found if each.kind == "source"), None)
        if source is None:
            return Timings(cold, changes=found)
        return Timings(cold, source.seconds, source.changed, found)


def _rebuilds(timer: _Timer, context: Path, changes: Sequence[Change]) -> Iterator[Rebuild]:
    """Each change by itself, in a copy whose builds are all cached before."""
    with copied(context) as copy:
        _, known = timer.both(copy, "to fill the cache", layers=True)
        for change in changes:
            change.make(copy)
            try:
                seconds, layers = timer.both(copy, f"after a change: {change.words}", layers=True)
            except BuildError:
                yield Rebuild(change.kind, change.words, None)
                continue
            finally:
                change.undo(copy, context)
            yield Rebuild(change.kind, change.words, seconds, _new_bytes(known, layers))


def _new_bytes(known: Sequence[Layers | None], layers: Sequence[Layers | None]) -> tuple[int, int] | None:
    sums = [
        None if had is None or has is None else sum(size for key, size in has.items() if key not in had)
        for had, has in zip(known, layers, strict=True)
    ]
    return None if sums[0] is None or sums[1] is None else (sums[0], sums[1])


def layers_of(result: BuildResult) -> Layers | None:
    """The bytes of an image's layers by their diff ids; None where the engine does not give them."""
    try:
        report = load_image(target_of(result), in_process=True).report
    except (EngineError, ImageError):
        return None
    return {layer.diff_id: layer.file_bytes for layer in report.layers}


class _Timer:
    """Builds both sides one after the other."""

    def __init__(
        self, original: BuildRequest, plan: RewritePlan, on_event: OnEvent, cancel: CancelToken | None
    ) -> None:
        self._original, self._plan = original, plan
        self._on_event, self._cancel = on_event, cancel
        # A cold build is asked for by its own option.
        self._args = tuple(arg for arg in original.args if arg != NO_CACHE)

    def both(
        self, context: Path, how: str, *more: str, layers: bool = False
    ) -> tuple[tuple[float, float], tuple[Layers | None, Layers | None]]:
        """The seconds of the original's build and of the rewrite's, and their layers, where asked for."""
        before, had = self._build(f"Building the original {how}", context, None, more, layers=layers)
        with context_with(context, self._plan.files) as folder:
            after, has = self._build(
                f"Building the rewrite {how}", folder, self._plan.text, more, layers=layers
            )
        return (before, after), (had, has)

    def _build(
        self, note: str, context: Path, text: str | None, more: tuple[str, ...], *, layers: bool
    ) -> tuple[float, Layers | None]:
        self._on_event(Note(note))
        tag = image_tag(self._original.context, self._original.dockerfile, "timed")
        request = replace(self._original, context=context, text=text, tag=tag, args=(*self._args, *more))
        if text is None and context != self._original.context:
            request = replace(request, dockerfile=self._dockerfile(context))
        try:
            remains.note(tag)
            result = build_tagged(request, on_event=self._on_event, cancel=self._cancel)
            found = layers_of(result) if layers else None
        finally:
            self._remove(tag)
        return result.seconds, found

    def _dockerfile(self, context: Path) -> Path | None:
        """The Dockerfile in a copied context, where it lies in the context."""
        own = self._original.dockerfile
        if own is None or not real(own).is_relative_to(real(self._original.context)):
            return own
        return context / real(own).relative_to(real(self._original.context))

    def _remove(self, tag: str) -> None:
        engine = self._original.engine
        image = find_image(tag, engine)
        if image is not None:
            restore_tag(tag, None, engine)
            remove_untagged(image, engine)
        remains.gone(tag)
