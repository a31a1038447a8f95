"""What one stage holds once uv's cache is mounted: what is dead elsewhere is still in its layer (R61)."""

from __future__ import annotations

from pathlib import Path

from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.rewrite.single.prediction import predict

SITE, CACHE = "app/.venv/lib/python3.13/site-packages", "root/.cache/uv/archive-v0/x"


def test_what_a_later_layer_took_from_an_environment_stays_in_the_layer_that_installed_it(
    tmp_path: Path,
) -> None:
    big = {
        "big": make.file(f"{SITE}/big.py", bytes(5000)),
        "link": make.hard_link(f"{CACHE}/big.py", f"{SITE}/big.py"),
    }
    only = {"only": make.file(f"{CACHE}/only.py", bytes(300))}
    gone = {"gone": make.whiteout(f"{SITE}/big.py")}
    installed = pairs.read(tmp_path / "1.tar", pairs.python(), pairs.application() | pairs.uv() | big | only)
    removed = pairs.read(
        tmp_path / "2.tar", pairs.python(), pairs.application() | pairs.uv() | big | only, gone
    )
    plain, later = predict(installed), predict(removed)
    assert plain is not None
    assert later is not None
    assert later.after_bytes == plain.after_bytes
    assert later.before_bytes == plain.before_bytes
    assert later.owners["uv-cache"][1] == 0
