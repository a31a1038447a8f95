"""How a base is looked up, settings are read, an image is built, and what work at the desk is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_images import pairs_of_images as pairs
from screens.local_desk import LocalDesk

from uvdive.base.errors import EngineError, ImageError, UsageError
from uvdive.base.progress import CancelToken, Note, ignore
from uvdive.build.events import BuildBegan, BuildEnded, BuildRequest, BuildResult, Timings
from uvdive.build.running.settings import Limits, StartSettings
from uvdive.image.archives.descriptors import this_platform
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved.report_file import dump
from uvdive.rewrite.plan import RewritePlan
from uvdive.session import atdesk
from uvdive.session.desk import Held
from uvdive.session.opening import images
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.planning import rewriting, studied
from uvdive.session.planning.rewriting import load_base
from uvdive.session.proof import building
from uvdive.session.proof.building import build_image, engine_of, target_of
from uvdive.session.proof.settings import StartWish, limits_of, start_settings
from uvdive.session.proof.timing import Wish


def of_source(report: ImageReport, source: str, platform: str | None = None) -> ImageReport:
    return replace(report, image=replace(report.image, source=source, platform=platform or this_platform()))


@pytest.mark.parametrize(
    ("source", "engine"), [("docker", "docker"), ("podman", "podman"), ("docker-archive", "docker")]
)
def test_a_base_is_asked_of_the_images_own_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, engine: str
) -> None:
    asked: list[Any] = []

    def load(target: str, **how: Any) -> Loaded:
        asked.append((target, how["options"].platform, how["options"].pull))
        return Loaded(report, None)

    monkeypatch.setattr(images, "load_image", load)
    report, events = pairs.original(tmp_path), list[object]()
    image = of_source(report, source)
    assert load_base("python:3.13-slim", image, events.append, None, pull=False) is report
    assert load_base("python:3.13-slim", of_source(image, source, "linux/s390x"), ignore, None, pull=True)
    assert asked == [(f"{engine}://python:3.13-slim", this_platform(), False),
                     (f"{engine}://python:3.13-slim", "linux/s390x", True)]  # fmt: skip
    assert events == [Note("Reading python:3.13-slim, the final image's base")]


@pytest.mark.parametrize(
    ("source", "error", "pull", "raised"),
    [
        ("docker", ImageError("none"), False, False),
        ("docker", ImageError("none"), True, True),
        ("docker", EngineError("gone"), False, True),
        ("docker-archive", EngineError("gone"), False, False),
        ("docker-archive", EngineError("gone"), True, True),
        ("podman", EngineError("gone"), False, True),
    ],
)
def test_a_base_that_is_not_at_hand_is_none_unless_it_was_to_be(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    error: Exception,
    *,
    pull: bool,
    raised: bool,
) -> None:
    def load(*_: object, **__: object) -> Loaded:
        raise error

    monkeypatch.setattr(images, "load_image", load)
    image = of_source(pairs.original(tmp_path), source)
    if raised:
        with pytest.raises(type(error)):
            load_base("x", image, ignore, None, pull=pull)
    else:
        assert load_base("x", image, ignore, None, pull=pull) is None


def test_later_settings_win_and_those_of_the_command_over_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "a.env", tmp_path / "b.env"
    first.write_text("\ufeff# about\n\n  A=file\nB = two words \nC=1\n", encoding="utf-8")
    second.write_text("C=2\nMINE\nNOBODYS\n")
    monkeypatch.setenv("MINE", "of the shell")
    monkeypatch.delenv("NOBODYS", raising=False)
    wish = StartWish(("A=given=x", " D =", "MINE"), (first, second), network=True)
    found = wish.settings()
    assert dict(found.env) == {
        "A": "given=x", "B": " two words ", "C": "2", "D": "", "MINE": "of the shell",
    }  # fmt: skip
    assert found.network
    assert wish.names == ("A", "D", "MINE")
    assert start_settings((), ()) == StartSettings()


@pytest.mark.parametrize("item", ["", "=x", "A B=x", "A\0=x", "A=x\0y"])
def test_what_is_no_variable_is_told_without_its_value(tmp_path: Path, item: str) -> None:
    with pytest.raises(UsageError, match="--start-env number 2 says is no variable"):
        start_settings(["A=1", item], ())
    with pytest.raises(UsageError, match="What row 1 says"):
        StartWish((item,)).settings()


def test_limits_are_the_settings_and_those_of_the_command_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "uvdive").mkdir()
    own = tmp_path / "uvdive" / "config.toml"
    own.write_text('[limits]\nmemory = "6g"\nseconds = 90\n')
    assert start_settings((), (), limits=["processes=2048", "memory=512M"]).limits == Limits(
        512 << 20, 2048, 4, 90
    )
    assert StartWish().settings().limits == Limits(6 << 30, seconds=90)
    for wrong in ("x=1", "memory=", "memory=-1", "memory=0", "processes=4k", "seconds=1.5", "memory=lots"):
        with pytest.raises(UsageError, match="limit"):
            limits_of([wrong])
    own.write_text("[limits]\nmemory = true\n")
    with pytest.raises(UsageError, match="is no number"):
        limits_of(())


def test_files_of_variables_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    bad, lines = tmp_path / "bad.env", tmp_path / "lines.env"
    bad.write_bytes(b"A=\xff\n")
    lines.write_text("A=1\n# x\n=secret\n")
    for path, said in (
        (tmp_path / "none.env", "can't be read"), (bad, "is no UTF-8 text"), (lines, "line 3 of "),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said) as caught:
            start_settings((), (path,))
        assert str(path) in str(caught.value)
        assert "secret" not in str(caught.value)


def test_a_build_has_a_tag_room_and_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    result = BuildResult("sha256:1", "x:1", 1.0)
    monkeypatch.setattr(building, "check_space", lambda needed, engine: asked.append((needed, engine)))
    monkeypatch.setattr(building, "build_tagged", lambda request, **_: asked.append(request) or result)
    events: list[object] = []
    request = BuildRequest(tmp_path, tmp_path / "Dockerfile", engine="podman")
    assert build_image(request, role="after", needed=7, on_event=events.append) is result
    assert asked[0] == (7, "podman")
    assert asked[1].tag.startswith("uvdive.local/")
    assert asked[1].tag.endswith(":after")
    assert events == [BuildBegan("after"), BuildEnded("after", result)]
    build_image(replace(request, tag="mine:1"))
    assert asked[3].tag == "mine:1"
    build_image(request)
    assert asked[5].tag.endswith(":before")


def test_a_built_image_is_a_target_of_its_engine(tmp_path: Path) -> None:
    assert target_of(BuildResult("sha256:1", "x:1", 1.0, engine="podman")) == "podman://x:1"
    assert target_of(BuildResult("sha256:1", None, 1.0)) == "docker://sha256:1"
    report = pairs.original(tmp_path)
    engines = [engine_of(of_source(report, source)) for source in ("podman", "docker", "docker-archive")]
    assert engines == ["podman", None, None]


def test_a_saved_report_is_loaded_without_contents(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)
    path = tmp_path / "kept.uvdive"
    path.write_bytes(dump(report))
    loaded = load_image(str(path))
    assert (loaded.store, loaded.index) == (None, None)
    assert loaded.report == replace(report, image=replace(report.image, source="saved"))
    with pytest.raises(ImageError, match="cannot be opened"):
        load_image(str(tmp_path / "none.uvdive"))
    with pytest.raises(UsageError, match="has to be built first"):
        load_image(f"dockerfile:{tmp_path}")


def test_work_at_the_desk_is_done_with_the_image_that_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs.original(tmp_path)
    held = load_image(str(tmp_path / "before.tar"), in_process=True)
    other = pairs.rewritten(tmp_path)
    told: dict[str, Any] = {}

    def time_builds(
        request: BuildRequest, plan: RewritePlan, before: ImageReport, wish: Wish, **_: Any
    ) -> Timings:
        told.update(request=request, plan=plan, before=before, wish=wish)
        return Timings()

    monkeypatch.setattr(atdesk, "time_builds", time_builds)
    desk, cancel = LocalDesk(held), CancelToken()
    plan = RewritePlan("rewritten", "image", "my/Dockerfile", "", "", "")
    desk.run(atdesk.time_at_desk, plan, tmp_path, ("--a",), cancel=cancel)
    assert told == {
        "request": BuildRequest(tmp_path, Path("my/Dockerfile"), args=("--a",)),
        "plan": plan, "before": held.report, "wish": Wish(cold=True, rebuild=True),
    }  # fmt: skip
    options: Any = SimpleNamespace()
    monkeypatch.setattr(
        images, "load_image", lambda target, **how: told.update(how, target=target) or Loaded(other, None)
    )
    found = desk.run(atdesk.compare_at_desk, "x:1", tmp_path / "D", options, cancel=cancel)
    assert (told["target"], told["dockerfile"], told["options"]) == ("x:1", tmp_path / "D", options)
    assert (found.before_bytes, found.after_bytes) == (
        held.report.totals.file_bytes, other.totals.file_bytes,
    )  # fmt: skip


def test_what_a_plan_and_a_proof_are_asked_for_arrives_at_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs.original(tmp_path)
    held = load_image(str(tmp_path / "before.tar"), in_process=True)
    told: dict[str, Any] = {}
    plan = RewritePlan("rewritten", "image", "my/Dockerfile", "", "", "")
    result = SimpleNamespace(after=held.report, before=held.report)

    def note(*given: Any, **named: Any) -> Any:
        told.clear()
        told.update(named, given=given)
        return plan if given[0] == tmp_path / "D" else result

    monkeypatch.setattr(atdesk, "plan_rewrite", note)
    monkeypatch.setattr(atdesk, "prove", note)
    monkeypatch.setattr(atdesk, "replace", lambda proof, **changes: (proof, changes))
    bases = {"python:3.13-slim": held.report}
    desk, cancel = LocalDesk(Held(held.report, held.store, bases=bases)), CancelToken()
    events: list[object] = []
    recipe: Any = SimpleNamespace()
    more: Any = {"recipe": recipe, "on_event": events.append, "cancel": cancel}
    found = atdesk.plan_held(
        desk, tmp_path / "D", tmp_path, {"a": "b"}, pull=True, build_args=("--x",), ladder={"c": "d"}, **more
    )
    assert found is plan
    assert told.pop("kept") is not None
    assert told == {
        "given": (tmp_path / "D", held.report), "context": tmp_path, "store": held.store,
        "choices": {"a": "b"}, "pull": True, "build_args": ("--x",), "bases": bases,
        "ladder": {"c": "d"}, **more,
    }  # fmt: skip
    settings = StartSettings((("A", "1"),))
    own = (tmp_path / "log",)
    proof: Any = atdesk.prove_held(
        desk, plan, tmp_path, ("--x",), start=True, settings=settings, own=own, **more
    )
    assert told.pop("kept") is not None
    assert told == {
        "given": (plan, held.report), "context": tmp_path, "index": held.index, "build_args": ("--x",),
        "start": True, "settings": settings, "own": own, "left_out": False, **more,
    }  # fmt: skip
    assert proof[0] is result
    assert proof[1]["before"] is None
    assert proof[1]["after"].files.entries == 0


def test_a_base_is_not_pulled_unless_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pulled: list[tuple[str, bool]] = []

    def base(reference: str, *_: Any, pull: bool) -> None:
        pulled.append((reference, pull))

    monkeypatch.setattr(rewriting, "load_base", base)

    class Planning:
        """In the place of a planner: asks for bases, for one of them twice."""

        def __init__(self, _text: str, _report: object, lookup: Any, **_: Any) -> None:
            self.lookup = lookup

        def plan(self, _choices: object, _ladder: object) -> Any:
            return [self.lookup(each) for each in "aab"]

    monkeypatch.setattr(studied, "Planner", Planning)
    (tmp_path / "Dockerfile").write_text("FROM python:3.13-slim\n")
    report = pairs.original(tmp_path)
    rewriting.plan_rewrite(tmp_path / "Dockerfile", report, on_event=ignore)
    rewriting.plan_rewrite(tmp_path / "Dockerfile", report, pull=True, on_event=ignore)
    # Each base is looked up once in a plan.
    assert pulled == [("a", False), ("b", False), ("a", True), ("b", True)]
