"""What of the files is wanted, and what is written, without a screen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_images.samples import sample_report
from screens.local_desk import LocalDesk

from uvdive.base.progress import BytesRead, CancelToken, Note, ignore
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.filter import Filter
from uvdive.ledger.view.tree import SORTS, Sign
from uvdive.session.disk.extracting import Extracted
from uvdive.session.opening.images import Loaded
from uvdive.tui.desk.file_lines import Shown
from uvdive.tui.desk.places import Place, Span
from uvdive.tui.screens.explore.browsing import STEPS, Browsing
from uvdive.tui.screens.explore.taking import (
    NO_CONTENTS,
    Taking,
    file_name,
    missing,
    report_name,
    so_far,
)

ALL = Span(2, "upto")


@pytest.fixture
def browsing() -> Browsing:
    found = Browsing()
    assert found.wish(0) is None
    assert found.want(ALL)
    return found


def shown(browsing: Browsing, **more: Any) -> Shown:
    """What the desk answers."""
    wish = browsing.wish(None)
    assert wish is not None
    return Shown(wish, [], None, 1_000, 0, **more)


def test_a_layer_a_range_and_the_folded_base_are_other_layers(browsing):
    assert browsing.span_of(1, None, base=False) == Span(1, "upto")
    assert browsing.span_of(3, (1, 3), base=False) == Span(3, "range", 1)
    browsing.switch_mode()
    assert browsing.span_of(1, None, base=False) == Span(1, "layer")
    assert browsing.span_of(1, None, base=True) == Span(1, "upto")


def test_what_is_wanted_already_is_not_asked_for_again(browsing):
    assert not browsing.want(ALL)
    assert browsing.want(ALL, browsing.for_words("py"))
    assert not browsing.want(ALL, Filter("py"))
    assert browsing.want(Span(1, "upto"))
    assert browsing.filter == Filter("py")


def test_each_key_goes_round_and_comes_back_to_all(browsing):
    there = {"venv", "python"}
    owners = [browsing.filter.owner]
    for _ in range(3):
        browsing.want(ALL, browsing.next_owner(there))
        owners.append(browsing.filter.owner)
    assert owners == [None, *sorted(OWNERS.index(name) for name in there), None]
    signs, sizes, hows = [], [], []
    for _ in range(len(STEPS)):
        signs.append(browsing.filter.sign)
        sizes.append(browsing.filter.at_least)
        hows.append(browsing.filter.how)
        browsing.want(ALL, browsing.next_change())
        browsing.want(ALL, browsing.next_size())
        browsing.want(ALL, browsing.next_how())
    assert signs == [Sign.NONE, Sign.ADDED, Sign.CHANGED, Sign.REMOVED, Sign.NONE]
    assert sizes == list(STEPS)
    assert browsing.filter.at_least == 0
    assert hows == ["text", "fuzzy", "regex", "text", "fuzzy"]
    for order in (*SORTS[1:], SORTS[0]):
        browsing.next_sort()
        assert browsing.sort == order


def test_an_owner_that_is_not_there_is_left_for_the_first_that_is(browsing):
    browsing.want(ALL, browsing.of_owner(OWNERS.index("uv-cache")))
    assert browsing.next_owner({"venv"}).owner == OWNERS.index("venv")


def test_a_path_is_shown_without_the_filter_that_might_hide_it(browsing):
    browsing.want(ALL, Filter("x", "fuzzy", at_least=100_000))
    browsing.go_to(Place(7, Span(1, "layer")))
    wish = browsing.wish(7, reveal=True)
    assert (wish.span, wish.filter) == (Span(1, "layer"), Filter(how="fuzzy"))
    assert browsing.mode == "layer"
    browsing.go_to(Place(7, Span(2, "range", 1)))
    assert browsing.mode == "layer"


def test_words_that_have_no_answer_give_way_to_those_that_are_shown(browsing):
    browsing.want(ALL, Filter("a", "regex"))
    answered = shown(browsing)
    browsing.want(ALL, browsing.for_words("a("))
    browsing.give_up(answered)
    assert browsing.filter == Filter("a", "regex")
    # What was shown was looked for in another way.
    browsing.want(ALL, Filter("a", "text"))
    answered = shown(browsing)
    browsing.want(ALL, Filter("(", "regex"))
    browsing.give_up(answered)
    assert browsing.filter == Filter("", "regex")


def test_the_title_says_what_is_shown(browsing):
    assert browsing.title(None, 3, waiting=True) == ["the whole image", "working …"]
    assert browsing.title(shown(browsing), 3, waiting=False) == ["the whole image", "by size"]
    browsing.want(ALL, Filter("a\x1b[1m", "fuzzy", OWNERS.index("venv"), Sign.ADDED, 100_000))
    assert browsing.title(shown(browsing, count=1_200, found=5_000_000), 3, waiting=False) == [
        "1,200 paths, 5.0 MB",
        "~“a\\x1b[1m”",
        "only venv",
        "only + added",
        "from 100.0 kB",
        "the whole image",
    ]


# Writing


class Jobs:
    """Starts jobs, which end when the test says so."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, Any]] = []

    def __call__(self, name: str, work: Any) -> Any:
        self.begun.append((name, work))
        return SimpleNamespace(name=name, running=True, cancel=CancelToken())


def test_one_thing_is_written_at_a_time(tmp_path):
    jobs, desk = Jobs(), LocalDesk(Loaded(sample_report(), None))
    taking = Taking(jobs)
    assert taking.problem == ""
    assert taking.extract_problem(desk) == taking.extract_problem(None) == NO_CONTENTS
    desk.contents = True
    assert taking.extract_problem(desk) == ""
    taking.export(desk, "markdown", tmp_path / "report.md")
    assert taking.running
    assert taking.problem == taking.extract_problem(desk) == "Something is being written; x stops it."
    job = taking.job
    taking.stop()
    assert job.cancel.cancelled
    taking.ended()
    assert not taking.running
    name, work = jobs.begun[0]
    assert name == "export"
    assert work(ignore, CancelToken()) == tmp_path / "report.md"
    assert (tmp_path / "report.md").read_text().startswith("#")


def test_a_picture_is_written_as_it_was_drawn(tmp_path):
    jobs = Jobs()
    Taking(jobs).picture("<svg/>", sample_report(), tmp_path / "screen.svg")
    name, work = jobs.begun[0]
    work(ignore, CancelToken())
    assert name == "export"
    assert (tmp_path / "screen.svg").read_bytes() == b"<svg/>"


@pytest.mark.parametrize(
    ("name", "usable"), [("main.py", "main.py"), (".venv", "venv"), ("a/b\\c", "a_b_c"), ("..", "extracted")]
)
def test_a_name_in_the_image_becomes_one_of_this_machine(name, usable):
    assert file_name(name) == usable


def test_a_report_is_called_by_its_image():
    assert report_name("ghcr.io/x/shop:1", "json") == "ghcr.io-x-shop-1.json"
    assert report_name("../x\n", "svg") == "x.svg"


def test_how_much_is_written_and_what_is_missing():
    assert so_far(BytesRead(3_000_000, 5_000_000)) == "3.0 MB of 5.0 MB"
    assert so_far(BytesRead(3_000_000, None)) == "3.0 MB"
    assert so_far(Note("Making json")) == ""
    assert missing(Extracted(Path("x"), 3, 10, 0, 0)) == []
    assert len(missing(Extracted(Path("x"), 3, 10, 2, 1))) == 2
