from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.hanging import hanging_build

from uvdive.base.errors import BuildError, CancelledError, EngineError, ExitCode, UsageError, UvdiveError
from uvdive.base.progress import CancelToken
from uvdive.build.clients import process
from uvdive.build.clients.buildx import run_build
from uvdive.build.clients.client import progress_mode
from uvdive.build.clients.failures import build_failure
from uvdive.build.events import BuildLog, BuildRequest, BuildStep
from uvdive.build.images import (
    engine_client,
    find_image,
    image_tag,
    list_images,
    remove_images,
    restore_tag,
)
from uvdive.build.replacing import build_tagged

BASE = "FROM debian:trixie-slim\n"
UNIQUE = secrets.token_hex(8)
"""Keeps a step from being taken from the cache of an earlier run."""


def fake_docker(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Path]:
    """A context of its own for each test; the images built from it are removed."""
    folder = tmp_path / "project"
    folder.mkdir()
    yield folder
    ours = {image_tag(folder, None, "before"), image_tag(folder, None, "after")}
    remove_images(image for image in list_images() if image.tag in ours)


def processes_of_session(session: int) -> list[str]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, sid = status.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(sid) == session and state != "Z":
            found.append(str(status))
    return found


# Without an engine


def test_no_docker_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        run_build(BuildRequest(tmp_path))
    assert caught.value.code == ExitCode.NO_ENGINE
    assert "docs.docker.com/engine/install" in caught.value.do


@pytest.mark.parametrize(
    "said",
    [
        "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information",
        "docker: 'buildx' is not a docker command.\nSee 'docker --help'",
    ],
)
def test_no_buildx_plugin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str) -> None:
    fake_docker(tmp_path / "bin", f'cat >&2 <<"END"\n{said}\nEND\nexit 1')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(BuildError) as caught:
        run_build(BuildRequest(tmp_path))
    assert caught.value.code == ExitCode.IMAGE
    assert "buildx" in caught.value.what
    assert "docker-buildx-plugin" in caught.value.do


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ("github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3", "rawjson"),
        ("github.com/docker/buildx v0.29.0-desktop.1 a0b1c2d", "rawjson"),
        ("github.com/docker/buildx v1.0.0 a0b1c2d", "rawjson"),
        ("github.com/docker/buildx v0.12.1 30feaa1", "plain"),
        ("github.com/docker/buildx abcdef0 abcdef0", "plain"),
    ],
)
def test_progress_by_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, mode: str
) -> None:
    fake_docker(tmp_path, f"echo '{version}'")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert progress_mode() == mode


def test_a_context_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is no folder"):
        run_build(BuildRequest(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (
            "ERROR: permission denied while trying to connect to the Docker daemon socket at unix:///x: dial",
            EngineError,
            "group docker",
        ),
        (
            "ERROR: Cannot connect to the Docker daemon at tcp://x. Is it running?",
            EngineError,
            "Start Docker",
        ),
        ("ERROR: error reading from server: EOF", EngineError, "went away"),
        ("unknown flag: --bad", UsageError, "unknown flag: --bad"),
        ("ERROR: failed to solve: write /x: no space left on device", BuildError, "disk space"),
        ('ERROR: no builder "nope" found', BuildError, "docker buildx ls"),
    ],
)
def test_failures_say_what_to_do(said: str, kind: type[UvdiveError], words: str) -> None:
    error = build_failure((), (), [said])
    assert type(error) is kind
    assert words in str(error)


def test_the_words_of_a_syntax_error_are_freed_of_their_envelope() -> None:
    said = (
        "ERROR: failed to solve: rpc error: code = Unknown desc = failed to solve with frontend "
        "dockerfile.v0: failed to create LLB definition: dockerfile parse error line 1: odd"
    )
    assert build_failure((), (), [said]).what == ("The build failed: dockerfile parse error line 1: odd")


def test_a_failure_shows_the_last_lines_of_the_failing_step_only() -> None:
    steps = [BuildStep("1", "ok", "done"), BuildStep("2", "[2/2] RUN x", "failed", error="exit code: 1")]
    logs = [BuildLog("2", f"line {n}") for n in range(30)] + [BuildLog("1", "other")]
    error = build_failure(steps, logs, ["ERROR: failed to solve: exit code: 1"])
    assert "[2/2] RUN x" in error.what
    assert error.log == tuple(f"line {n}" for n in range(10, 30))


def test_the_same_folder_and_file_give_the_same_tag(tmp_path: Path) -> None:
    folder = tmp_path / "Ünder_Score  Project"
    tag = image_tag(folder, None, "before")
    assert tag == image_tag(folder, folder / "Dockerfile", "before")
    assert tag.startswith("uvdive.local/nder-score-project-")
    assert tag.endswith(":before")
    assert image_tag(folder, folder / "Other", "before") != tag
    assert image_tag(tmp_path, None, "before") != tag


# With an engine


@pytest.mark.engine
def test_a_build_is_loaded_under_its_tag(context: Path) -> None:
    tag = image_tag(context, None, "before")
    (context / "file").write_text("x")
    (context / "Dockerfile").write_text(f"{BASE}COPY file /file\nRUN echo {UNIQUE} hello\n")
    events: list[object] = []
    result = build_tagged(BuildRequest(context, tag=tag), on_event=events.append)
    assert result.image_id == find_image(tag)
    assert result.log == (f"{UNIQUE} hello",)
    assert result.steps[-1].name == "exporting to image"
    assert any(isinstance(event, BuildStep) and event.state == "running" for event in events)
    assert [image.id for image in list_images() if image.tag == tag] == [result.image_id]


@pytest.mark.engine
def test_a_text_leaves_nothing_in_the_temporary_folder(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    build_tagged(BuildRequest(context, text=BASE, tag=image_tag(context, None, "before")))
    assert list(scratch.iterdir()) == []


@pytest.mark.engine
def test_an_old_buildx_is_read_in_plain_text(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("docker")
    fake_docker(
        tmp_path / "bin",
        f'[ "$2" = version ] && exec echo github.com/docker/buildx v0.11.0 0; exec {real} "$@"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    text = f"{BASE}RUN echo {UNIQUE}\n"
    result = build_tagged(BuildRequest(context, text=text, tag=image_tag(context, None, "before")))
    assert result.log == (UNIQUE,)
    assert [step.id for step in result.steps] == [str(n) for n in range(1, len(result.steps) + 1)]


@pytest.mark.engine
def test_a_cancelled_build_ends_its_processes_and_leaves_no_tag(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[process.Process] = []

    class Watched(process.Process):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            started.append(self)

    monkeypatch.setattr(process, "Process", Watched)
    tag, cancel = image_tag(context, None, "after"), CancelToken()

    def stop_when_it_sleeps(event: object) -> None:
        if isinstance(event, BuildLog) and event.text == "started":
            assert processes_of_session(started[0].popen.pid)
            cancel.cancel()

    with hanging_build() as hanging:
        with pytest.raises(CancelledError):
            build_tagged(
                BuildRequest(context, text=hanging.text, tag=tag), on_event=stop_when_it_sleeps, cancel=cancel
            )
        hanging.ends_by_itself()
    assert started[0].popen.returncode is not None
    assert not processes_of_session(started[0].popen.pid)
    assert find_image(tag) is None
    assert list(context.iterdir()) == []


@pytest.mark.engine
def test_an_event_handler_that_raises_ends_the_build(context: Path) -> None:
    class OddError(Exception):
        pass

    def odd(event: object) -> None:
        if isinstance(event, BuildLog):
            raise OddError

    with hanging_build() as hanging, pytest.raises(OddError):
        run_build(BuildRequest(context, text=hanging.text), on_event=odd)


def test_a_build_that_was_cancelled_before_does_not_start(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        run_build(BuildRequest(tmp_path), cancel=cancel)


@pytest.mark.engine
def test_a_failing_build_keeps_the_image_that_had_the_tag(context: Path) -> None:
    tag = image_tag(context, None, "before")
    first = build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/1\n", tag=tag))
    with pytest.raises(BuildError) as caught:
        build_tagged(BuildRequest(context, text=f"{BASE}RUN echo one; echo two; exit 7\n", tag=tag))
    assert caught.value.what == (
        "The build failed in the step [2/2] RUN echo one; echo two; exit 7: exit code 7"
    )
    assert caught.value.log == ("one", "two")
    assert caught.value.do
    assert find_image(tag) == first.image_id


@pytest.mark.engine
def test_a_new_build_replaces_the_old_image(context: Path) -> None:
    tag = image_tag(context, None, "before")
    first = build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/1\n", tag=tag))
    second = build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/2\n", tag=tag))
    assert find_image(tag) == second.image_id != first.image_id
    assert find_image(first.image_id) is None


@pytest.mark.engine
def test_an_old_image_with_another_name_stays(context: Path) -> None:
    tag, other = image_tag(context, None, "before"), image_tag(context, None, "after")
    request = BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/1\n", tag=tag, args=("-t", other))
    first = build_tagged(request)
    build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/2\n", tag=tag))
    assert find_image(other) == first.image_id


@pytest.mark.engine
def test_a_tag_that_moved_in_the_moment_of_the_stop_goes_back(context: Path) -> None:
    tag, other = image_tag(context, None, "before"), image_tag(context, None, "after")
    first = build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/1\n", tag=tag))
    second = build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/2\n", tag=other))
    with engine_client() as client:
        client.images.get(second.image_id).tag(tag)
    restore_tag(tag, first.image_id)
    assert find_image(tag) == first.image_id
    assert find_image(other) == second.image_id
    restore_tag(other, None)
    assert find_image(other) is None


@pytest.mark.engine
def test_an_image_in_use_is_kept_and_the_reason_is_said(context: Path) -> None:
    tag = image_tag(context, None, "before")
    build_tagged(BuildRequest(context, text=f"{BASE}RUN echo {UNIQUE} >/3\n", tag=tag))
    (image,) = [image for image in list_images() if image.tag == tag]
    with engine_client() as client:
        container = client.containers.create(tag, "true")
        try:
            (kept,) = remove_images([image])
        finally:
            container.remove()
    assert "container" in kept.kept
    (removed,) = remove_images([image])
    assert removed.kept == ""
    assert find_image(image.id) is None
    assert remove_images([image])[0].kept == ""


@pytest.mark.engine
def test_a_text_is_built_with_the_ignore_file_of_its_dockerfile(context: Path) -> None:
    (context / "wanted").write_text("x")
    (context / "unwanted").write_text("x")
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / "Dockerfile.dockerignore").write_text("unwanted\n")
    text = f"{BASE}COPY . /c\nRUN test -e /c/wanted && ! test -e /c/unwanted # {UNIQUE}\n"
    assert build_tagged(BuildRequest(context, text=text, tag=image_tag(context, None, "before"))).image_id


@pytest.mark.engine
def test_no_engine_behind_the_socket(context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
        for build in (run_build, build_tagged):
            with pytest.raises(EngineError) as caught:
                build(BuildRequest(context, text=BASE, tag=image_tag(context, None, "before")))
            assert caught.value.code == ExitCode.NO_ENGINE
            assert "Start Docker" in caught.value.do


@pytest.mark.engine
def test_an_option_that_buildx_does_not_take(context: Path) -> None:
    with pytest.raises(UsageError, match="--odd"):
        run_build(BuildRequest(context, text=BASE, args=("--odd=1",)))
