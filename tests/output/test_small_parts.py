"""The small parts of all reports: lines, bars, tables, orders, escapes in JSON, engines' figures."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from made_images.samples import sample_report

from uvdive.ledger.engine_sizes import explain
from uvdive.ledger.report import Finding, ImageReport, Waste
from uvdive.output.as_json.text import json_text
from uvdive.output.as_markdown.report import code, escaped
from uvdive.output.as_text import largest
from uvdive.output.as_text.report import one_line_kept
from uvdive.output.plain import bar, count, one_line, path_fields, table, well_formed
from uvdive.output.words.sizes import engine_lines
from uvdive.verify.checks import PackageDelta, PathDelta
from uvdive.verify.moves import moves_of


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("x" * 10, 10, "x" * 10),
        ("x" * 11, 10, "x" * 7 + "..."),
        ("xxxx", 3, "..."),
        ("xxxx", 0, "..."),
        ("a\n\n  b", 10, "a b"),
        (b"/" + b"x" * 10, 10, "/xxxxxx..."),
    ],
)
def test_a_line_is_cut_where_it_is_longer_than_the_width(text: str | bytes, width: int, shown: str) -> None:
    assert one_line(text, width) == shown


def test_an_indented_line_keeps_its_indentation_within_the_width() -> None:
    assert one_line_kept("    " + "x" * 6, 10) == "    xxxxxx"
    assert one_line_kept("    " + "x" * 7, 10) == "    xxx..."
    assert one_line_kept("plain", 10) == "plain"


def test_one_thing_or_several() -> None:
    assert [count(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


def test_paths_that_are_no_utf8_are_given_twice() -> None:
    assert path_fields("/a") == path_fields(b"/a") == {"path": "/a"}
    twice = {"path": "/\ufffd", "path_b64": "L+k="}
    assert path_fields(b"/\xe9") == path_fields("/\udce9") == twice
    assert well_formed("a\ud800b\udfffc\ud7ff\ue000") == "a\ufffdb\ufffdc\ud7ff\ue000"


@pytest.mark.parametrize(
    ("part", "whole", "length"),
    [
        (1, 1000, 1),
        (50, 100, 10),
        (100, 100, 20),
        (101, 100, 20),
        (1, 0, 0),
        (0, 5, 0),
        (-1, 5, 0),
        (5, 1, 20),
    ],
)
def test_a_bars_length(part: int, whole: int, length: int) -> None:
    assert bar(part, whole, 20) == "#" * length


def test_columns_of_numbers_stand_right_and_others_left() -> None:
    rows = [("a", "b", "c"), ("long", "1", "22"), ("x", "333", "")]
    assert table(rows, frozenset({1})) == ["a       b  c", "long    1  22", "x     333"]
    assert table(rows) == ["a     b    c", "long  1    22", "x     333"]


def test_markdown_escapes_whatever_starts_something() -> None:
    for special in "\\`*_{}[]<>()#+!|~&$@":
        assert escaped(f"a{special}b") == f"a\\{special}b"
    assert escaped("a-b.c:d,e;f'g\"h/i=j%k^l?m") == "a-b.c:d,e;f'g\"h/i=j%k^l?m"
    assert escaped("x" * 160) == "x" * 160
    assert escaped("x" * 161) == "x" * 157 + "..."
    assert code("x" * 161) == "`" + "x" * 157 + "...`"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("a``b`c", "```a``b`c```"),
        ("`a", "`` `a ``"),
        ("a`", "`` a` ``"),
        ("a|b", "`a\\|b`"),
    ],
)
def test_a_code_spans_fence_is_longer_than_what_is_in_it(text: str, span: str) -> None:
    assert code(text) == span


UNSAFE = (
    "\x7f\x80\x85\x9f\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def test_json_escapes_every_character_that_steers_a_terminal_and_no_neighbour() -> None:
    for char in UNSAFE:
        text = json_text({"a": char})
        assert text == f'{{\n  "a": "\\u{ord(char):04x}"\n}}\n'
        assert json.loads(text) == {"a": char}
    for char in "~\xa0\u061b\u061d\u200d\u2010\u2027\u202f\u2065\u206a":
        assert char in json_text({"a": char})


def test_json_is_indented_and_rows_stand_a_line_each() -> None:
    assert json_text({"a": [1, {"b": None}], "c": {}}) == (
        '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {}\n}\n'
    )
    assert (
        json_text({"a": iter([{"b": 1}, {"b": 2}])}) == '{\n  "a": [\n    {"b": 1},\n    {"b": 2}\n  ]\n}\n'
    )
    assert json_text({"a": iter(())}) == '{\n  "a": []\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        json_text({"a": float("nan")})


def test_the_largest_come_first_and_equals_stay_in_the_ledgers_order() -> None:
    sample = sample_report()
    waste = tuple(
        Waste(path, size, "deleted", "app", 0, 1, None) for path, size in [(b"a", 1), (b"b", 3), (b"c", 3)]
    )
    findings = tuple(
        Finding(name, "low", "", size, None, (), "") for name, size in [("x", 0), ("y", 7), ("z", 7)]
    )
    report = replace(sample, waste=waste, findings=findings)
    assert [row.path for row in largest.waste(report)] == [b"b", b"c", b"a"]
    assert [row.id for row in largest.findings(report)] == ["y", "z", "x"]
    deltas = [
        PathDelta(b"a", "added", None, 5),
        PathDelta(b"b", "removed", 9, None),
        PathDelta(b"c", "changed", 9, 4),
    ]
    assert [row.path for row in largest.paths(moves_of(deltas))] == [b"b", b"a", b"c"]
    assert [largest.change(*sizes) for sizes in [(None, 5), (9, None), (9, 4), (None, None)]] == [
        5,
        -9,
        -5,
        0,
    ]


def test_packages_that_differ_in_version_or_size_the_most_first() -> None:
    rows = [
        PackageDelta("/a", "same", "1", "1", 5, 5),
        PackageDelta("/a", "version", "1", "2", 5, 5),
        PackageDelta("/a", "size", "1", "1", 5, 8),
        PackageDelta("/a", "gone", "1", None, 9, None),
    ]
    assert [row.name for row in largest.packages(rows)] == ["gone", "size", "version"]
    twins = [replace(rows[3], name="pip"), replace(rows[3], name="pip", environment=""), rows[2]]
    assert [row.name for row in largest.packages(twins)] == ["pip in /a", "pip", "size"]


def test_a_package_that_only_changed_its_environment_is_one_row() -> None:
    rows = [
        PackageDelta("/old", "pip", "25", None, 9, None),
        PackageDelta("/old", "flask", "3.0", None, 50, None),
        PackageDelta("/new", "pip", None, "25", None, 9),
        PackageDelta("/new", "flask", None, "3.1", None, 60),
    ]
    assert [(row.name, row.before, row.after, row.change) for row in largest.packages(rows)] == [
        ("flask  /old → /new", "3.0", "3.1", 10),
        ("pip  /old → /new", "25", "25", 0),
    ]


def engines(inspect: int | None, listed: int | None = None, **more: object) -> ImageReport:
    """The sample (71,600 bytes) with what an engine said; ``tar``, ``blob``, ``engine`` of each layer."""
    sample = sample_report()
    layers = tuple(
        replace(
            layer,
            tar_bytes=more.get("tar"),
            compressed_bytes=more.get("blob"),
            engine_size=more.get("engine"),
            counts_links=layer.index in more.get("links", ()),  # type: ignore[operator]
            link_bytes=10 + layer.index,
        )
        for layer in sample.layers
    )
    image = replace(
        sample.image, inspect_size=inspect, listed_size=listed, source=more.get("source", "docker")
    )
    return replace(sample, layers=layers, image=image)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (engines(None), []),
        (engines(71_600), ["docker inspect says 71.6 kB: the same"]),
        (
            engines(71_611, links=(1,)),
            [
                (
                    "docker inspect says 71.6 kB: 11 bytes more, "
                    "as it counts the symlinks of layer 1 by their length"
                )
            ],
        ),
        (
            engines(71_623, links=(1, 2)),
            [
                (
                    "docker inspect says 71.6 kB: 23 bytes more, as it counts the symlinks of layers 1, 2 "
                    "by their length"
                )
            ],
        ),
        (engines(71_599), ["docker inspect says 71.6 kB: 1 bytes less, counted in another way"]),
        (
            engines(30_001, blob=10_000, tar=20_000),
            ["docker inspect says 30.0 kB: the layers' blobs as they are stored and 1 bytes of metadata"],
        ),
        (
            engines(60_002, tar=20_000, source="podman"),
            [
                (
                    "podman inspect says 60.0 kB: 11598 bytes less, as it counts the layers' tars "
                    "and 2 bytes of metadata"
                )
            ],
        ),
        (
            engines(30_001, 36_001, blob=10_000, engine=2000),
            [
                "docker inspect says 30.0 kB: the layers' blobs as they are stored and 1 bytes of metadata",
                "docker images says 36.0 kB: the blobs and 6.0 kB of unpacked layers, in disk blocks",
            ],
        ),
        (
            engines(71_600, 71_601),
            [
                "docker inspect says 71.6 kB: the same",
                "docker images says 71.6 kB: 1 bytes more, counted in another way",
            ],
        ),
        (engines(None, 71_600), ["docker images says 71.6 kB: the same"]),
        (engines(71_600, 71_600), ["docker inspect says 71.6 kB: the same"]),
    ],
)
def test_an_engines_figures_in_words(report: ImageReport, said: list[str]) -> None:
    assert engine_lines(report) == said


@pytest.mark.parametrize(
    ("figure", "basis", "metadata"),
    [
        (29_999, "unexplained", 0),
        (30_000, "blobs", 0),
        (30_000 + 65_535, "blobs", 65_535),
        (30_000 + 65_536, "unexplained", 0),
    ],
)
def test_metadata_is_what_is_left_over_the_blobs_up_to_64_kib(figure: int, basis: str, metadata: int) -> None:
    (item,) = explain(engines(figure, blob=10_000))
    assert (item.basis, item.metadata, item.difference) == (basis, metadata, figure - 71_600)


def test_a_layer_whose_size_is_not_known_explains_nothing() -> None:
    known = engines(60_000, 66_000, tar=20_000, engine=2000)
    assert [item.basis for item in explain(known)] == ["blobs", "blobs"]
    last = replace(known.layers[2], tar_bytes=None, engine_size=None)
    unknown = replace(known, layers=(*known.layers[:2], last))
    assert [item.basis for item in explain(unknown)] == ["unexplained", "unexplained"]
    mixed = replace(known, layers=(*known.layers[:2], replace(last, compressed_bytes=19_999)))
    assert explain(mixed)[0].metadata == 1, "each layer as it is stored"
