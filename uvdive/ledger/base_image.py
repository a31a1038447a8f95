"""Which layers came from FROM (``docs/numbers.md``, "The base")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from uvdive.dockerfile.keywords import KEYWORDS
from uvdive.image.config import HistoryEntry, Manifest
from uvdive.image.raw_image import KnownImage, layer_history
from uvdive.image.reference import is_ours
from uvdive.ledger.report import Base

_GAP = 60.0
"""A pause between two history entries that one build does not make, in seconds."""
_ID = re.compile(r"^(?:sha256:)?[0-9a-f]{12,64}$")
_INSTRUCTION = re.compile(
    rf"\s*+(?:(?:{'|'.join(sorted(KEYWORDS))})\s|\|\d+ |/bin/sh -c |.*# buildkit$)", re.DOTALL
)
_ROOT = re.compile(r"\bADD \S")
_START = re.compile(r"^(?:/bin/sh -c #\(nop\)\s+)?(?:CMD|ENTRYPOINT)\s+(.*)", re.DOTALL)
_SHELL = re.compile(r"""^\["(?:/usr)?(?:/bin/)?(?:ba|da|a)?sh"\]""")


def short_name(name: str) -> str:
    """An image name as people write it: without docker.io, ``library/``, and with a tag."""
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def find_base(
    manifest: Manifest,
    known: Sequence[KnownImage],
    base_name: str | None = None,
    base_entries: int | None = None,
) -> Base | None:
    """Find the base chain.

    Args:
        manifest: the image.
        known: the engine's images.
        base_name: what the Dockerfile's FROM names, where it is known.
        base_entries: how many leading history entries came with FROM, by the Dockerfile.

    Returns:
        The base with how it is known: ``image`` (diff ids of a local image),
        ``dockerfile`` or ``history``; None for an image without one.
    """
    entries, named = _by_history(manifest.history)
    base_name = base_name or named
    wanted = None if base_name is None else short_name(base_name)
    prefixes = [image for image in known if lies_below(image, manifest)]
    for image in prefixes:
        if wanted is not None and wanted in map(short_name, image.names):
            return Base(base_name, len(image.diff_ids), "image")
    if base_entries:
        return Base(base_name, _layers_before(manifest, base_entries), "dockerfile")
    if base_name == "scratch":
        return None
    layers = _layers_before(manifest, entries) if entries else 0
    if prefixes and base_name is None:
        # An image that merely lies below is only the base's own base where the history has more.
        longest = max(prefixes, key=lambda image: len(image.diff_ids))
        if len(longest.diff_ids) >= layers:
            return Base(min(longest.names, key=len), len(longest.diff_ids), "image")
    return Base(base_name, layers, "history") if layers else None


def lies_below(image: KnownImage, manifest: Manifest) -> bool:
    """May a known image be the base: are its layers the lowest of this one, and not uvdive's own?"""
    count = len(image.diff_ids)
    if not 0 < count < len(manifest.diff_ids) or image.diff_ids != manifest.diff_ids[:count]:
        return False
    return not all(is_ours(name) for name in image.names)


def _layers_before(manifest: Manifest, entries: int) -> int:
    return sum(1 for place in layer_history(manifest) if place is not None and place < entries)


def _seconds(entry: HistoryEntry) -> float | None:
    try:
        return datetime.fromisoformat(entry.created or "").timestamp()
    except ValueError:
        return None


def _by_history(history: Sequence[HistoryEntry]) -> tuple[int, str | None]:
    """How many leading entries look like a base's, and its name where a builder wrote it down."""
    for number in range(len(history) - 1, -1, -1):
        # buildah and podman say it at the first entry after FROM.
        if history[number].comment.startswith("FROM "):
            name = history[number].comment.removeprefix("FROM ").strip()
            named = bool(name) and not _ID.match(name)
            return number, short_name(name.removeprefix("localhost/")) if named else None
    return max(_before_instructions(history), _before_pause(history)), None


def _before_instructions(history: Sequence[HistoryEntry]) -> int:
    """Leading entries that no Dockerfile made: debuerreotype's, bazel's, apko's, an import."""
    foreign = 0
    while foreign < len(history) and not _is_instruction(history[foreign]):
        foreign += 1
    if foreign < len(history):
        return foreign or (1 if _is_root_filesystem(history) else 0)
    return 1 if history and "debian.sh" in history[0].created_by else 0


def _adds_root(created_by: str) -> bool:
    """Does an instruction unpack something at the top?"""
    text = created_by.rstrip().removesuffix("# buildkit").rstrip()
    return text.endswith(" /") and _ROOT.search(text[:-2]) is not None


def _is_root_filesystem(history: Sequence[HistoryEntry]) -> bool:
    """Is the first entry a distribution's: files added to ``/``, and then a shell to start?"""
    starts = [match for entry in history if (match := _START.search(entry.created_by))]
    return bool(_adds_root(history[0].created_by) and starts and _SHELL.search(starts[0][1]))


def _is_instruction(entry: HistoryEntry) -> bool:
    return "buildkit" in entry.comment or _INSTRUCTION.match(entry.created_by) is not None


def _before_pause(history: Sequence[HistoryEntry]) -> int:
    """A base ends with its last CMD or ENTRYPOINT, before a pause."""
    end = 0
    for number, entry in enumerate(history[:-1]):
        text = entry.created_by.replace("/bin/sh -c #(nop)", "").strip()
        if not text.startswith(("CMD", "ENTRYPOINT")):
            continue
        rest = history[number + 1 :]
        if all(item.empty_layer for item in rest):
            break  # the image's own start command
        here, after = _seconds(entry), _seconds(rest[0])
        if here is None or after is None or after - here > _GAP or not end:
            end = number + 1
    return end
