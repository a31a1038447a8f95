"""An image's growth as text, Markdown, JSON and SVG: as they were last read, and with hostile names."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from evil_names import EVIL
from made_images.histories import FLASK, grown, three

from uvdive.base.errors import ImageError
from uvdive.output.as_json.history import history_data
from uvdive.output.as_json.text import json_text
from uvdive.output.as_markdown.history import history_markdown
from uvdive.output.as_text.history import history_text
from uvdive.output.plot import MARK, history_plot
from uvdive.verify.several.history import REVISION, Saved, Series, series_of

GOLDEN = Path(__file__).parent.parent / "data" / "history"


def sample() -> tuple[Series, ...]:
    reports = (*three(), grown([FLASK], reference="other:1", labels={REVISION: "c0ffee1"}))
    return series_of([Saved(f"out/{number}.uvdive", report) for number, report in enumerate(reports, 1)])


def hostile() -> tuple[Series, ...]:
    reports = [
        grown(
            [(name, name, 1000 + place)],
            reference=f"{name}:1",
            labels={REVISION: name},
            created=f"2026-01-{place + 1:02}{name}",
        )
        for place, name in enumerate(EVIL)
    ]
    return series_of(
        [Saved(f"{name}.uvdive", report) for name, report in zip(EVIL, reports, strict=True)], together=True
    )


FORMS = {
    "history.txt": lambda: history_text(sample()),
    "why.txt": lambda: history_text(sample(), "binary", why=True),
    "history.md": lambda: history_markdown(sample(), plot="a plot.svg", why=True),
    "history.svg": lambda: history_plot(sample()),
    "history.json": lambda: json_text(
        history_data(sample(), [("out/x.uvdive", ImageError("The saved report is damaged."))], "created")
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_it_reads_as_it_was_last_read(name: str) -> None:
    text, path = FORMS[name](), GOLDEN / name
    if os.environ.get("UVDIVE_WRITE_CHECKS"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("series", [sample(), hostile()], ids=["sample", "hostile"])
def test_json_keeps_its_contract(series: tuple[Series, ...]) -> None:
    schema = json.loads(resources.files("uvdive.output").joinpath("schemas/log-1.json").read_text())
    data = json.loads(json_text(history_data(series, [("x", ImageError("No."))], "name")))
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_picture_is_inert_whatever_the_names_are() -> None:
    drawn = history_plot(hostile())
    assert drawn.encode().startswith(MARK)
    tree = ET.fromstring(drawn)
    tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
    assert tags <= {"svg", "g", "rect", "text", "title", "path"}
    names = {name for each in tree.iter() for name in each.attrib}
    assert not [name for name in names if name.startswith("on") or "href" in name or name == "style"]


def test_bars_are_as_high_as_the_images_are_large() -> None:
    tree = ET.fromstring(history_plot(sample()[:1]))
    bars = [
        sum(float(part.get("height", 0)) for part in group if part.tag.endswith("rect"))
        for group in tree.iter("{http://www.w3.org/2000/svg}g")
        if len(group) and group[0].tag.endswith("title")
    ]
    sizes = [entry.file_bytes for entry in sample()[0].entries]
    assert [round(bar / max(bars), 2) for bar in bars] == [round(size / max(sizes), 2) for size in sizes]


@pytest.mark.parametrize(
    "write", [lambda s: history_text(s, why=True), lambda s: history_markdown(s, why=True)]
)
def test_nothing_of_a_name_steers_a_terminal_or_a_page(write) -> None:
    text = write(hostile())
    assert not [char for char in text if not char.isprintable() and char != "\n"]
    if "| ---" in text:
        assert "<script" not in text.replace("\\<script", "")


def test_a_hundred_changes_are_cut_and_counted() -> None:
    many = [(f"p{number}", "1", 1 + number) for number in range(100)]
    reports = grown([], created="2026-01-01"), grown(many, created="2026-01-02")
    text = history_text(series_of([Saved("a", reports[0]), Saved("b", reports[1])]), why=True)
    assert "  and 80 more (--json has all)" in text
