"""One sentence that says what became of an image's size, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uvdive.base.units import percent, size
from uvdive.base.words import all_of
from uvdive.verify.checks import OwnerDelta

NAMES = {
    "uv": "uv",
    "venv": "the environment",
    "uv-cache": "uv's cache",
    "caches": "caches",
    "python": "Python",
    "base-os": "the base system",
    "os-packages": "OS packages",
    "app": "the app",
    "other": "other files",
}

WORTH = 0.005
"""Changes below this share of the old image are left out of the sentence."""


def _reasons(owners: Iterable[OwnerDelta], least: float) -> list[str]:
    told = [delta for delta in owners if abs(delta.after - delta.before) >= max(least, 1)]
    told.sort(key=lambda delta: -abs(delta.after - delta.before))
    gone = [NAMES[delta.owner] for delta in told if not delta.after]
    less = [delta for delta in told if 0 < delta.after < delta.before]
    more = [delta for delta in told if delta.after > delta.before]
    parts = [f"{all_of(gone)} went away"] if gone else []
    parts += [f"{NAMES[delta.owner]} lost {size(delta.before - delta.after)}" for delta in less]
    parts += [f"{NAMES[delta.owner]} gained {size(delta.after - delta.before)}" for delta in more]
    return parts


def whole_verdict(owners: Sequence[OwnerDelta], paths: int, settings: int) -> str:
    """``verdict``, and for images of one size how many paths and settings differ."""
    said = verdict(owners)
    if sum(delta.before for delta in owners) != sum(delta.after for delta in owners):
        return said
    counts = ((paths, "path"), (settings, "setting"))
    told = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts if number]
    if not told:
        return f"{said}: nothing differs"
    return f"{said}; {' and '.join(told)} {'differs' if paths + settings == 1 else 'differ'}"


def verdict(owners: Sequence[OwnerDelta]) -> str:
    """The sentence, from the bytes of all owners: ``61.3 MB smaller (-33.9 %): uv went away``."""
    before = sum(delta.before for delta in owners)
    after = sum(delta.after for delta in owners)
    reasons = all_of(_reasons(owners, before * WORTH))
    change = after - before
    if not change:
        said = "As big as before"
    elif change < 0:
        said = f"{size(-change)} smaller (-{percent(-change, before)})"
    else:
        said = f"{size(change)} bigger (+{percent(change, before)})" if before else f"{size(change)} bigger"
    return f"{said}: {reasons}" if reasons else said
