"""What a build is made of: the same as long as nothing changes that counts, and told only where it can be."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from uvdive.build import made_of as module
from uvdive.build.events import BuildRequest
from uvdive.build.made_of import made_of

TEXT = """ARG PYTHON=3.13
FROM ghcr.io/astral-sh/uv:0.13 AS uv
FROM python:${PYTHON}-slim AS builder
COPY --from=uv /uv /bin/
COPY --from=ghcr.io/other/tool:1 /tool /bin/
RUN --mount=type=cache,target=/root/.cache --mount=from=debian:trixie,target=/other true
COPY . /app
FROM builder
ADD data /data
"""
ENVIRON = {"HOME": "/nowhere", "LANG": "C"}


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    context = tmp_path / "context"
    (context / "src/empty").mkdir(parents=True)
    (context / "Dockerfile").write_text(TEXT)
    (context / "src/app.py").write_text("print(1)\n")
    (context / "src/link").symlink_to("app.py")
    (context / "left_out").mkdir()
    (context / "left_out/notes").write_text("a")
    (context / ".dockerignore").write_text("left_out\n")
    return BuildRequest(context)


def digest(request: BuildRequest, **environ: str) -> str:
    found = made_of(request, {**ENVIRON, **environ})
    assert found is not None
    return found.digest


def test_it_names_every_image_that_something_comes_from(request_: BuildRequest) -> None:
    found = made_of(request_, ENVIRON)
    assert found is not None
    assert found.images == (
        "ghcr.io/astral-sh/uv:0.13", "python:3.13-slim", "ghcr.io/other/tool:1", "debian:trixie",
    )  # fmt: skip
    other = made_of(replace(request_, args=("--build-arg", "PYTHON=3.12")), ENVIRON)
    assert other is not None
    assert "python:3.12-slim" in other.images


def test_times_and_what_is_left_out_do_not_count(request_: BuildRequest) -> None:
    before = digest(request_)
    os.utime(request_.context / "src/app.py", (1, 1))
    (request_.context / "left_out/notes").write_text("other")
    (request_.context / "left_out/more").mkdir()
    assert digest(request_) == before
    assert digest(request_, LANG="de", EDITOR="vi") == before
    assert digest(replace(request_, text=TEXT)) == before


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file": lambda context: (context / "src/app.py").write_text("print(2)\n"),
    "a mode": lambda context: (context / "src/app.py").chmod(0o755),
    "a new file": lambda context: (context / "src/new.py").touch(),
    "a new folder": lambda context: (context / "src/folder").mkdir(),
    "a folder's mode": lambda context: (context / "src/empty").chmod(0o700),
    "a name": lambda context: (context / "src/app.py").rename(context / "src/main.py"),
    "a link": lambda context: ((context / "src/link").unlink(), (context / "src/link").symlink_to("x")),
    "the ignore file": lambda context: (context / ".dockerignore").write_text("left_out\n!left_out/notes\n"),
    "the Dockerfile": lambda context: (context / "Dockerfile").write_text(f"{TEXT}USER 1\n"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_what_is_sent_counts(request_: BuildRequest, name: str) -> None:
    before = digest(request_)
    CHANGES[name](request_.context)
    assert digest(request_) != before


def test_arguments_and_what_the_clients_go_by_count(request_: BuildRequest, tmp_path: Path) -> None:
    plain = digest(request_)
    given = [
        ("--build-arg", "A=1"),
        ("--build-arg", "A=2"),
        ("--target", "builder"),
        ("--platform", "linux/arm64"),
    ]
    found = {digest(replace(request_, args=args)) for args in given}
    found |= {digest(request_, DOCKER_HOST="unix:///other"), digest(request_, BUILDX_BUILDER="mine")}
    found |= {digest(request_, https_proxy="http://here")}
    assert len(found | {plain}) == 8
    # A name alone takes its value from the environment.
    named = replace(request_, args=("--build-arg", "A"))
    assert digest(named, A="1") != digest(named, A="2")
    (tmp_path / "current").write_text('{"Name": "mine"}')
    assert digest(request_, BUILDX_CONFIG=str(tmp_path)) != digest(request_, BUILDX_CONFIG="/nowhere")


@pytest.mark.parametrize(
    "args",
    [
        ("--no-cache",), ("--pull",), ("--secret", "id=a"), ("--ssh", "default"), ("--builder", "mine"),
        ("--build-context", "a=b"), ("--cache-from", "a"), ("--add-host", "a:1.2.3.4"),
        ("--build-arg", "BUILDKIT_SYNTAX=a"),
    ],
)  # fmt: skip
def test_arguments_that_reach_further_cannot_be_told(request_: BuildRequest, args: tuple[str, ...]) -> None:
    assert made_of(replace(request_, args=args), ENVIRON) is None


@pytest.mark.parametrize(
    "text",
    [
        "# syntax=docker/dockerfile:1\nFROM a\n",
        "FROM a\nRUN --mount=type=secret,id=a true\n",
        "FROM a\nRUN --mount=type=ssh true\n",
        "FROM a\nADD https://example.org/a /a\n",
        'FROM a\nADD ["https://example.org/a", "/a"]\n',
        "FROM a\nADD git@example.org:a.git /a\n",
        "FROM a\nARG URL=x\nADD $URL /a\n",
        "FROM a\nONBUILD ADD https://example.org/a /a\n",
        "ARG A\nFROM $A\n",
        "FROM a\nRUN --mount=from=$B,target=/b true\n",
        "nothing\n",
    ],
)
def test_a_text_that_reaches_further_cannot_be_told(request_: BuildRequest, text: str) -> None:
    assert made_of(replace(request_, text="FROM a\nADD b /a\n"), ENVIRON) is not None
    assert made_of(replace(request_, text=text), ENVIRON) is None


def test_a_context_that_cannot_be_looked_at_cannot_be_told(
    request_: BuildRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = request_.context / "src/fifo"
    os.mkfifo(fifo)
    assert made_of(request_, ENVIRON) is None
    fifo.unlink()
    os.link(request_.context / "src/app.py", request_.context / "src/twin.py")
    assert made_of(request_, ENVIRON) is None
    (request_.context / "src/twin.py").unlink()
    for bound in ("_MOST_FILES", "_MOST_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(module, bound, 3)
            assert made_of(request_, ENVIRON) is None
    assert made_of(request_, ENVIRON) is not None
    assert made_of(BuildRequest(request_.context / "gone"), ENVIRON) is None
