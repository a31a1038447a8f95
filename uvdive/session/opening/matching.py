"""Which Dockerfile of a folder made an image: the one whose instructions its history shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from uvdive.base.dockerfile_names import names_dockerfile
from uvdive.base.files.foreign import read_file

_MOST = 50
_LIMIT = 1 << 20


def matching_dockerfile(history: Sequence[str], folder: Path) -> Path | None:
    """The Dockerfile in ``folder`` that made an image with this history, None where there is none.

    All instructions of its last stage, and nothing else, must follow the base's entries.
    Of several the one with the most instructions is taken, then the one called
    ``Dockerfile``. What cannot be read or is no Dockerfile did not make the image.

    Args:
        history: ``created_by`` of every entry, those without a layer too, oldest first.
        folder: where to look; folders in it are left alone.
    """
    candidates = _candidates(folder)
    if not candidates:
        return None
    from uvdive.dockerfile.history import match_history
    from uvdive.dockerfile.text.scan import DockerfileError

    found = []
    for path in candidates:
        try:
            match = match_history(history, read_file(path).decode("utf-8"))
        except (OSError, UnicodeDecodeError, DockerfileError):
            continue
        shown = sum(span is not None for span in match.spans)
        if match.matches and shown:
            found.append((-shown, path.name != "Dockerfile", path.name, path))
    return min(found)[-1] if found else None


def _candidates(folder: Path) -> list[Path]:
    try:
        names = sorted(path for path in folder.iterdir() if names_dockerfile(path.name))
    except OSError:
        return []
    return [path for path in names if path.is_file() and path.stat().st_size <= _LIMIT][:_MOST]
