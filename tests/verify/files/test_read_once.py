"""What the comparison of two images found to be the same is not read again for the check of the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.ledger.reading.contents import ContentPlace, Contents
from uvdive.verify.compare import compare
from uvdive.verify.files.check import check_files


def test_what_the_comparison_found_to_be_the_same_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    digest = Contents.digest

    def noted(contents: Contents, entry: int) -> int:
        table = contents._table
        read.append(table.path(table.entry_node[entry]))
        return digest(contents, entry)

    monkeypatch.setattr(Contents, "digest", noted)
    sides = [
        pairs.read_with_contents(
            tmp_path / name, pairs.python(), pairs.application() | {"x": make.file("app/x", data)}
        )
        for name, data in (("b.tar", b"one"), ("a.tar", b"two"))
    ]
    (before, after), places = [side[0] for side in sides], [ContentPlace(index=side[1]) for side in sides]
    comparison = compare(before, after, (places[0], places[1]))
    assert b"/app/server.py" in read
    for other, again in (
        (comparison, {b"/app/x"}),
        (replace(comparison, before={"id": "sha256:0"}), set(read)),
    ):
        read.clear()
        done = check_files(before, after, pairs.ALLOWED, (places[0], places[1]), comparison=other)
        assert done.differences == ("changed: /app/x: content",)
        assert set(read) == again


def test_what_the_comparison_could_not_read_is_tried_again(tmp_path: Path) -> None:
    report, index = pairs.read_with_contents(tmp_path / "b.tar", pairs.python(), pairs.application())
    other = pairs.application() | {"app/server.py": make.file("app/server.py", content(120, "x"))}
    after, there = pairs.read_with_contents(tmp_path / "a.tar", pairs.python(), other)
    unread = compare(report, after)
    assert b"/app/server.py" in unread.unread_paths
    assert unread.unread == len(unread.unread_paths)
    places = ContentPlace(index=index), ContentPlace(index=there)
    done = check_files(report, after, pairs.ALLOWED, places, comparison=unread)
    assert done.differences == ("changed: /app/server.py: content",)
