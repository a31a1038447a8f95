"""Two archives for the Python API: an image with uv and one without it, from one Dockerfile's history."""

from __future__ import annotations

from pathlib import Path

from made_images import layers as make
from made_images import pairs_of_images as pairs

COMMANDS = ("RUN python # buildkit", "COPY /uv /bin/uv # buildkit", "RUN uv sync # buildkit")
SECRET = "hunter2-hunter2"


def archives(folder: Path) -> tuple[Path, Path]:
    """``before.tar`` (with uv, its cache and a file that a layer hides) and ``after.tar`` in a folder."""
    uv, app = pairs.uv(), pairs.application()
    old = {"app/old.bin": make.file("app/old.bin", make.content(4000, "o"))}
    gone = {"app/.wh.old.bin": make.whiteout("app/old.bin")}
    config = {**pairs.CONFIG, "Env": [*pairs.CONFIG["Env"], f"API_TOKEN={SECRET}"]}  # type: ignore[misc]
    before = [make.layer(*files.values()) for files in (pairs.python(), old, {**app, **uv, **gone})]
    after = [make.layer(*files.values()) for files in (pairs.python(), app)]
    return (
        make.archive(folder / "before.tar", before, config=config, commands=COMMANDS),
        make.archive(folder / "after.tar", after, config=pairs.CONFIG, commands=COMMANDS[::2]),
    )
