"""An original is not built where its image is there and was built of the same; else it is built."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from uvdive.base.errors import EngineError
from uvdive.build.events import BuildLeftOut, BuildRequest, BuildResult, BuildStep
from uvdive.build.images import bases_at_hand, image_tag, list_images, remove_images
from uvdive.session.proof import built_before
from uvdive.session.proof.built_before import build_unless_there


@pytest.fixture(autouse=True)
def no_settings_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The docker client's settings are one's own, and whoever else works here may change them meanwhile."""
    monkeypatch.setattr("uvdive.build.made_of._environment", lambda _environ: ())


@dataclass
class Engine:
    """Stands for the engine: its bases, the image of the tag, and how often it built."""

    bases: dict[str, str] | None = field(default_factory=lambda: {"base": "sha256:1"})
    image: str | None = None
    steps: tuple[BuildStep, ...] = ()
    built: int = 0

    def build(self, request: BuildRequest, **_: object) -> BuildResult:
        self.built += 1
        self.image = f"sha256:built-{self.built}"
        return BuildResult(self.image, request.tag, 1.0, self.steps)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    engine = Engine()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(built_before, "build_source", lambda: "docker")
    monkeypatch.setattr(built_before, "bases_at_hand", lambda _images, _engine: engine.bases)
    monkeypatch.setattr(built_before, "find_image", lambda _tag, _engine: engine.image)
    monkeypatch.setattr(built_before, "build_image", engine.build)
    return engine


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM base\nCOPY a /a\n")
    (context / "a").write_text("1")
    return BuildRequest(context)


def ask(request: BuildRequest) -> tuple[bool, list[str]]:
    """Was it built, and what was told?"""
    told: list[str] = []
    target, built = build_unless_there(
        request, on_event=lambda each: told.append(str(getattr(each, "text", each)))
    )
    assert target == f"docker://{image_tag(request.context, None, 'before')}"
    return built is not None, told


def test_the_same_is_built_once_and_told(engine: Engine, request_: BuildRequest) -> None:
    built, told = ask(request_)
    assert (built, told) == (True, [f"Building {request_.context}"])
    built, (line, left_out) = ask(request_)
    assert not built
    assert line.startswith("Not built: uvdive.local/context-")
    assert "the same Dockerfile, context, arguments and base images" in line
    assert left_out == str(BuildLeftOut("before"))
    assert engine.built == 1


MOVES: dict[str, Callable[[Engine, BuildRequest], BuildRequest | None]] = {
    "a file": lambda _, request: (request.context / "a").write_text("2") and None,
    "an argument": lambda _, request: replace(request, args=("--build-arg", "A=1")),
    "a base": lambda engine, _: engine.bases.update(base="sha256:2"),  # type: ignore[union-attr]
    "the image": lambda engine, _: setattr(engine, "image", "sha256:of somebody else"),
    "no image": lambda engine, _: setattr(engine, "image", None),
    "a base that is fetched": lambda engine, _: setattr(engine, "bases", None),
    "no cache": lambda _, request: replace(request, args=("--no-cache",)),
}


@pytest.mark.parametrize("name", MOVES)
def test_whatever_changed_it_is_built(engine: Engine, request_: BuildRequest, name: str) -> None:
    ask(request_)
    assert ask(MOVES[name](engine, request_) or request_)[0]


@pytest.mark.parametrize("step", ["[internal] booting buildkit", "importing to docker"])
def test_a_builder_with_images_of_its_own_builds_each_time(
    engine: Engine, request_: BuildRequest, step: str
) -> None:
    engine.steps = (BuildStep("1", step, "done"),)
    assert [ask(request_)[0] for _ in range(2)] == [True, True]


@pytest.mark.parametrize("note", ["", "[", "{}", '{"digest": 1}', '"text"'])
def test_a_note_of_something_else_counts_as_none(
    engine: Engine, request_: BuildRequest, tmp_path: Path, note: str
) -> None:
    ask(request_)
    (path,) = (tmp_path / "state/uvdive/built").iterdir()
    assert set(json.loads(path.read_text())) == {"digest", "bases", "engine", "image"}
    path.write_text(note)
    assert [ask(request_)[0] for _ in range(2)] == [True, False]


def test_where_no_note_can_be_kept_it_is_built_each_time(
    engine: Engine, request_: BuildRequest, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file")
    assert [ask(request_)[0] for _ in range(2)] == [True, True]


def test_an_engine_that_is_gone_is_told(
    engine: Engine, request_: BuildRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise EngineError("gone")

    monkeypatch.setattr(built_before, "bases_at_hand", gone)
    with pytest.raises(EngineError):
        ask(request_)


@pytest.fixture
def base() -> Iterator[str]:
    """The name of a base that can be moved."""
    name = f"uvdive-tests/{secrets.token_hex(4)}:1"
    subprocess.run(["docker", "tag", "debian:trixie-slim", name], check=True)
    yield name
    subprocess.run(["docker", "rmi", name], check=True, capture_output=True)


@pytest.mark.engine
def test_on_the_engine(tmp_path: Path, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {base}\nARG A=1\nCOPY a /a\n")
    (context / "a").write_text("1")
    request = BuildRequest(context)

    def built(request: BuildRequest = request) -> bool:
        return ask(request)[0]

    try:
        assert [built() for _ in range(2)] == [True, False]
        (context / "a").write_text("2")
        assert [built() for _ in range(2)] == [True, False]
        other = replace(request, args=("--build-arg", "A=2"))
        assert [built(other), built(other), built()] == [True, False, True]
        subprocess.run(["docker", "tag", "debian:bookworm-slim", base], check=True)
        assert [built() for _ in range(2)] == [True, False]
        tag = image_tag(context, None, "before")
        remove_images(image for image in list_images() if image.tag == tag)
        assert [built() for _ in range(2)] == [True, False]
        (context / "Dockerfile").write_text(f"FROM {base}\nRUN --mount=type=secret,id=none true\n")
        assert [built() for _ in range(2)] == [True, True]
    finally:
        mine = image_tag(context, None, "before")
        remove_images(image for image in list_images() if image.tag == mine)


@pytest.mark.engine
def test_bases_that_a_build_would_fetch_are_not_at_hand(base: str) -> None:
    found = bases_at_hand((base, "debian:trixie-slim"), "docker")
    assert found is not None
    assert found[base] == found["debian:trixie-slim"]
    assert bases_at_hand((base, f"uvdive.local/{secrets.token_hex(4)}"), "docker") is None
    assert bases_at_hand((), "docker") == {}
