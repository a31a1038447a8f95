"""How an image grew: which reports are one image's, their order, what each step is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_images.histories import FLASK, NEWER, NUMPY, grown, three

from uvdive.ledger.report import ImageReport
from uvdive.verify.several.history import REVISION, Saved, commit_in, image_name, moment, series_of


def as_saved(*reports: ImageReport) -> list[Saved]:
    return [Saved(f"{number}.uvdive", report) for number, report in enumerate(reports, 1)]


def test_each_step_says_what_became_of_packages_and_owners() -> None:
    (series,) = series_of(as_saved(*three()))
    assert (series.name, series.platform, series.largest) == ("shop", "linux/amd64", 2)
    newer, more = series.steps
    assert [(each.name, each.before, each.after, each.bytes) for each in newer.causes] == [
        ("flask", "3.1.0", "3.2.0", 1000)
    ]
    assert [(each.kind, each.name, each.bytes) for each in more.causes] == [
        ("package", "numpy", 300_000),
        ("owner", "app", 1000),
    ]
    assert more.causes[0].because == ("shop", "pandas")
    assert more.bytes == 301_000 == series.entries[2].file_bytes - series.entries[1].file_bytes


def test_what_went_the_steps_way_comes_first() -> None:
    (series,) = series_of(
        as_saved(grown([FLASK, NUMPY], created="2026-01-01"), grown([NEWER], created="2026-01-02"))
    )
    (step,) = series.steps
    assert [(each.name, each.bytes) for each in step.causes] == [("numpy", -300_000), ("flask", 1000)]
    assert series.largest is None


def test_a_package_that_only_changed_its_environment_is_one_change() -> None:
    before = grown([NUMPY], created="2026-01-01")
    place = replace(before.environments[0], path="/opt/venv")
    after = replace(grown([NUMPY], created="2026-01-02"), environments=(place,))
    (series,) = series_of(as_saved(before, after))
    assert len(series.steps[0].packages) == 2
    assert series.steps[0].causes == ()


def test_reports_of_other_images_and_platforms_are_histories_of_their_own() -> None:
    reports = (*three()[:2], grown([FLASK], reference="other:1"), grown([FLASK], platform="linux/arm64"))
    found = [(each.name, each.platform, len(each.entries)) for each in series_of(as_saved(*reports))]
    assert sorted(found) == [
        ("other", "linux/amd64", 1),
        ("shop", "linux/amd64", 2),
        ("shop", "linux/arm64", 1),
    ]
    (one,) = series_of(as_saved(*reports), together=True)
    assert len(one.entries) == 4


def test_the_order_is_by_date_then_by_the_numbers_in_names() -> None:
    saved = [
        Saved("b10.uvdive", grown([FLASK], created="1970-01-01T00:00:00Z")),
        Saved("b9.uvdive", grown([FLASK], created="1970-01-01T00:00:00Z")),
        Saved("a.uvdive", grown([FLASK], created="2026-01-02T00:00:00+02:00")),
        Saved("c.uvdive", grown([FLASK], created="2026-01-01T23:00:00Z")),
        Saved("d.uvdive", grown([FLASK], created="no date")),
    ]
    files = {
        order: [each.file[:-7] for each in series_of(saved, order)[0].entries]
        for order in ("created", "name", "given")
    }
    assert files == {
        "created": ["d", "b9", "b10", "a", "c"],
        "name": ["a", "b9", "b10", "c", "d"],
        "given": ["b10", "b9", "a", "c", "d"],
    }


@pytest.mark.parametrize(
    ("name", "commit"),
    [
        ("2026-01-02-0a1b2c3.uvdive", "0a1b2c3"),
        ("20260102.uvdive", None),
        ("app-1234567.uvdive", None),
        (f"{'1' * 40}.uvdive", "1" * 40),
        ("defaced.uvdive", None),
        ("xab12cd3.uvdive", None),
        ("ab12cd3-ef45ab6.uvdive", "ef45ab6"),
    ],
)
def test_a_commit_is_told_from_a_date_and_a_word(name: str, commit: str | None) -> None:
    assert commit_in(name) == commit


def test_the_label_goes_before_the_file_and_the_file_before_the_tag() -> None:
    tagged = grown([FLASK], reference="host:5000/shop:sha-0a1b2c3")
    labelled = grown([FLASK], reference="host:5000/shop:1", labels={REVISION: "f" * 99})
    saved = [Saved("f/1.uvdive", tagged), Saved("f/1-ab12cd3.uvdive", tagged), Saved("f/2.uvdive", labelled)]
    (series,) = series_of(saved, "given")
    assert [(each.commit, each.commit_by) for each in series.entries] == [
        ("0a1b2c3", "tag"),
        ("ab12cd3", "file"),
        ("f" * 64, "label"),
    ]
    assert series.name == "host:5000/shop"
    assert image_name("a/b@sha256:00") == "a/b"


@given(st.text(max_size=40))
def test_whatever_a_date_says_it_has_a_place(text: str) -> None:
    assert isinstance(moment(text), float)


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.sampled_from("12"), st.integers(0, 999)),
            max_size=3,
            unique_by=lambda each: each[0],
        ),
        min_size=1,
        max_size=5,
    )
)
def test_steps_sum_up_to_the_whole_growth(versions: list[list[tuple[str, str, int]]]) -> None:
    reports = [grown(each, created=f"2026-01-0{day}") for day, each in enumerate(versions, 1)]
    (series,) = series_of(as_saved(*reports))
    assert (
        sum(step.bytes for step in series.steps)
        == series.entries[-1].file_bytes - series.entries[0].file_bytes
    )
    for step in series.steps:
        assert step.bytes == sum(each.after - each.before for each in step.owners)
        assert step.bytes == sum(each.bytes for each in step.causes)
