"""One proof of a Dockerfile at a time: two would build under the same tags, and take away images."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from uvdive.base.errors import BuildError
from uvdive.build.images import image_tag


@contextlib.contextmanager
def alone(context: Path, dockerfile: Path, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Keep other processes of this user from proving the same Dockerfile while the block runs.

    The lock goes with the process, however it ends; the empty file stays.

    Raises:
        BuildError: another process holds it.
    """
    name = image_tag(context, dockerfile, "after").partition("/")[2].partition(":")[0]
    home = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(home) / "uvdive" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildError(
                f"Another uvdive is building and checking {dockerfile} right now.",
                "Let it end, or stop it; then try again.",
            ) from error
        yield
