"""The line after a build: the costliest finding that is worth it, of an image that was built just now."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from made_images.samples import sample_report

from uvdive.base.errors import ImageError
from uvdive.ledger.report import Finding
from uvdive.session import hinting
from uvdive.session.hinting import hint, hint_after_build

UV = Finding("uv-in-image", "high", "uv is in the final image", 44_600_000, 1, (), "")
SMALL = Finding("apt-lists-in-image", "low", "Lists are there", 999_999, None, (), "")


def report(*findings):
    return replace(sample_report(), findings=findings)


def test_it_names_the_costliest_and_counts_the_others_that_are_worth_it():
    other = replace(UV, title="another", bytes=1_000_000)
    assert hint("x:1", report(SMALL, other, UV)) == (
        "uv is in the final image (44.6 MB, and 1 more): docker uvdive x:1 shows it, "
        "docker uvdive rewrite takes it out."
    )
    assert hint("x:1", report(UV)).startswith("uv is in the final image (44.6 MB): ")
    assert hint("x:1", report(SMALL)) == hint("x:1", report()) == ""


@pytest.fixture
def engine(monkeypatch):
    """An engine with these images, as names and seconds since they were made; what is loaded is told."""

    def with_images(*images, found=None):
        now = time.time()
        listed = tuple(SimpleNamespace(names=(name,), created=int(now - age)) for name, age in images)
        monkeypatch.setattr(
            "uvdive.image.engine.engine.Engine", lambda _: SimpleNamespace(local_images=lambda: listed)
        )

        def load(name, **_):
            if isinstance(found, Exception):
                raise found
            return SimpleNamespace(report=replace(report(UV), warnings=(name,)))

        monkeypatch.setattr("uvdive.session.opening.images.load_image", load)

    return with_images


def test_the_newest_image_is_looked_at_if_it_is_of_just_now(engine):
    engine(("old:1", 4000), ("new:1", 5))
    assert "docker uvdive new:1 shows it" in hint_after_build()
    engine(("old:1", 4000))
    assert hint_after_build() == ""
    engine()
    assert hint_after_build() == ""


def test_what_uvdive_built_itself_is_none_of_it(engine):
    engine(("uvdive.local/x-0123456789:after", 5))
    assert hint_after_build() == ""


@pytest.mark.parametrize("error", [ImageError("damaged"), hinting.DeadlineError()])
def test_a_hint_is_worth_no_error(engine, error):
    engine(("new:1", 5), found=error)
    assert hint_after_build() == ""


def test_without_an_engine_there_is_none(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    assert hint_after_build() == ""
