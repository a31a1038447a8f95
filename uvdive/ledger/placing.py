"""What an image's history and its Dockerfile tell of the layers: their lines, and which came with FROM.

Nothing of this needs what the layers hold, so it can be told before any of them was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import UvdiveError
from uvdive.base.files.foreign import read_file
from uvdive.image.config import Manifest
from uvdive.image.raw_image import KnownImage, layer_history
from uvdive.ledger.base_image import find_base
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Base, DockerfileInfo

if TYPE_CHECKING:
    from uvdive.dockerfile.history import HistoryMatch
    from uvdive.image.attested.provenance import Provenance

Span = tuple[int, int]
"""The first and the last line of an instruction, from 1."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where an image's layers come from.

    ``spans`` has each layer's instruction in the Dockerfile, or None. ``written`` is the
    Dockerfile's text where it made this image, ``matches`` whether it did.
    """

    base: Base | None
    dockerfile: DockerfileInfo | None
    spans: tuple[Span | None, ...]
    matches: bool
    written: str

    @property
    def base_layers(self) -> int:
        """How many layers came with FROM."""
        return self.base.layers if self.base else 0


def place_layers(
    manifest: Manifest, known: Sequence[KnownImage], dockerfile: Path | None, built_text: str = ""
) -> Placing:
    """Lay an image's layers beside its Dockerfile and its base.

    Args:
        manifest: the image.
        known: the engine's images.
        dockerfile: its Dockerfile, if it is at hand; else what the image's provenance says counts.
        built_text: the text that was built, where that is known: it tells what came with FROM.
    """
    provenance = manifest.attested.provenance if dockerfile is None else None
    if provenance is None:
        info, match, written = _dockerfile(dockerfile, manifest)
    else:
        info, match, written = _attested(provenance, manifest)
    told = _match_text(built_text, manifest) if built_text else match
    base = find_base(
        manifest,
        known,
        told.base_name if told and told.matches else None,
        told.base_entries if told and told.matches else None,
    )
    matched = match if match and match.matches else None
    spans = tuple(
        matched.spans[place] if matched and place is not None else None for place in layer_history(manifest)
    )
    if provenance is not None and provenance.lines:
        # The builder knows which step made a layer; of what it does not tell the history may.
        spans = tuple(said or span for said, span in zip(provenance.lines, spans, strict=True))
    return Placing(base, info, spans, bool(written), written)


def _dockerfile(
    path: Path | None, manifest: Manifest
) -> tuple[DockerfileInfo | None, HistoryMatch | None, str]:
    """The Dockerfile, how it lies beside the history, and its text where it made this image."""
    if path is None:
        return None, None, ""
    try:
        data = read_file(path)
    except (OSError, UvdiveError):
        return None, None, ""
    match = _match_text(text(data), manifest)
    if match is None:
        return None, None, ""
    info = DockerfileInfo(str(path), hashlib.sha256(data).hexdigest(), match.matches)
    return info, match, text(data) if match.matches else ""


def _attested(provenance: Provenance, manifest: Manifest) -> tuple[DockerfileInfo, HistoryMatch | None, str]:
    """As ``_dockerfile``, of the text in the image's provenance; a builder that tells lines built it."""
    target = next(iter(provenance.build_args[1:2]), "") if "--target" in provenance.build_args[:1] else ""
    built = _up_to(provenance.dockerfile, target) if target else provenance.dockerfile
    match = _match_text(built, manifest)
    made = (match is not None and match.matches) or any(provenance.lines)
    digest = hashlib.sha256(provenance.dockerfile.encode("utf-8", "replace")).hexdigest()
    info = DockerfileInfo(provenance.name, digest, made, provenance.dockerfile, provenance.build_args)
    return info, match, built if made else ""


def _up_to(written: str, target: str) -> str:
    """A Dockerfile's text as far as the stage that was built; all of it where that is none of its own."""
    from uvdive.dockerfile.stages import read_stages
    from uvdive.dockerfile.text.syntax import parse

    try:
        stages = read_stages(parse(written))
    except UvdiveError:
        return written
    found = next((s.index for s in stages if target.lower() in (s.name, str(s.index))), len(stages))
    if found + 1 >= len(stages):
        return written
    return "".join(written.splitlines(keepends=True)[: stages[found + 1].source.line - 1])


def _match_text(written: str, manifest: Manifest) -> HistoryMatch | None:
    """How a Dockerfile's text lies beside the history; None where it is none."""
    from uvdive.dockerfile.history import match_history

    try:
        return match_history([entry.created_by for entry in manifest.history], written)
    except UvdiveError:
        # The report stands without it; whoever asked for the file says why it is bad.
        return None
