"""What the app needs of the system is looked for once for an image, and anew where anything changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import pairs_of_images as pairs

from uvdive.base.progress import ignore
from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.session.opening.caching import layer_cache
from uvdive.session.planning import kept_facts

FACTS = SystemFacts(
    {"libpq5": Installed("libpq5", "17", (("libc6",), ("libssl3", "libssl4")), (("ca",),), ("pq",))},
    {"libpq5": 2},
    {"libpq5": 400_000},
    (
        Need("libpq5", "libpq.so.5", "/app/.venv/lib/a.so", "links"),
        Need("git", "git", "a", "runs", sure=False),
    ),
    {"git": "git"},
    {"libpq5": frozenset({"/usr/lib/a", "/usr/lib/b"})},
    frozenset({"libpq5"}),
    frozenset({"/etc/a"}),
    {3: frozenset({"libpq5"})},
)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageReport:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return pairs.original(tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Asks for the facts of a report; how often an image was looked into for them."""
    looks: list[str] = []

    def look(_report: ImageReport, _place: ContentPlace, *, base: str, on_event: object) -> SystemFacts:
        looks.append(base)
        return FACTS

    monkeypatch.setattr(kept_facts, "read_system", look)

    def ask(report: ImageReport, base: kept_facts.Base = "") -> int:
        before = len(looks)
        assert kept_facts.system_of(report, ContentPlace(), base=base, on_event=ignore) == FACTS
        return len(looks) - before

    return ask


def test_an_image_is_looked_into_once(report: ImageReport, asked: Callable[..., int]) -> None:
    assert [asked(report) for _ in range(3)] == [1, 0, 0]
    assert [asked(report, "whole") for _ in range(2)] == [1, 0]


def test_facts_that_say_less_are_kept_as_well(
    report: ImageReport, asked: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "FACTS", replace(FACTS, asked_for=None, needs=(), packages={}))
    assert [asked(report) for _ in range(2)] == [1, 0]


def test_another_image_or_another_look_at_it_is_looked_into(
    report: ImageReport, asked: Callable[..., int]
) -> None:
    asked(report)
    image, first = report.image, report.layers[0]
    others = (
        replace(report, image=replace(image, id="sha256:other")),
        replace(report, layers=(replace(first, base=not first.base), *report.layers[1:])),
        replace(report, layers=(replace(first, verified=not first.verified), *report.layers[1:])),
        replace(report, environments=()),
        replace(report, components=()),
    )
    assert [asked(each) for each in others] == [1] * len(others)
    assert asked(replace(report, image=replace(image, id=""))) == 1
    assert asked(replace(report, image=replace(image, id=""))) == 1


def test_another_state_of_uvdive_looks_again(
    report: ImageReport, asked: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    floors: list[tuple[str, ...]] = []
    asked(report)
    monkeypatch.setattr(kept_facts, "code_of", lambda named: floors.append(named) or "another")
    assert [asked(report) for _ in range(2)] == [1, 0]
    assert {"ledger", "rewrite", "session", "distro"} <= set(floors[0])
    monkeypatch.setattr(kept_facts, "code_of", lambda _: None)
    assert [asked(report) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record.clear(),
        lambda record: record["needs"][0].update(how="perhaps"),
        lambda record: record["asked_anew"].update(three=[]),
        lambda record: record["bytes"].update(libpq5="much"),
    ],
)
def test_what_is_damaged_counts_as_nothing(
    report: ImageReport, asked: Callable[..., int], spoil: Callable[[dict], None]
) -> None:
    asked(report)
    name = kept_facts._name(report, "")
    assert name is not None
    record = json.loads(json.dumps(layer_cache().record(name)))
    spoil(record)
    layer_cache().keep_record(name, record)
    assert [asked(report) for _ in range(2)] == [1, 0]


def test_what_does_not_read_back_as_it_was_is_not_kept(
    report: ImageReport, asked: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "FACTS", replace(FACTS, seen=frozenset({"flask"})))
    assert [asked(report) for _ in range(2)] == [1, 1]
