"""What goes wrong on the way: a clear error and the right code, nothing left behind, no file touched."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from engines.hanging import hanging_build
from engines.proxy import Proxy, proxied
from engines.removing import removes_images_of

from uvdive.base.errors import BuildError, CancelledError, EngineError, ExitCode
from uvdive.base.progress import CancelToken
from uvdive.build.events import BuildLog, BuildRequest
from uvdive.build.images import find_image, image_tag
from uvdive.cli.main import main
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove
from uvdive.verify.checks import CheckStarted

pytestmark = pytest.mark.engine

OLD = 'FROM debian:trixie-slim\nCOPY junk /junk\nCMD ["sleep", "600"]\n'
WITH_UV = 'FROM ghcr.io/astral-sh/uv:trixie-slim\nCOPY . .\nRUN uv sync\nCMD ["uv", "run", "app.py"]\n'


@dataclass
class Project:
    folder: Path
    before: ImageReport

    @property
    def after(self) -> str:
        return image_tag(self.folder, self.folder / "Dockerfile", "after")

    def plan(self, text: str) -> RewritePlan:
        return RewritePlan("rewritten", "image", str(self.folder / "Dockerfile"), OLD, text, "")

    def prove(self, text: str, on_event: Callable[[object], None], cancel: CancelToken | None = None) -> None:
        prove(self.plan(text), self.before, context=self.folder, start=True, on_event=on_event, cancel=cancel)


HOME = dict(os.environ)
"""The way to the engine, whatever a test does to it."""


def containers() -> str:
    """Those that this process made."""
    command = ["docker", "ps", "--all", "--format", '{{.Label "uvdive.local"}}']
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=HOME).stdout
    return "".join(line for line in found.splitlines() if line.startswith(f"{os.getpid()} "))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose original is built; afterwards nothing may be left of what the test did."""
    folder, scratch = tmp_path / "project", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    (folder / "Dockerfile").write_text(OLD)
    (folder / "junk").write_text("1")
    with removes_images_of(folder, folder / "Dockerfile"):
        built = build_image(BuildRequest(folder, folder / "Dockerfile"))
        found = Project(folder, load_image(target_of(built)).report)
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        yield found
        monkeypatch.undo()
        assert (folder / "Dockerfile").read_text() == OLD
        assert sorted(path.name for path in folder.iterdir()) == ["Dockerfile", "junk"]
        assert list(scratch.iterdir()) == []
        assert containers() == ""


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Project) -> Iterator[Proxy]:
    with proxied(tmp_path) as found:
        monkeypatch.setenv("DOCKER_HOST", found.url)
        yield found


def when(text: str, do: Callable[[], None]) -> Callable[[object], None]:
    """An on_event that does something as soon as the build prints ``text``."""

    def on_event(event: object) -> None:
        if isinstance(event, BuildLog) and event.text == text:
            do()

    return on_event


def test_the_engine_stops_during_the_build(project: Project, proxy: Proxy) -> None:
    with hanging_build() as hanging, pytest.raises(EngineError) as caught:
        project.prove(hanging.text, when("started", proxy.close))
    assert caught.value.code == ExitCode.NO_ENGINE
    assert "engine" in caught.value.what
    assert caught.value.do
    command = ["docker", "image", "inspect", project.after]
    assert subprocess.run(command, capture_output=True, check=False, env=HOME).returncode != 0


def test_a_hanging_build_is_stopped(project: Project) -> None:
    cancel = CancelToken()
    with hanging_build() as hanging:
        with pytest.raises(CancelledError):
            project.prove(hanging.text, when("started", cancel.cancel), cancel)
        hanging.ends_by_itself()
    assert find_image(project.after) is None


def test_a_stop_while_the_images_run_removes_their_containers(project: Project) -> None:
    cancel = CancelToken()

    def on_event(event: object) -> None:
        if isinstance(event, CheckStarted) and event.name == "start":
            cancel.cancel()

    with pytest.raises(CancelledError):
        project.prove(OLD, on_event, cancel)


def test_a_missing_secret_is_named_with_what_to_do(project: Project) -> None:
    text = "FROM debian:trixie-slim\nRUN --mount=type=secret,id=token,required=true cat /run/secrets/token\n"
    with pytest.raises(BuildError, match="secret token") as caught:
        project.prove(text, lambda _event: None)
    assert "--secret id=" in caught.value.do
    assert caught.value.code == ExitCode.IMAGE


def test_a_full_disk_in_a_step_is_told_with_what_to_do(project: Project) -> None:
    text = "FROM debian:trixie-slim\nRUN echo 'write error: No space left on device' >&2; exit 1\n"
    with pytest.raises(BuildError) as caught:
        project.prove(text, lambda _event: None)
    assert "Free disk space" in caught.value.do


def test_an_image_without_a_shell_is_verified_and_run(project: Project) -> None:
    # ``sleep`` is what it starts; no shell is there, and none is needed.
    text = OLD.replace("CMD", "RUN rm /bin/sh /bin/bash /bin/dash\nCMD")
    events: list[object] = []
    proof = prove(
        project.plan(text), project.before, context=project.folder, start=True, on_event=events.append
    )
    assert proof.verification is not None
    found = {check.name: check for check in proof.verification.checks}
    assert found["files"].status == "failed"
    assert (found["start"].status, found["start"].ran) == ("passed", True), found["start"]


@pytest.fixture
def uv_project(tmp_path: Path) -> Path:
    """A file in which uv plays no part is refused before an engine is asked."""
    folder = tmp_path / "with-uv"
    folder.mkdir()
    (folder / "Dockerfile").write_text(WITH_UV)
    return folder


def test_without_an_engine_the_command_line_says_what_to_do(
    uv_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    assert main(["rewrite", str(uv_project), "--write"]) == ExitCode.NO_ENGINE
    said = capsys.readouterr().err
    assert "No container engine answers" in said
    assert "Start Docker" in said


def test_without_buildx_the_command_line_says_how_to_install_it(
    uv_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    client.write_text("#!/bin/sh\necho \"docker: 'buildx' is not a docker command.\" >&2\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}:{os.environ['PATH']}")
    assert main(["rewrite", str(uv_project), "--write"]) == ExitCode.IMAGE
    said = capsys.readouterr().err
    assert "no buildx plugin" in said
    assert "docker-buildx" in said
