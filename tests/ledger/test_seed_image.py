"""The seed image on a real engine: every byte explained, in every source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from uvdive.ledger.report import ImageReport
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions

pytestmark = pytest.mark.engine
DOCKERFILE = Path(__file__).parents[2] / "examples" / "flask" / "Dockerfile"


@pytest.fixture(scope="module")
def report(seed_image: str) -> ImageReport:
    return load_image(seed_image, dockerfile=DOCKERFILE, options=ReadOptions(via="save")).report


def check_sums(report: ImageReport) -> None:
    totals = report.totals
    for parts in (report.layers, report.owners):
        assert sum(getattr(part, "file_bytes", None) or getattr(part, "bytes", 0) for part in parts) == (
            totals.file_bytes
        )
        assert sum(part.live_bytes for part in parts) == totals.live_bytes
        assert sum(part.dead_bytes for part in parts) == totals.dead_bytes
    assert sum(row.bytes for row in report.waste) == totals.dead_bytes
    assert totals.live_bytes + totals.dead_bytes == totals.file_bytes
    for owner in report.owners:
        assert sum(component.bytes for component in owner.components) == owner.bytes


def test_all_sums_hold(report: ImageReport) -> None:
    check_sums(report)
    assert all(layer.verified for layer in report.layers)


def test_the_engines_sizes_are_explained_to_the_byte(report: ImageReport) -> None:
    for layer in report.layers:
        links = layer.link_bytes if layer.counts_links else 0
        assert layer.engine_size == layer.file_bytes + links
    assert report.image.inspect_size == sum(layer.engine_size or 0 for layer in report.layers)


def test_the_owners_of_the_seed(report: ImageReport) -> None:
    by_name = {owner.owner: owner for owner in report.owners}
    assert by_name["uv"].bytes > 40_000_000
    assert by_name["python"].components[0].path.startswith("/root/.local/share/uv/python/cpython-3.13")
    assert {c.name for c in by_name["venv"].components} >= {"flask", "werkzeug", "jinja2", "click"}
    assert by_name["venv"].shared_bytes > by_name["uv-cache"].bytes, "linked files count once"
    assert by_name["uv-cache"].bytes < 1_000_000
    assert {c.name for c in by_name["base-os"].components} >= {"libc6", "coreutils"}
    assert by_name["other"].bytes < report.totals.file_bytes / 100
    assert 30_000 < by_name["app"].bytes < 50_000


def test_the_base_and_the_lines_are_known(report: ImageReport) -> None:
    base = report.image.base
    assert base is not None
    assert (base.name, base.layers, base.by) == ("ghcr.io/astral-sh/uv:trixie-slim", 3, "image")
    assert report.dockerfile is not None
    assert report.dockerfile.matches
    assert [layer.line for layer in report.layers] == [None, None, None, 2, 3, 4, 5]


def test_the_environments_interpreter_is_found(report: ImageReport) -> None:
    environment = report.environments[0]
    assert (environment.path, environment.kind, environment.python) == ("/app/.venv", "venv", "3.13")
    assert len(environment.hops) == 3
    assert environment.interpreter_path is not None
    assert environment.interpreter_path.startswith("/root/.local/share/uv/python/cpython-3.13.")


def test_an_archive_of_it_says_the_same(report: ImageReport, seed_image: str, tmp_path: Path) -> None:
    path = tmp_path / "seed.tar"
    subprocess.run(["docker", "save", seed_image, "-o", str(path)], check=True)
    other = load_image(str(path)).report
    check_sums(other)
    assert other.totals == report.totals
    assert other.waste[0].path == report.waste[0].path
    assert [owner.bytes for owner in other.owners] == [owner.bytes for owner in report.owners]


def test_the_articles_image_is_explained_too(article_image: str) -> None:
    report = load_image(article_image, dockerfile=DOCKERFILE.with_name("Dockerfile.article2")).report
    check_sums(report)
    by_name = {owner.owner: owner.bytes for owner in report.owners}
    assert by_name["uv"] == by_name["uv-cache"] == 0
    assert by_name["other"] < report.totals.file_bytes / 100
    assert report.environments[0].interpreter_path is None, "the article's .venv/bin/python dangles"
    assert report.dockerfile is not None
    assert report.dockerfile.matches
