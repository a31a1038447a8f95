"""How much the rewrite names, follows and expands: at each limit, and one beyond."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from uvdive.compose.yaml_nodes import read_yaml
from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.advice.missing_libraries import warn_lacking
from uvdive.rewrite.advice.missing_sources import warn_missing_sources
from uvdive.rewrite.builder.at_start import listed
from uvdive.rewrite.builder.dependency_layer import _is_the_same
from uvdive.rewrite.copies.layers import arranged
from uvdive.rewrite.elsewhere.readers.compose_services import _is_own
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.environment.synced import Change
from uvdive.rewrite.evidence.commands.shell_words import texts
from uvdive.rewrite.evidence.steps import gather
from uvdive.rewrite.notes import Notes


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "libx.so, which /a0 needs."),
        (2, "libx.so, which /a0, /a1 need."),
        (3, "libx.so, which /a0, /a1, /a2 need."),
        (4, "libx.so, which /a0, /a1, /a2 and 1 more need."),
        (5, "libx.so, which /a0, /a1, /a2 and 2 more need."),
    ],
)
def test_three_files_that_need_a_library_are_named(count: int, said: str) -> None:
    notes = Notes()
    warn_lacking(tuple((f"/a{number}", ("libx.so",)) for number in range(count)), 7, notes)
    (warning,) = notes.warnings
    assert warning.rule == "R45"
    assert warning.line == 7
    assert said in warning.text


def test_each_library_is_told_once_in_order() -> None:
    notes = Notes()
    warn_lacking((("/a", ("libz.so", "liba.so")), ("/b", ("liba.so",))), 1, notes)
    assert [warning.text.split(",")[0] for warning in notes.warnings] == [
        "The final image lacks liba.so",
        "The final image lacks libz.so",
    ]
    assert "/a, /b need" in notes.warnings[0].text


@pytest.mark.parametrize(("count", "said"), [(4, "no a0, a1, a2, a3, which"), (5, "a3 and 1 more, which")])
def test_four_missing_sources_are_named(tmp_path: Path, count: int, said: str) -> None:
    copies = "".join(f"COPY a{number} /x/\n" for number in range(count))
    (tmp_path / "here").write_text("x")
    text = f"FROM python:3.13-slim\nCOPY here /x/\n{copies}COPY a0 /y/\nCOPY *.py /z/\n"
    notes = Notes()
    warn_missing_sources(gather(parse(text), None, tmp_path), None, notes, divided=False)
    (warning,) = notes.warnings
    assert (warning.rule, warning.line) == ("R49", 3)
    assert said in warning.text


def test_six_changes_are_named() -> None:
    changes = [Change(f"p{number}", None, "1") for number in range(7)]
    assert listed(changes[:6]) == "p0 1, p1 1, p2 1, p3 1, p4 1, p5 1"
    assert listed(changes) == "p0 1, p1 1, p2 1, p3 1, p4 1, p5 1 and 1 more"


@pytest.mark.parametrize(("count", "read"), [(64, 64), (65, 64)])
def test_a_word_stands_for_sixty_four_texts(count: int, read: int) -> None:
    names = [f"n{number}" for number in range(count)]
    assert list(texts(f"/x/{{{','.join(names)}}}", {})) == [f"/x/{name}" for name in names[:read]]
    assert list(texts("/x/$A", {"A": tuple(names)})) == [f"/x/{name}" for name in names[:read]]


@pytest.mark.parametrize(
    ("version", "local", "same"),
    [
        ("0.5.0", False, True), ("0.4.30", False, False), ("1.0.0", False, True), ("1.0.0", True, True),
        ("0.13.0", True, True), ("0.12.9", True, False), ("0.12.9", False, True), (None, False, False),
        ("unknown", False, False),
    ],
)  # fmt: skip
def test_from_which_uv_on_two_syncs_come_to_one(version: str | None, *, local: bool, same: bool) -> None:
    mine = SimpleNamespace(editable="/app" if local else None)
    here = SimpleNamespace(path="/app/.venv/", distributions=(mine,))
    other = SimpleNamespace(path="/opt/venv", distributions=(SimpleNamespace(editable="/opt"),))
    evidence: Any = SimpleNamespace(report=SimpleNamespace(environments=(other, here)))
    env = EnvironmentFacts("/app/.venv", "3.13", uv_version=version)
    assert _is_the_same(evidence, env) is same
    assert not _is_the_same(SimpleNamespace(report=None), env)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("whole", "split", "divided"), [(1, 2, True), (2, 2, False), (3, 2, False), (1, 40, True), (1, 41, False)]
)
def test_forty_copies_are_not_too_many(whole: int, split: int, *, divided: bool) -> None:
    class Copier:
        env = SimpleNamespace(path="/app/.venv", at_start=True)

        def copy_set(self, _left: frozenset[int], *, split: bool = False) -> Any:
            return many if split else few

    few, many = (
        SimpleNamespace(paths=[f"/p{number}" for number in range(count)]) for count in (whole, split)
    )
    evidence = gather(parse("FROM python:3.13-slim\nCOPY main.py /app/\n"), None, None)
    found = arranged(evidence, Copier(), frozenset(), Notes())  # type: ignore[arg-type]
    assert found is (many if divided else few)  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(("last", "found"), [(49, True), (50, False)])
def test_fifty_merged_mappings_are_followed(last: int, *, found: bool) -> None:
    lines = ["a0: &a0 {key: value}"]
    lines += [f"a{number}: &a{number} {{<<: *a{number - 1}}}" for number in range(1, 51)]
    (document,) = read_yaml("\n".join(lines))
    node = document.get(f"a{last}", "key")
    assert (node is not None and node.text == "value") is found
    merged = document.get(f"a{last}")
    assert merged is not None
    assert bool(list(merged.entries())) is found


@pytest.mark.parametrize(("last", "own"), [(9, True), (10, None)])
def test_ten_services_that_extend_one_another_are_followed(last: int, own: bool | None) -> None:
    lines = ["s0: {build: .}"] + [f"s{number}: {{extends: s{number - 1}}}" for number in range(1, 11)]
    (services,) = read_yaml("\n".join(lines))
    service = services.get(f"s{last}")
    assert service is not None
    place: Any = SimpleNamespace(builds=lambda _folder, build: build.text == ".")
    assert _is_own(Path(), service, services, place) is own
