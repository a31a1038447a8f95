"""The diff of known edits is the one that difflib gives, wherever that is the shortest one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.rewrite.elsewhere.file_diff import diff_of_edits
from uvdive.rewrite.elsewhere.yaml_places import with_edits
from uvdive.rewrite.plan import unified_diff


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 25), st.data())
def test_it_is_what_difflib_says_where_no_two_lines_are_alike(count: int, data: st.DataObject) -> None:
    lines = [f"line {number} of these\n" for number in range(count)]
    if data.draw(st.booleans()):
        lines[-1] = lines[-1].rstrip("\n")
    old = "".join(lines)
    edits = []
    at = 0
    for number, line in enumerate(lines):
        what = data.draw(st.sampled_from(("keep", "keep", "keep", "word", "gone", "more", "end")))
        if what == "word":
            edits.append((at, at + 4, f"new{number}"))
        elif what == "gone":
            edits.append((at, at + len(line), ""))
        elif what == "more":
            edits.append((at, at, f"more {number}\n"))
        elif what == "end" and line.endswith("\n"):
            edits.append((at + len(line) - 1, at + len(line) - 1, f"\nbehind {number}"))
        at += len(line)
    assert diff_of_edits(old, edits, "a") == unified_diff(old, with_edits(old, edits), "a")


def test_what_changes_nothing_has_no_diff() -> None:
    assert diff_of_edits("a\nb\n", [(0, 1, "a")], "x") == ""
