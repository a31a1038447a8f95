"""What takes long at a desk, done by interpreters as on a Mac: the same as in forks, and nothing is left."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.errors import CancelledError
from uvdive.base.progress import CancelToken
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.atdesk import plan_held, study_held
from uvdive.session.desk import ProcessDesk, open_desk
from uvdive.tui.desk import path_facts
from uvdive.tui.desk.file_contents import export_report, extract_node

ON_A_MAC = Path(__file__).parent.parent / "support" / "on_a_mac"
PATIENCE = 60.0
TEXT = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y curl\nRUN uv sync\n"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mac")
    (folder / "Dockerfile").write_text(TEXT)
    many = [make.file(f"app/{number:04d}", b"%d" % number) for number in range(2000)]
    system = make.layer(make.file("etc/os-release", b"ID=debian\n"), make.file("app/main.py", b"old\n"))
    return make.archive(folder / "image.tar", [system, make.layer(*many, make.file("app/main.py", b"new\n"))])


@pytest.fixture(autouse=True)
def no_engine(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{image.parent}/no.sock")


@contextmanager
def desk_of(image: Path, monkeypatch: pytest.MonkeyPatch, *, mac: bool) -> Iterator[ProcessDesk]:
    """A desk that forks or does not; at the end none of its processes is left."""
    if mac:
        monkeypatch.setenv("PYTHONPATH", str(ON_A_MAC))
    else:
        monkeypatch.delenv("PYTHONPATH", raising=False)
    desk = open_desk(str(image), dockerfile=image.parent / "Dockerfile")
    try:
        yield desk
    finally:
        desk.close()
    until = time.monotonic() + PATIENCE
    while is_there(desk.pid):
        assert time.monotonic() < until, "a process is left"
        os.sched_yield()


def is_there(group: int) -> bool:
    """Is there a process of the group that is no zombie?"""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, of = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == group and state != "Z":
            return True
    return False


def long_work(
    desk: ProcessDesk, image: Path, out: Path
) -> tuple[dict[str, tuple[int, bytes]], bytes, RewritePlan]:
    """What is taken out of the image, what its report says, and the plan, after it was studied."""
    out.mkdir()
    place = desk.ask(path_facts.find_paths, (b"/app",)).place
    desk.run(extract_node, place.span, place.node, out / "app")
    desk.run(export_report, "json", out / "report.json", None)
    study_held(desk, image.parent / "Dockerfile", None, cancel=CancelToken())
    plan = plan_held(
        desk, image.parent / "Dockerfile", None, {}, pull=False, on_event=lambda _: None, cancel=CancelToken()
    )
    taken = {
        path.name: (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for path in (out / "app").iterdir()
    }
    return taken, (out / "report.json").read_bytes(), plan


def test_it_is_the_same(image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk_of(image, monkeypatch, mac=False) as desk:
        forked = long_work(desk, image, tmp_path / "forked")
    with desk_of(image, monkeypatch, mac=True) as desk:
        spawned = long_work(desk, image, tmp_path / "spawned")
    assert len(forked[0]) == 2001
    assert forked[0]["main.py"][1] == b"new\n"
    assert spawned == forked


def test_giving_it_up_ends_it_and_leaves_nothing(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_of(image, monkeypatch, mac=True) as desk:
        place = desk.ask(path_facts.find_paths, (b"/app",)).place
        cancel = CancelToken()
        with pytest.raises(CancelledError):
            desk.run(
                extract_node,
                place.span,
                place.node,
                tmp_path / "app",
                on_event=lambda _: cancel.cancel(),
                cancel=cancel,
            )
        assert list(tmp_path.iterdir()) == []
        given_up = CancelToken()
        given_up.cancel()
        with pytest.raises(CancelledError):
            study_held(desk, image.parent / "Dockerfile", None, cancel=given_up)
        assert desk.ask(path_facts.path_of, 0) == b"/"
