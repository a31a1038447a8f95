from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.samples import sample_report

from uvdive.ledger.report import ImageReport
from uvdive.output.as_json.comparison import comparison_data
from uvdive.output.as_markdown.report import code, comparison_markdown, escaped, report_markdown
from uvdive.output.as_text.comparison import comparison_text
from uvdive.output.as_text.report import report_text
from uvdive.output.as_text.rewrite import plan_text, proof_text
from uvdive.output.plain import bar, one_line, table, visible
from uvdive.output.words.sizes import engine_lines
from uvdive.rewrite.plan import Alternative, Decision, PlanWarning, Prediction, Refusal, RewritePlan
from uvdive.verify.checks import (
    Check,
    Comparison,
    ConfigDelta,
    OwnerDelta,
    PackageDelta,
    PathDelta,
    Verification,
)
from uvdive.verify.measured import Measured

HOSTILE = "\x1b[2J\x9b\u202e\x00\x07"


def assert_safe(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode("ascii", "strict") if text.isascii() else text.encode()


def linked(report: ImageReport, inspect_size: int) -> ImageReport:
    layers = tuple(replace(layer, counts_links=layer.index == 1, link_bytes=16) for layer in report.layers)
    return replace(report, layers=layers, image=replace(report.image, inspect_size=inspect_size))


def test_a_report_says_how_big_what_is_in_it_and_what_can_be_won() -> None:
    text = report_text(sample_report())
    assert "71.6 kB in 7 files" in text
    assert "1.0 kB hidden (1.4 % wasted)" in text
    for owner in ("uv", "venv", "base-os", "app"):
        assert f"\n  {owner} " in text
    assert "caches" not in text
    assert "line 3" in text
    assert "COPY server.py /app/" in text
    assert "uv is left in the image" in text
    assert "Note: the base was guessed" in text


def test_a_report_is_safe_to_print_and_fits() -> None:
    report = sample_report()
    image = replace(report.image, reference=HOSTILE, platform=HOSTILE)
    layer = replace(report.layers[1], instruction="RUN x\n" + HOSTILE + "y" * 500)
    report = replace(report, image=image, layers=(report.layers[0], layer, report.layers[2]))
    report = replace(report, warnings=(HOSTILE,))
    text = report_text(report, width=80)
    assert_safe(text)
    assert max(map(len, text.splitlines())) <= 80


def test_binary_units_are_used_throughout() -> None:
    text = report_text(sample_report(), units="binary")
    assert "69.9 KiB" in text
    assert "kB" not in text


def test_an_image_without_files_has_a_report() -> None:
    report = sample_report()
    totals = replace(report.totals, file_bytes=0, live_bytes=0, dead_bytes=0, files=0)
    owners = tuple(replace(item, bytes=0, live_bytes=0, dead_bytes=0, files=0) for item in report.owners)
    empty = replace(report, totals=totals, owners=owners, layers=(), waste=(), findings=())
    assert "0 B in 0 files" in report_text(empty)
    assert "**0 B**" in report_markdown(empty)


def test_the_engines_figure_is_explained() -> None:
    report = sample_report()
    assert engine_lines(report) == ["docker inspect says 71.6 kB: the same"]
    (line,) = engine_lines(linked(report, 71_616))
    assert "16 bytes more, as it counts the symlinks of layer 1 by" in line
    (line,) = engine_lines(linked(report, 71_617))
    assert "17 bytes more, counted in another way" in line
    assert engine_lines(replace(report, image=replace(report.image, inspect_size=None))) == []


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("café 日本", "café 日本"),
        (b"caf\xe9", "caf\\xe9"),
        ("caf\udce9", "caf\\xe9"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\tb", "a b"),
        ("a\nb", "a\\nb"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("[red]", "[red]"),
    ],
)
def test_visible_escapes_what_has_no_glyph(raw: str | bytes, shown: str) -> None:
    assert visible(raw) == shown


def test_one_line_cuts_and_keeps_a_paths_white_space() -> None:
    assert one_line("RUN a \\\n    b", 80) == "RUN a \\ b"
    assert one_line(b"/a  b\nc", 80) == "/a  b\\nc"
    assert one_line("x" * 50, 10) == "xxxxxxx..."


def test_bars_show_something_for_little_and_nothing_for_nothing() -> None:
    assert bar(1, 10**9, 30) == "#"
    assert bar(0, 10, 30) == bar(5, 0, 30) == ""
    assert bar(20, 10, 30) == "#" * 30


def test_columns_stand_below_each_other() -> None:
    assert table([("a", "1"), ("bbb", "22")], frozenset({1})) == ["a     1", "bbb  22"]


def comparison() -> Comparison:
    return Comparison(
        before={},
        after={},
        before_bytes=10_000,
        after_bytes=4000,
        verdict=f"saved {HOSTILE}",
        owners=(OwnerDelta("uv", 6000, 0), OwnerDelta("app", 4000, 4000), OwnerDelta("caches", 0, 0)),
        packages=(
            PackageDelta("/app/.venv", "flask", "3.0", "3.1", 2000, 2500),
            PackageDelta("/app/.venv", "same", "1", "1", 5, 5),
        ),
        os_packages=(PackageDelta("", "gcc", "14", None, 9000, None),),
        paths=tuple(PathDelta(b"/f%d" % n, "removed", n, None) for n in range(30)),
        config=(ConfigDelta("Cmd", [HOSTILE], ["b"]),),
    )


def test_a_comparison_says_what_differs() -> None:
    text = comparison_text(comparison())
    assert_safe(text)
    assert "-6.0 kB" in text
    assert "+500 B" in text
    assert "same" not in text
    assert "gcc" in text
    assert "/f29" in text
    assert "/f9\n" not in text
    assert "and 10 more" in text
    assert "caches" not in text


def test_a_comparison_as_markdown() -> None:
    text = comparison_markdown(comparison())
    assert_safe(text)
    assert "| **total** | 10.0 kB | 4.0 kB | **-6.0 kB** |" in text
    assert "| flask | 3.0 | 3.1 | +500 B |" in text
    assert "`/f29`" in text


def test_what_only_changed_its_place_is_told_once() -> None:
    paths = (
        PathDelta(b"/old/lib/big.so", "removed", 9_000_000, None),
        PathDelta(b"/old/lib/x\x1b.so", "removed", 5000, None),
        PathDelta(b"/new/lib/big.so", "added", None, 9_000_000),
        PathDelta(b"/new/lib/x\x1b.so", "added", None, 5000),
        PathDelta(b"/etc/other", "changed", 5, 6),
    )
    found = replace(comparison(), paths=paths)
    text = comparison_text(found)
    assert_safe(text)
    assert "  9.0 MB  2 files  /old → /new" in text
    assert "big.so" not in text
    assert "/etc/other" in text
    assert "| 9.0 MB | 2 files | `/old` → `/new` |" in comparison_markdown(found)
    assert comparison_data(found)["moves"] == [
        {"before": {"path": "/old"}, "after": {"path": "/new"}, "bytes": 9_005_000, "files": 2}
    ]


def test_a_package_that_moved_says_where_it_was_in_the_data() -> None:
    packages = (
        PackageDelta("/old", "pip", "25", None, 9, None),
        PackageDelta("/new", "pip", None, "25", None, 9),
    )
    found = replace(comparison(), packages=packages)
    assert [one["moved_from"] for one in comparison_data(found)["packages"]] == [None, "/old"]
    assert "pip  /old → /new" in comparison_text(found)


def test_a_package_of_two_environments_is_told_apart() -> None:
    moved = (
        PackageDelta("/old", "pip", "25", "26", 9, 10),
        PackageDelta("/new", "pip", "24", "25", 8, 9),
        PackageDelta("/new", "flask", "3.0", "3.1", 5, 6),
    )
    found = replace(comparison(), packages=moved)
    for text in (comparison_text(found), comparison_markdown(found)):
        assert "pip in /old" in text
        assert "pip in /new" in text
        assert "flask in" not in text


def test_a_report_as_markdown_lets_nothing_out_of_its_cell() -> None:
    report = sample_report()
    layer = replace(report.layers[1], instruction="RUN a | b `c` <script>\n# no")
    text = report_markdown(replace(report, layers=(report.layers[0], layer, report.layers[2])))
    assert_safe(text)
    assert "``RUN a \\| b `c` <script> # no``" in text
    assert escaped("a_b <i> [x](y) @me") == "a\\_b \\<i\\> \\[x\\]\\(y\\) \\@me"
    assert code("`") == "`` ` ``"
    assert code("") == "` `"


def plan(**more: object) -> RewritePlan:
    made = RewritePlan(
        outcome="rewritten",
        evidence="image",
        dockerfile="Dockerfile",
        original="",
        text="",
        diff="--- a\n+++ b\n+FROM x\n",
        decisions=(
            Decision(
                "runner",
                "R1",
                4,
                "a smaller base",
                "because",
                "slim",
                (Alternative("slim", "small", 5000), Alternative("same", "as before")),
            ),
        ),
        warnings=(PlanWarning("R21", 7, "stops slower"),),
        predicted=Prediction(10_000, 4000, {"uv": (10_000, 4000)}),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_plan_gives_each_decision_with_rule_line_reason_and_choices() -> None:
    text = plan_text(plan())
    assert "Your choices\n  line 4: a smaller base (R1)\n    because\n" in text
    assert "    * --choose runner=slim  small\n" in text
    assert "      --choose runner=same  as before\n" in text
    assert "Warnings (1)\n  line 7: stops slower (R21)\n" in text
    assert "Predicted: 10.0 kB -> 4.0 kB (-6.0 kB)" in text
    assert "+FROM x" in text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"outcome": "unchanged", "warnings": ()}, "is fine as it is"),
        ({"outcome": "unchanged"}, "stays as it is; 1 thing to know about it"),
        (
            {"outcome": "unchanged", "warnings": (), "evidence": "static"},
            "nothing to change, as far as the text tells",
        ),
        ({"outcome": "improved"}, "keeps its stages, and is improved with the image as evidence"),
        ({"outcome": "improved", "evidence": "static"}, "improved by its text alone"),
        ({"evidence": "static"}, "A draft"),
        (
            {"outcome": "refused", "refusal": Refusal("R9", "no lock", 2)},
            "Dockerfile was not rewritten, for line 2",
        ),
    ],
)
def test_a_plan_says_its_outcome(more: dict, says: str) -> None:
    assert says in plan_text(plan(**more)).splitlines()[0]


def test_a_plan_says_where_its_rules_and_choices_are_explained() -> None:
    assert "uvdive --explain ID says more about a rule (R1) or a choice (runner)." in plan_text(plan())
    refused = plan_text(plan(outcome="refused", refusal=Refusal("R9", "no lock", 2)))
    assert "uvdive --explain R9 says why, and what you can do." in refused
    assert "--explain" not in plan_text(plan(outcome="unchanged", decisions=(), warnings=()))


def test_a_proof_gives_sizes_and_checks() -> None:
    report = sample_report()
    smaller = replace(report, totals=replace(report.totals, file_bytes=35_800))
    failed = Verification(
        (Check("config", "passed", "equal"), Check("files", "failed", "1 lost", ("/x" + HOSTILE,)))
    )
    text = proof_text(plan(), Measured(report, smaller, None, None), failed)
    assert_safe(text)
    assert "71.6 kB before, 35.8 kB after: saved 35.8 kB (50.0 %)" in text
    assert "Verification: it failed (1 passed, 1 failed)." in text
    assert "failed" in text
    assert "/x\\x1b[2J" in text
    assert "nothing saved" in proof_text(plan(), Measured(report, report, None, None), None)
    assert "Not verified." in proof_text(plan(), Measured(report, report, None, None), None)
