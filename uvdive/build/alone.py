"""One proof of a Dockerfile at a time: two would build under the same tags, and take away images."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from uvdive.base.errors import BuildError
from uvdive.base.files.folders import state_folder
from uvdive.build.images import image_tag


@contextlib.contextmanager
def alone(context: Path, dockerfile: Path, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Keep other processes of this user from proving the same Dockerfile while the block runs.

    The lock goes with the process, however it ends; the empty file stays. Where no lock
    can be had, the block runs all the same.

    Raises:
        BuildError: another process holds it.
    """
    name = image_tag(context, dockerfile, "after").partition("/")[2].partition(":")[0]
    with contextlib.ExitStack() as stack:
        try:
            folder = state_folder(environ) / "locks"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fcntl.flock(
                stack.enter_context((folder / f"{name}.lock").open("wb")), fcntl.LOCK_EX | fcntl.LOCK_NB
            )
        except BlockingIOError as error:
            raise BuildError(
                f"Another uvdive is building and checking {dockerfile} right now.",
                "Let it end, or stop it; then try again.",
            ) from error
        except OSError:
            # A home that can't be written, a full disk, a network folder without locks: the lock
            # guards against a rare mishap, and a proof that can't be had guards against none.
            pass
        yield
