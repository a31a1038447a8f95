"""What a new image stands on is told by the text that was built, also where the history tells otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import hand_made
from made_images import layers as make

from uvdive.build.events import BuildRequest, BuildResult
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.session.proof import own_builds
from uvdive.session.proof.own_builds import load_built
from uvdive.verify.files.check import check_files
from uvdive.verify.files.new_base import NewBase

# Times apart, as where the first half came from a cache: the history takes the first CMD for a base's end.
TEXT = """FROM python:3.13-slim AS build
RUN uv sync
FROM python:3.12-slim AS final
COPY x /x
CMD ["x"]
RUN rm /etc/passwd
"""
TAIL = "FROM scratch AS docs\nCOPY docs /\n"
OWN = ([make.file("x", b"x")], [make.whiteout("etc/passwd")])


def built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, args: tuple[str, ...] = ()
) -> ImageReport:
    hand_made.image(tmp_path, TEXT, *OWN, known=False)
    monkeypatch.setattr(own_builds, "target_of", lambda _: f"docker-archive://{tmp_path / 'image.tar'}")
    request = BuildRequest(tmp_path, text=text, tag="x:after", args=args)
    return load_built(request, BuildResult("sha256:1", "x:after", 1.0)).report


def lost(tmp_path: Path, after: ImageReport) -> tuple[str, ...]:
    """What the judge finds, where the original stands on another base that has the same file."""
    (tmp_path / "old").mkdir()
    base = [*hand_made.BASE, make.file("usr/lib/older", b"1")]
    old = hand_made.image(tmp_path / "old", "FROM a\nCOPY x /x\n", OWN[0], base=base)
    old = replace(old, config=after.config)
    return check_files(old, after, Allowances()).differences


def test_the_text_tells_a_base_that_ends_before_a_start_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = built(tmp_path, monkeypatch, TEXT)
    assert after.image.base is not None
    assert (after.image.base.name, after.image.base.layers, after.image.base.by) == (
        "python:3.12-slim", 1, "dockerfile",
    )  # fmt: skip
    assert after.dockerfile is None
    assert any(line.startswith("missing: /etc/passwd") for line in lost(tmp_path, after))


@pytest.mark.parametrize("name", ["final", "1"])
def test_the_stage_that_was_built_counts_where_others_stand_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    after = built(tmp_path, monkeypatch, TEXT + TAIL, ("--target", name))
    assert NewBase(after).touched(b"/etc/passwd")


def test_of_a_dockerfile_that_is_built_to_a_stage_the_text_is_read_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Dockerfile").write_text(TEXT + TAIL)
    after = built(tmp_path, monkeypatch, None, ("--target", "final"))
    assert NewBase(after).touched(b"/etc/passwd")
    assert built(tmp_path, monkeypatch, None, ("--target", "docs")).image.base.by == "history"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "args"),
    [
        (None, ()),
        ("", ()),
        (TEXT + TAIL, ()),
        (TEXT, ("--target", "other")),
        ("no Dockerfile", ()),
    ],
)
def test_a_text_that_did_not_make_the_image_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, args: tuple[str, ...]
) -> None:
    after = built(tmp_path, monkeypatch, text, args)
    assert after.image.base is not None
    assert after.image.base.by == "history"
    assert not NewBase(after).known
