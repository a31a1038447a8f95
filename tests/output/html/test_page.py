"""The HTML report: complete, readable as text, and inert whatever an image's names are."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from evil_names import EVIL, evil_report, evil_rewrite
from made_images.samples import HOSTILE_NAME, SECRET, sample_report
from screens import driving

from uvdive.ledger.owners import OWNERS
from uvdive.output.html import tables
from uvdive.output.html.map_drawing import HEIGHT, WIDTH, drawings, fitted
from uvdive.output.html.page import MARK, page
from uvdive.output.html.tables import Rewrite
from uvdive.session.disk.exporting import html_page
from uvdive.verify.checks import Check, Comparison, OwnerDelta, Verification
from uvdive.verify.start.loads.loaded import CAVEAT, Imported, Loaded, NeverImported


class Reader(HTMLParser):
    """Elements, text and attributes as a browser would find them."""

    VOID = frozenset({"meta", "input", "br", "rect", "path", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.within: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        self.within.setdefault(self.open[-1] if self.open else "", []).append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, each, value in self.attributes if each == name]


def test_nothing_of_a_name_is_an_element_an_attribute_or_steers():
    text = page(evil_report(), evil_rewrite())
    found = Reader(text)
    assert not found.open
    usual = Reader(page(sample_report(), Rewrite(driving.plan("Dockerfile"))))
    assert set(found.tags) <= set(usual.tags) | {"li", "ul", "details", "summary"}
    assert Counter(found.tags)["script"] == Counter(found.tags)["style"] == 1
    assert not {"img", "iframe", "link", "object", "embed", "base", "form"} & set(found.tags)
    names = {name for _, name, _ in found.attributes}
    assert not [
        name for name in names if name.startswith("on") or name in ("style", "src", "srcset", "action")
    ]
    assert all(value.startswith(("#", "")) and "javascript" not in value for value in found.values("href"))
    assert {value[0] for value in found.values("href")} == {"#"}
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", text
    )
    text.encode()


@pytest.mark.parametrize("name", EVIL)
def test_an_evil_name_reads_as_it_is(name):
    words = "".join(Reader(page(evil_report(), evil_rewrite())).text)
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in name.replace("\t", " ")
    ).replace("\\udcff", "\\xff")
    assert shown in words


def test_it_asks_for_nothing_and_only_its_own_script_and_style_may_act():
    text = page(sample_report())
    found = Reader(text)
    policy = dict(
        part.strip().split(" ", 1)
        for part in next(v for v in found.values("content") if "default-src" in v).split(";")
    )
    script, style = "".join(found.within["script"]), "".join(found.within["style"])
    for kind, body in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert policy[kind] == f"'sha256-{digest}'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert not re.search(r"https?:", text.replace("http://www.w3.org/2000/svg", ""))
    assert "@import" not in style
    assert "url(" not in style
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "setTimeout("):
        assert sink not in script


def test_it_reads_without_a_picture_or_a_script():
    words = " ".join(Reader(page(sample_report(), Rewrite(driving.plan("Dockerfile")))).text)
    words = re.sub(r"\s+", " ", words)
    for told in (
        "sample:1",
        "71.6 kB in 7 files and 3 layers.",
        "1.0 kB (1.4 %) are hidden by later layers",
        "uv is left in the image",
        "Build in one stage and run in another.",
        "flask",
        "/usr, 49.0 kB",
        "debian:trixie-slim",
    ):
        assert told in words


def test_headings_come_in_order_and_tables_say_what_their_cells_are():
    text = page(
        sample_report(),
        Rewrite(driving.plan("Dockerfile"), None, Verification((Check("files", "passed", "x"),))),
    )
    found = Reader(text)
    levels = [int(tag[1]) for tag in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tags = Counter(found.tags)
    assert tags["table"] == tags["caption"] == tags["thead"] > 4
    assert all(scope in ("row", "col") for scope in found.values("scope"))
    assert len(found.values("scope")) == tags["th"]
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in found.values("href")} <= set(ids)
    assert set(found.values("for")) <= set(ids)
    assert set(found.values("aria-labelledby")) <= set(ids)
    assert ("html", "lang", "en") in found.attributes


def test_both_themes_are_there():
    text = page(sample_report())
    assert "@media (prefers-color-scheme: dark)" in text
    assert ("meta", "content", "light dark") in Reader(text).attributes


def test_a_rewrite_is_told_with_its_difference_and_its_checks():
    comparison = Comparison(
        {}, {}, 100_000, 40_000, "smaller", (OwnerDelta("uv", 60_000, 0),), (), (), (), ()
    )
    checks = Verification(
        (Check("files", "passed", "all there"), Check("imports", "failed", "no numpy", ("numpy",)))
    )
    plan = driving.plan("Dockerfile", diff="--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n", files=())
    found = Reader(page(sample_report(), Rewrite(plan, comparison, checks)))
    words = re.sub(r"\s+", " ", " ".join(found.text))
    assert "Measured: 100.0 kB before, 40.0 kB after (-60.0 kB)." in words
    assert "imports: failed no numpy" in words
    assert [value for value in found.values("class") if value in ("added", "removed", "place", "same")] == [
        "place",
        "place",
        "place",
        "removed",
        "added",
        "same",
    ]


def test_a_refusal_is_told_with_its_reason():
    from uvdive.rewrite.plan import Refusal

    plan = driving.plan("Dockerfile", outcome="refused", refusal=Refusal("R24", "uv is called by hand", 3))
    words = re.sub(r"\s+", " ", " ".join(Reader(page(sample_report(), Rewrite(plan))).text))
    assert "Not rewritten: uv is called by hand line 3 R24" in words
    assert "Not verified" not in words


def test_secrets_are_left_out_unless_they_are_wanted():
    report = replace(sample_report(), warnings=(f"API_TOKEN={SECRET}",))
    assert SECRET.encode() not in html_page(report)
    assert SECRET.encode() in html_page(report, redact=False)
    plan = driving.plan("Dockerfile", original=f"ENV API_TOKEN={SECRET}\n", diff=f"+ENV API_TOKEN={SECRET}\n")
    assert SECRET.encode() not in html_page(report, Rewrite(plan))


def test_every_map_has_all_bytes_in_its_leaves_and_in_proportion():
    report = sample_report()
    found = drawings(report, "si")
    assert [drawing.by for drawing in found] == ["folder", "package", "layer"]
    for drawing in found:
        leaves = [tile for tile in drawing.tiles if not tile.divided]
        assert sum(tile.bytes for tile in leaves) == report.totals.file_bytes
        for tile in leaves:
            share = tile.bytes / report.totals.file_bytes
            assert tile.width * tile.height == pytest.approx(share * WIDTH * HEIGHT, rel=0.01)
        dead = sum(tile.dead.size for tile in leaves if tile.dead)
        assert dead == pytest.approx(
            WIDTH * HEIGHT * report.totals.dead_bytes / report.totals.file_bytes, rel=0.01
        )
        assert {tile.owner for tile in leaves} <= set(OWNERS)
        # Frames come after what they frame, so that nothing is drawn over them.
        assert [tile.divided for tile in drawing.tiles] == sorted(tile.divided for tile in drawing.tiles)


def test_a_label_is_cut_to_what_fits():
    assert fitted("numpy", 200) == "numpy"
    assert fitted("numpy", 35) == "num…"
    assert fitted("numpy", 20) == ""


def test_long_tables_say_that_there_is_more(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    words = " ".join(Reader(page(sample_report())).text)
    assert words.count("And 1 more; the JSON has all.") == 2


def test_an_image_of_nothing_has_a_page_too():
    report = sample_report()
    totals = replace(report.totals, file_bytes=0, live_bytes=0, dead_bytes=0, files=0)
    empty = replace(
        report,
        totals=totals,
        layers=(),
        owners=(),
        components=(),
        environments=(),
        waste=(),
        findings=(),
        warnings=(),
    )
    words = " ".join(Reader(page(empty)).text)
    assert "0 B in 0 files and 0 layers. No bytes are hidden by later layers." in re.sub(r"\s+", " ", words)


def test_it_begins_as_one_may_be_told_from_other_files():
    assert html_page(sample_report()).startswith(MARK)
    assert HOSTILE_NAME not in html_page(sample_report())


def test_what_a_start_imported_is_on_the_page_and_no_name_is_markup() -> None:
    name = "<script>x\x1b[31m"
    loaded = Loaded(
        (Imported("/app/.venv", name, "1", 12.34, 2_000_000, 3, ("/a.so",)),),
        (NeverImported("/app/.venv", "heavy", "1", 5_000_000, 6_000_000),),
    )
    rewrite = Rewrite(driving.plan("Dockerfile"), loaded=loaded)
    text = page(sample_report(), rewrite)
    words = " ".join(Reader(text).text)
    assert "What the start imported" in words
    assert "12.3 ms" in words
    assert "5.0 MB" in words
    assert CAVEAT in words
    assert name not in text
    assert "\x1b" not in text
    assert "What the start imported" not in page(sample_report(), replace(rewrite, loaded=None))
