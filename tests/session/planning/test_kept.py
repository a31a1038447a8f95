"""What is found out about an image is there for the next plan or proof: in a process, and at the desk."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_images import layers as make
from made_images.elves import elf
from made_images.samples import sample_report
from screens.local_desk import LocalDesk

from uvdive.base.files import file_states
from uvdive.base.progress import CancelToken, Note, ignore
from uvdive.build.events import BuildResult
from uvdive.build.running.settings import StartSettings
from uvdive.rewrite.advice.missing_libraries import Lacking
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import Planner
from uvdive.session import atdesk
from uvdive.session.desk import Desk, Held, open_desk
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import _read_lacking, plan_rewrite
from uvdive.session.proof.proving import Proof
from uvdive.verify.checks import Comparison

LOOKING = "Looking for what the app needs of the system"
PLAN = RewritePlan("rewritten", "image", "Dockerfile", "", "", "")
COMPARISON = Comparison({}, {}, 2, 1, "", (), (), (), (), ())
TEXT = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y curl\nRUN uv sync\n"


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # The runner's base is asked for: without an engine there is none.
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    # What was found out about the same image in another test is kept beside its layers.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "Dockerfile").write_text(TEXT)
    files = make.layer(make.file("etc/os-release", b"ID=debian\n"), make.file("app/main.py", b"print()\n"))
    return make.archive(tmp_path / "image.tar", [files])


def looked(dockerfile: Path, desk: Desk, choices: dict[str, str]) -> bool:
    """Is it looked through the image when it is planned?"""
    events: list[object] = []
    cancel = CancelToken()
    atdesk.plan_held(desk, dockerfile, None, choices, pull=False, on_event=events.append, cancel=cancel)
    return Note(LOOKING) in events


def test_another_choice_does_not_look_through_the_image_again(image: Path) -> None:
    desk = open_desk(str(image))
    try:
        assert looked(image.parent / "Dockerfile", desk, {})
        assert not looked(image.parent / "Dockerfile", desk, {"bytecode": "compile"})
    finally:
        desk.close()


def test_a_plan_finds_what_was_studied_before_anybody_asked(
    image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_states, "_SETTLED", -(10**12))
    made: list[object] = []
    plain = Planner.plan

    def plan(planner: Planner, choices: Any, ladder: Any = None) -> RewritePlan:
        made.append(planner)
        return plain(planner, choices, ladder)

    monkeypatch.setattr(Planner, "plan", plan)
    desk = LocalDesk(load_image(str(image), in_process=True))
    dockerfile = image.parent / "Dockerfile"
    atdesk.study_held(desk, dockerfile, None, cancel=CancelToken())
    assert not looked(dockerfile, desk, {})
    assert len(set(map(id, made))) == 1
    dockerfile.write_text(f"{TEXT}RUN uv sync --compile-bytecode\n")
    assert not looked(dockerfile, desk, {}), "the image is as it was"
    assert len(set(map(id, made))) == 2, "the file is another one"


class Forking(LocalDesk):
    """A desk whose long work sees a copy of what is held, as a fork does."""

    def run(self, function: Any, *args: object, **options: Any) -> Any:
        held: Held = self._held
        copied = replace(held, memo=dict(held.memo), kept=copy.deepcopy(held.kept))
        return function(copied, *args, on_event=ignore, cancel=options["cancel"])

    stay = run


def test_what_a_study_found_out_is_left_where_the_image_is(image: Path) -> None:
    """Each proof, and the fork after one that was given up, begin from there."""
    desk = Forking(load_image(str(image), in_process=True))
    atdesk.study_held(desk, image.parent / "Dockerfile", None, cancel=CancelToken())
    assert desk.ask(lambda held: held.kept.system) is not None


def test_a_second_plan_of_one_command_does_not_look_again(image: Path) -> None:
    loaded, kept, events = load_image(str(image), in_process=True), Kept(), []
    for _ in range(2):
        plan_rewrite(
            image.parent / "Dockerfile", loaded.report, store=loaded.store, kept=kept, on_event=events.append
        )
    assert events.count(Note(LOOKING)) == 1


def test_what_imports_gave_is_there_for_the_next_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    report = sample_report()
    seen: list[int] = []

    def prove(_plan: RewritePlan, _before: Any, *, kept: Kept, **_: Any) -> Any:
        seen.append(len(kept.imported))
        kept.imported["docker", "sha256:1", "/venv/bin/python", ("app",)] = {"app": None}
        return Proof(BuildResult("sha256:1", "x:after", 1.0), report, COMPARISON, None)

    monkeypatch.setattr(atdesk, "prove", prove)
    desk, cancel = Forking(Loaded(report, None)), CancelToken()
    for _ in range(2):
        atdesk.prove_held(
            desk,
            PLAN,
            Path(),
            (),
            start=False,
            settings=StartSettings(),
            own=(),
            on_event=ignore,
            cancel=cancel,
        )
    assert seen == [0, 1]


def test_what_comes_back_is_added_to_what_is_kept() -> None:
    system, lacking = SystemFacts({}, {}, {}, (), {}, {}), (("/x.so", ("libx.so",)),)
    first = ("docker", "sha256:1", "/venv/bin/python", ("app",))
    second = ("docker", "sha256:2", "/venv/bin/python", ("app",))
    kept = Kept(imported={first: {"app": None}})
    kept.take(Kept(system, lacking, {second: {"app": "no"}}))
    assert kept == Kept(system, lacking, {first: {"app": None}, second: {"app": "no"}})
    kept.take(Kept())
    assert kept == Kept(system, lacking, {first: {"app": None}, second: {"app": "no"}})
    other = kept.copy()
    other.take(Kept(lacking=()))
    other.imported.clear()
    assert (kept.lacking, len(kept.imported), other.lacking) == (lacking, 2, ())


def test_the_libraries_are_looked_for_once_and_not_without_any(tmp_path: Path) -> None:
    looking = Note("Looking for the libraries that the environment needs")

    def looked_for(kept: Kept, *entries: make.Entry, contents: bool = True) -> tuple[Lacking, int]:
        archive = make.archive(tmp_path / "other.tar", [make.layer(*entries)])
        loaded, events = load_image(str(archive), in_process=True), list[object]()
        store = loaded.store if contents else None
        found = [_read_lacking(loaded.report, store, kept, events.append) for _ in range(2)]
        assert found[0] == found[1]
        return found[0], events.count(looking)

    venv = [
        make.file("usr/local/bin/python3.13", b"p" * 9000, 0o755),
        make.file("app/.venv/pyvenv.cfg", b"home = /usr/local/bin\nversion_info = 3.13.5\n"),
        make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.13"),
    ]
    path = "app/.venv/lib/python3.13/site-packages/x.so"
    library = make.file(path, elf("libnone.so.1"))
    lacking = ((f"/{path}", ("libnone.so.1",)),)
    kept = Kept()
    assert looked_for(kept, *venv, library) == (lacking, 1)
    assert kept.lacking == lacking
    assert looked_for(Kept(), *venv) == ((), 0)
    unread = Kept()
    assert looked_for(unread, *venv, library, contents=False) == ((), 0)
    assert unread.lacking is None
    assert looked_for(Kept(lacking=()), *venv, library) == ((), 0)
    assert _read_lacking(None, None, Kept(), ignore) == ()
