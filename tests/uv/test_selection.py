"""Which groups, extras and projects the words and variables of a call mean."""

from __future__ import annotations

import pytest

from uvdive.uv.lock import Asked
from uvdive.uv.selection import default_groups, read_selection

DEV = frozenset({"dev"})


@pytest.mark.parametrize(
    ("words", "environ", "groups"),
    [
        ("", {}, {"dev"}),
        ("--no-dev", {}, set()),
        ("--no-default-groups", {}, set()),
        ("--no-group dev", {}, set()),
        ("--no-group=dev", {}, set()),
        ("--group Type_Check", {}, {"dev", "type-check"}),
        ("--no-default-groups --group lint", {}, {"lint"}),
        ("--all-groups", {}, {"dev", "*"}),
        ("--no-default-groups --dev", {}, {"dev"}),
        ("", {"UV_NO_DEV": "1"}, set()),
        ("", {"UV_NO_DEV": "0"}, {"dev"}),
        ("--dev", {"UV_NO_DEV": "true"}, {"dev"}),
        ("", {"UV_NO_DEFAULT_GROUPS": "yes"}, set()),
        ("", {"UV_NO_GROUP": "dev lint"}, set()),
    ],
)
def test_groups(words, environ, groups) -> None:
    assert read_selection(words.split(), environ, exact=False).asked(DEV) == Asked(frozenset(groups))


def test_all_groups_but_one() -> None:
    selection = read_selection(["--all-groups", "--no-group", "docs"], {}, exact=False)
    assert selection.asked(DEV, frozenset({"dev", "docs", "lint"})).groups == {"dev", "lint"}


@pytest.mark.parametrize(("words", "only"), [("--only-group x", {"x"}), ("--only-dev", {"dev"})])
def test_only_groups_leave_the_project_s_dependencies_out(words, only) -> None:
    asked = read_selection(words.split(), {}, exact=False).asked(DEV)
    assert (asked.groups, asked.projects) == (only, False)


def test_extras_members_and_the_rest() -> None:
    words = ["--extra", "a_b", "--no-extra", "c", "--all-packages"]
    words += ["--no-install-project", "--no-editable", "--frozen"]
    selection = read_selection(words, {"UV_LOCKED": "1"}, exact=True)
    assert (selection.extras, selection.packages) == ({"a-b"}, {"*"})
    assert not selection.installs_projects
    assert not selection.editable
    assert (selection.frozen, selection.locked, selection.exact) == (True, True, True)
    assert not read_selection(["--inexact"], {}, exact=True).exact
    assert not read_selection([], {"UV_NO_INSTALL_PROJECT": "1"}, exact=True).installs_projects


@pytest.mark.parametrize(
    ("words", "left"),
    [("", set()), ("--no-dev", {"dev"}), ("--no-default-groups", {"dev"}), ("--no-group lint", set()),
     ("--only-group x", set()), ("--no-default-groups --group dev", set())],
)  # fmt: skip
def test_what_is_left_out_in_so_many_words(words, left) -> None:
    assert read_selection(words.split(), {}, exact=True).left_out(DEV) == left


@pytest.mark.parametrize(
    ("settings", "groups"),
    [
        ({}, {"dev"}),
        ({"tool": {"uv": {"default-groups": ["dev", "Web_x"]}}}, {"dev", "web-x"}),
        ({"tool": {"uv": {"default-groups": []}}}, set()),
        ({"tool": {"uv": {"default-groups": "all"}}}, {"*"}),
        ({"tool": 3}, {"dev"}),
    ],
)
def test_default_groups(settings, groups) -> None:
    assert default_groups(settings) == groups
