"""A project without a lock: before and after resolve alike (R56)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from made_images.samples import sample_report
from rewrites.index import Index, serving

from uvdive.build.events import BuildRequest
from uvdive.image.config import HistoryEntry, ImageConfig
from uvdive.session.opening.images import load_image
from uvdive.session.planning.holding import held_text, moment
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove

DOCKERFILE = """\
FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim
ENV UV_DEFAULT_INDEX={url}/simple UV_NO_CACHE=1
WORKDIR /app
COPY pyproject.toml ./
RUN uv sync
CMD ["uv", "run", "--no-sync", "python", "-c", "import tiny; print(tiny.VERSION)"]
"""
HOST = ("--network=host",)


@pytest.fixture
def index() -> Iterator[Index]:
    with serving() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Iterator[Path]:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(url=index.url))
    (tmp_path / "pyproject.toml").write_text(
        # Another one each time: the index may have the port of an earlier run, whose steps are cached.
        f'[project]\nname = "mine-{secrets.token_hex(4)}"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["tiny"]\n'
        "[tool.uv]\npackage = false\n"
    )
    with removes_images_of(tmp_path):
        yield tmp_path


@pytest.mark.engine
def test_r56_what_was_published_since_does_not_come_into_the_rewrite(project: Path, index: Index) -> None:
    index.publish("tiny", "1.0")
    original = BuildRequest(project, project / "Dockerfile", args=HOST)
    before = load_image(target_of(build_image(original))).report
    index.publish("tiny", "2.0")
    plan = plan_rewrite(project / "Dockerfile", before)
    proof = prove(plan, before, context=project, build_args=HOST, start=True)
    assert proof.held == moment(before)
    versions = {d.name: d.version for e in proof.after.environments for d in e.distributions}
    assert versions["tiny"] == "1.0"
    assert proof.verification is not None
    assert [check for check in proof.verification.checks if check.status == "failed"] == []
    assert "UV_EXCLUDE_NEWER" not in proof.after.config.environ
    assert all("UV_EXCLUDE_NEWER" not in entry.created_by for entry in proof.after.history)
    assert "UV_EXCLUDE_NEWER" not in plan.text


@pytest.mark.engine
def test_nothing_is_held_where_both_resolve_alike_anyway(project: Path, index: Index) -> None:
    index.publish("tiny", "1.0")
    original = BuildRequest(project, project / "Dockerfile", args=HOST)
    before = load_image(target_of(build_image(original))).report
    plan = plan_rewrite(project / "Dockerfile", before)
    assert prove(plan, before, context=project, build_args=HOST, verify=False).held is None


def test_the_variable_stands_in_every_stage_but_the_last() -> None:
    text = "ARG X\nFROM a AS one\nRUN uv sync\nFROM b AS two\nRUN <<E\nFROM no\nE\nFROM c\nCMD x"
    assert held_text(text) == (
        "ARG X\nFROM a AS one\nARG UV_EXCLUDE_NEWER\nRUN uv sync\nFROM b AS two\nARG UV_EXCLUDE_NEWER\n"
        "RUN <<E\nFROM no\nE\nFROM c\nCMD x"
    )


def test_the_moment_is_the_end_of_the_last_uv_instruction() -> None:
    entries = (
        HistoryEntry("RUN /bin/sh -c uv sync --no-install-project", "2026-01-01T00:00:01Z"),
        HistoryEntry("RUN /bin/sh -c cd x && uv sync # buildkit", "2026-01-01T00:00:02Z"),
        HistoryEntry("RUN /bin/sh -c make", "2026-01-01T00:00:03Z"),
        HistoryEntry('CMD ["uv" "run"]', "2026-01-01T00:00:04Z", empty_layer=True),
    )
    report = replace(sample_report(), history=entries)
    assert moment(report) == "2026-01-01T00:00:02Z"
    given = ImageConfig(env=("UV_EXCLUDE_NEWER=2025-01-01",))
    assert moment(replace(report, config=given)) is None
    assert moment(replace(report, history=entries[2:])) is None
