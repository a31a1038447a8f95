"""The project of a recording in a temporary folder, to be planned from and written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from uvdive.base.files.scratch import scratch_folder


@contextmanager
def project_folder(files: Mapping[str, str], name: str) -> Iterator[Path]:
    """A folder called ``name`` with files, by path from it; it goes away with the block.

    Raises:
        OSError: it can't be made.
    """
    with scratch_folder("demo") as top:
        folder = top / name
        for place, text in files.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield folder
