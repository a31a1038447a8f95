"""What is said when a later layer takes an environment's files and uv's cache keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

CACHE = "root/.cache/uv/archive-v0/x/flask"
SITE = "app/.venv/lib/python3.13/site-packages"
SIZES = {"__init__.py": 900_000, "app.py": 600_000}
RECORD = b"flask/__init__.py,,\nflask/app.py,,\n"
INSTALLED = [
    *(make.file(f"{CACHE}/{name}", make.content(size, name)) for name, size in SIZES.items()),
    *(make.hard_link(f"{SITE}/flask/{name}", f"{CACHE}/{name}") for name in SIZES),
    make.file(f"{SITE}/flask-1.0.dist-info/RECORD", RECORD),
    make.file("app/.venv/pyvenv.cfg", b"home = /usr/local/bin\n"),
    make.symlink("app/.venv/bin/python", hand.PYTHON),
]
AGAIN = [
    make.file(f"{SITE}/flask/{name}", make.content(size, name), uid=1000) for name, size in SIZES.items()
]
GONE = [make.whiteout(f"{SITE}/flask"), make.whiteout(f"{SITE}/flask-1.0.dist-info")]
ALL = sum(SIZES.values())


def image(tmp_path: Path, command: str, *layers: hand.Files) -> hand.ImageReport:
    dockerfile = f"FROM python:3.13-slim\nRUN uv pip install flask\n{command}"
    return hand.image(tmp_path, dockerfile, INSTALLED, *layers)


@pytest.mark.parametrize("command", ["chown -R app /app", "chmod -R go-w /app"])
def test_a_change_of_owner_or_mode_leaves_the_first_files_to_the_cache(command: str, tmp_path: Path) -> None:
    report = image(tmp_path, f"RUN {command}", AGAIN)
    assert report.owner("uv-cache").live_bytes == ALL
    assert report.environments[0].distributions[0].bytes == ALL + len(RECORD)
    cache, twice = hand.found(report, "uv-cache-in-image"), hand.found(report, "rewritten-later")
    assert (cache.bytes, cache.line) == (ALL, 2)
    assert "1.5 MB of it are files that an environment had until line 3" in cache.advice
    assert (twice.bytes, twice.line, twice.paths[0]) == (ALL, 3, f"/{SITE}/flask/__init__.py")


def test_what_the_change_left_alone_stays_with_the_environment(tmp_path: Path) -> None:
    report = image(tmp_path, f"RUN chown app /{SITE}/flask/app.py", AGAIN[1:])
    assert report.owner("uv-cache").live_bytes == SIZES["app.py"]
    assert hand.found(report, "rewritten-later").paths == (f"/{SITE}/flask/app.py",)


def test_an_uninstall_leaves_them_too(tmp_path: Path) -> None:
    report = image(tmp_path, "RUN uv pip uninstall flask", GONE)
    assert report.owner("uv-cache").live_bytes == ALL
    assert report.owner("venv").live_bytes == len(b"home = /usr/local/bin\n")
    assert hand.found(report, "deleted-later").bytes == ALL + len(RECORD)


def test_an_upgrade_leaves_the_old_distribution_to_the_cache(tmp_path: Path) -> None:
    new = CACHE.replace("/x/", "/y/")
    upgrade = [
        *GONE,
        make.file(f"{new}/app.py", make.content(700_000, "new")),
        make.hard_link(f"{SITE}/flask/app.py", f"{new}/app.py"),
        make.file(f"{SITE}/flask-2.0.dist-info/RECORD", b"flask/app.py,,\n"),
    ]
    report = image(tmp_path, "RUN uv pip install flask==2.0", upgrade)
    assert report.owner("uv-cache").live_bytes == ALL
    (flask,) = report.environments[0].distributions
    assert (flask.version, flask.bytes) == ("2.0", 700_000 + 15)


def test_without_the_cache_they_are_dead_and_stay_with_who_wrote_them(tmp_path: Path) -> None:
    gone = [make.whiteout("root/.cache")]
    report = image(tmp_path, "RUN chown -R app /app\nRUN rm -rf /root/.cache", AGAIN, gone)
    assert report.owner("venv").dead_bytes == ALL
    assert report.owner("uv-cache").bytes == 0
    assert hand.ids(report) == {"deleted-later"}


def test_linked_files_that_nobody_touched_are_the_environments(tmp_path: Path) -> None:
    report = image(tmp_path, "RUN true", [])
    assert report.owner("uv-cache").bytes == 0
    assert report.findings == ()
