"""Builds with podman: its output as events, its API's parameters, and real builds."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.bringing import bring_image
from engines.hanging import hanging_build

from uvdive.base.errors import BuildError, CancelledError, UsageError
from uvdive.base.progress import CancelToken
from uvdive.build.clients.buildah import BuildahReader
from uvdive.build.clients.podman import GOES_ON, parameters
from uvdive.build.events import BuildLog, BuildRequest, BuildStep
from uvdive.build.images import find_image, image_tag, list_images, remove_images
from uvdive.build.replacing import build_tagged
from uvdive.session.opening.images import load_image

OUTPUT = """\
[1/2] STEP 1/2: FROM debian:trixie-slim AS builder
[1/2] STEP 2/2: RUN echo hello
hello
--> baf7ee434667
[2/2] STEP 1/2: FROM debian:trixie-slim
[2/2] STEP 2/2: COPY a /a
--> Using cache bc324516b0f19cbc042abbbe70ba721cf535c61cf73de31945732040db55ee09
[2/2] COMMIT uvdive.local/x:after
--> 0d600388b8f8
0d600388b8f8fa9c13e9b2b0b1ceeb8f263915b21b7a638d2cb19da40d7889ad
"""


def test_the_output_becomes_steps_with_their_log() -> None:
    clock = iter(range(100))
    reader = BuildahReader(lambda: next(clock))
    events = [event for line in OUTPUT.splitlines() for event in reader.feed(line)]
    assert [(step.name, step.state) for step in reader.steps.values()] == [
        ("[1/2 1/2] FROM debian:trixie-slim AS builder", "done"),
        ("[1/2 2/2] RUN echo hello", "done"),
        ("[2/2 1/2] FROM debian:trixie-slim", "done"),
        ("[2/2 2/2] COPY a /a", "cached"),
        ("exporting uvdive.local/x:after", "done"),
    ]
    assert [event for event in events if isinstance(event, BuildLog)] == [BuildLog("1/2 2/2", "hello")]
    assert all(step.seconds is not None for step in reader.steps.values())
    assert reader.image_id.startswith("sha256:0d600388b8f8")


def test_a_failure_belongs_to_its_step() -> None:
    reader = BuildahReader()
    for line in ("STEP 1/2: FROM a", "STEP 2/2: RUN false", "Error: exit status 1"):
        list(reader.feed(line))
    last = list(reader.steps.values())[-1]
    assert (last.name, last.state, last.error) == ("[2/2] RUN false", "failed", "exit status 1")


def test_buildxs_options_in_the_words_of_the_api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIVEN", "1")
    args = ("--build-arg", "A=1", "--build-arg=GIVEN", "--no-cache", "--target", "web", "--provenance=false")
    found = parameters(BuildRequest(tmp_path, tag="x:1", args=args))
    assert json.loads(found["buildargs"]) == {"A": "1", "GIVEN": "1"}
    assert (found["nocache"], found["target"], found["t"]) == ("true", "web", ["x:1"])


@pytest.mark.parametrize("args", [("--secret", "id=x"), ("--ssh=default",), ("--build-context", "a=b")])
def test_what_the_api_cannot_do_is_said(tmp_path: Path, args: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="does not take") as caught:
        parameters(BuildRequest(tmp_path, args=args))
    assert "podman's own client" in caught.value.do


@pytest.fixture
def podman(monkeypatch: pytest.MonkeyPatch) -> None:
    """podman answers where docker is looked for, as with its docker-compatible socket."""
    address = os.environ["UVDIVE_ENGINE_PODMAN5"]
    bring_image("debian:trixie-slim", address)
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.delenv("CONTAINER_HOST", raising=False)


@pytest.fixture
def context(tmp_path: Path, podman: None) -> Iterator[Path]:
    (tmp_path / "kept").write_text("1")
    (tmp_path / "ignored").write_text("2")
    (tmp_path / ".dockerignore").write_text("# a comment\nignored\n")
    yield tmp_path
    names = {image_tag(tmp_path, None, "before"), image_tag(tmp_path, None, "after")}
    remove_images(image for image in list_images() if image.tag in names)


def request(context: Path, text: str) -> BuildRequest:
    return BuildRequest(context, text=text, tag=image_tag(context, None, "after"))


@pytest.mark.engine("podman5")
def test_the_service_builds_and_the_image_is_podmans(context: Path) -> None:
    events: list[object] = []
    text = "FROM debian:trixie-slim AS one\nCOPY . /all\nFROM debian:trixie-slim\nCOPY --from=one /all /all\n"
    result = build_tagged(request(context, text), on_event=events.append)
    assert (result.engine, len(result.own_steps)) == ("podman", 4)
    assert any(isinstance(event, BuildStep) for event in events)
    report = load_image(f"podman://{result.tag}").report
    assert (report.image.source, report.image.id) == ("podman", result.image_id)
    assert report.files.find(b"/all/kept") is not None
    assert report.files.find(b"/all/ignored") is None
    assert build_tagged(request(context, text)).cached >= 2
    assert result.tag in {image.tag for image in list_images()}


@pytest.mark.engine("podman5")
def test_a_failing_step_is_named_and_leaves_no_image(context: Path) -> None:
    with pytest.raises(BuildError, match=r"RUN echo why; exit 3: exit code 3") as caught:
        build_tagged(request(context, "FROM debian:trixie-slim\nRUN echo why; exit 3\n"))
    assert caught.value.log == ("why",)
    assert find_image(image_tag(context, None, "after")) is None


@pytest.mark.engine("podman5")
def test_a_stop_ends_the_build(context: Path) -> None:
    cancel = CancelToken()

    def stop(event: object) -> None:
        if isinstance(event, BuildLog) and event.text == "started":
            cancel.cancel()

    with hanging_build() as hanging, pytest.raises(CancelledError) as caught:
        build_tagged(request(context, hanging.text), on_event=stop, cancel=cancel)
    assert caught.value.do == GOES_ON
    assert find_image(image_tag(context, None, "after")) is None


def test_the_client_is_taken_where_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that stands for podman's client writes down how it was called."""
    from uvdive.build.clients.podman import run_podman_build

    client = tmp_path / "bin" / "podman"
    client.parent.mkdir()
    lines = '#!/bin/sh\nprintf "%s\\n" "$@" >"$(dirname "$0")/args"\n'
    lines += 'for arg in "$@"; do case $arg in --iidfile=*) printf sha256:1 >${arg#--iidfile=};; esac; done\n'
    lines += "echo 'STEP 1/1: FROM a'\necho -- '--> 0d600388b8f8' >&2\n"
    client.write_text(lines)
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("CONTAINER_HOST", "unix:///x.sock")
    assert shutil.which("podman") == str(client)
    built = run_podman_build(
        BuildRequest(tmp_path, text="FROM a\n", tag="x:1", args=("--secret", "id=a", "--load"))
    )
    assert built.image_id == "sha256:1"
    args = (client.parent / "args").read_text().splitlines()
    assert args[:2] == ["--url=unix:///x.sock", "build"]
    assert "--secret=id=a" in args
    assert "--load" not in args
    assert args[-1] == str(tmp_path)
