"""Which requirement counts, what holds what, and what is said where it is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.environments import asks, distribution, environment

from uvdive.ledger.costs import graph
from uvdive.ledger.costs.costs import Costs, costs_of
from uvdive.ledger.report import Environment


def costs(place: Environment, platform: str = "linux/amd64") -> Costs:
    return Costs(place, platform)


def goes(place: Environment, name: str, platform: str = "linux/amd64") -> set[str]:
    return set(costs(place, platform).goes(name))


def with_marker(marker: str, python: str | None = "3.13.5", platform: str = "linux/amd64") -> bool:
    """Does ``b`` go with ``a``, which requires it by that marker?"""
    place = environment(
        distribution("a", 1, f"b ; {marker}"),
        distribution("b", 1),
        asks=(asks("app", None, "a"),),
        python=python,
    )
    return goes(place, "a", platform) == {"a", "b"}


@pytest.mark.parametrize(
    ("marker", "counts"),
    [
        ("python_version >= '3.9'", True),
        ("python_version < '3.9'", False),
        ("python_full_version >= '3.13.5'", True),
        ("python_full_version > '3.13.5'", False),
        ("sys_platform == 'win32'", False),
        ("sys_platform == 'linux' and platform_system == 'Linux' and os_name == 'posix'", True),
        ("platform_machine == 'x86_64'", True),
        ("platform_machine == 'aarch64'", False),
        ("implementation_name == 'cpython' and platform_python_implementation == 'CPython'", True),
        ("platform_python_implementation == 'PyPy'", False),
        ("implementation_version >= '3.13'", True),
        ("extra == 'fast'", False),
        ("platform_release >= '99'", True),  # nobody knows
    ],
)
def test_a_marker_is_answered_for_the_image(marker: str, counts: bool) -> None:
    assert with_marker(marker) is counts


def test_the_image_s_platform_decides() -> None:
    assert with_marker("platform_machine == 'aarch64'", platform="linux/arm64/v8")
    assert not with_marker("platform_machine == 'x86_64'", platform="linux/arm64")


def test_what_an_unknown_python_asks_for_counts_but_no_extra() -> None:
    assert with_marker("python_version < '3.9'", python=None)
    assert not with_marker("python_version < '3.9' and extra == 'fast'", python=None)
    assert with_marker("python_version == '3.13' and python_full_version == '3.13.0'", python="3.13")


def test_pypy_is_told_by_its_program() -> None:
    place = environment(
        distribution("a", 1, "b ; implementation_name == 'pypy'"),
        distribution("b", 1),
        asks=(asks("x", None, "a"),),
    )
    assert goes(place, "a") == {"a"}
    assert goes(replace(place, interpreter_path="/opt/pypy/bin/pypy3.11"), "a") == {"a", "b"}


def test_what_an_extra_brings_goes_with_who_asks_for_the_extra() -> None:
    place = environment(
        distribution("web", 1, "server[fast]"),
        distribution("admin", 2, "server"),
        distribution("server", 4, "loop ; extra == 'fast'", "core"),
        distribution("loop", 8),
        distribution("core", 16),
        asks=(asks("app", None, "web", "admin"),),
    )
    found = costs(place)
    assert {row.name: row.exclusive_bytes for row in found.rows} == {
        "app": 31,
        "web": 9,
        "admin": 2,
        "server": 28,
        "loop": 8,
        "core": 16,
    }
    assert (found.tree.by_name["loop"].goes_with, found.tree.by_name["core"].goes_with) == ("web", "server")
    assert found.tree.by_name["loop"].required_by == ("server",)
    (server,) = found.tree.shared("web")
    assert (server.name, server.bytes, server.held_by) == ("server", 4, ("admin",))


def test_extras_of_extras_and_names_that_are_written_otherwise() -> None:
    place = environment(
        distribution("a", 1, "A[All_In] ; extra == 'full'", "b ; extra == 'all-in'"),
        distribution("b", 2),
        asks=(asks("app", None, "a[full]"),),
    )
    assert goes(place, "a") == {"a", "b"}
    assert costs(place).tree.by_name["b"].goes_with == "a"


def test_groups_and_extras_that_are_installed_hold_what_they_ask_for() -> None:
    place = environment(
        replace(distribution("pytest", 2, "pluggy"), group="dev"),
        distribution("pluggy", 4),
        distribution("flask", 8),
        asks=(
            asks("app", None, "flask"),
            asks("app", "dev", "pytest"),
            asks("app", "docs", "flask"),
            asks("lib", "dev", "pluggy"),
        ),
    )
    found = costs(place)
    assert found.goes("group dev") == {"pytest", "pluggy"}
    assert found.tree.by_name["flask"].required_by == ("app",), (
        "nothing of the group docs is installed but that"
    )
    assert [row.name for row in found.rows if row.is_label] == ["app", "group dev"]


def test_a_project_that_is_installed_stands_for_itself() -> None:
    place = environment(
        distribution("app", 1, "flask"), distribution("flask", 2), asks=(asks("app", None, "flask"),)
    )
    found = costs(place)
    assert [(row.name, row.exclusive_bytes, row.is_label) for row in found.rows] == [
        ("app", 3, False),
        ("flask", 2, False),
    ]


def test_a_workspace_without_a_project_has_a_name() -> None:
    assert costs(environment(distribution("a", 1), asks=(asks("", None, "a"),))).tree.by_name[
        "a"
    ].goes_with == ("the workspace")


def test_without_a_project_what_nothing_requires_was_asked_for() -> None:
    place = environment(distribution("a", 1, "b"), distribution("b", 2), distribution("c", 4))
    found = costs(place)
    assert found.graph.loose == ("a", "c")
    assert [note for note in found.notes if "No lock or project" in note]
    assert costs(replace(place, kind="tool")).notes == ()


def test_of_a_circle_that_nothing_requires_each_was_asked_for() -> None:
    place = environment(distribution("a", 1, "b"), distribution("b", 2, "a", "c"), distribution("c", 4))
    found = costs(place)
    assert found.graph.loose == ("a", "b")
    assert (found.goes("a"), found.goes("b")) == ({"a"}, {"b", "c"})


def test_a_circle_that_one_holds_goes_with_it() -> None:
    place = environment(
        distribution("top", 1, "a"),
        distribution("a", 2, "b"),
        distribution("b", 4, "a", "b"),
        asks=(asks("x", None, "top"),),
    )
    assert costs(place).tree.by_name["top"].exclusive_bytes == 7
    assert costs(place).tree.by_name["b"].goes_with == "a"


def test_what_was_requested_is_held_unless_all_of_it_was() -> None:
    items = [replace(distribution("a", 1, "b"), requested=True), distribution("b", 2)]
    assert goes(environment(*items), "a") == {"a", "b"}
    items[1] = replace(items[1], requested=True)
    assert goes(environment(*items), "a") == {"a", "b"}, "uv says it of all"
    assert goes(environment(*items, distribution("c", 4)), "a") == {"a"}


def test_what_can_t_be_read_is_said() -> None:
    place = environment(
        replace(distribution("dumb", 1), requires=None),
        distribution("odd", 2, "this is no requirement ((", "b"),
        distribution("b", 4),
        asks=(asks("app", None, "dumb", "odd", "((", "gone"),),
    )
    found = costs(place)
    assert found.goes("odd") == {"odd", "b"}
    assert found.notes == (
        "dumb says nothing of what it requires: no metadata can be read.",
        "Requirements of odd can't be understood, and don't count.",
    )


def test_many_without_metadata_are_counted() -> None:
    items = [replace(distribution(f"p{number}", 1), requires=None) for number in range(7)]
    items.append(distribution("q", 1))
    (note, _) = costs(environment(*items)).notes
    assert note.startswith("p0, p1, p2, p3, p4 and 2 more say nothing of what they require")


def test_where_no_metadata_is_known_at_all_it_is_said_once() -> None:
    items = [replace(distribution(f"p{number}", 1), requires=None) for number in range(2)]
    found = costs(environment(*items, asks=(asks("a", None, "p0", "p1"),)))
    assert found.notes == (
        "No metadata is known here, so nothing of who requires whom: read the image itself.",
    )


def test_what_is_required_and_not_installed_is_known() -> None:
    place = environment(distribution("a", 1, "gone>=1", "odd ; sys_platform == 'win32'"))
    assert costs(place).graph.absent == {"gone": {"a"}}


def test_a_name_that_is_there_twice_is_one() -> None:
    place = environment(
        distribution("a", 1, "b"),
        distribution("a", 2, "c", version="2.0"),
        distribution("b", 4),
        distribution("c", 8),
    )
    row = costs(place).tree.by_name["a"]
    assert (row.version, row.bytes, row.exclusive_bytes) == ("1.0, 2.0", 3, 15)


def test_a_chain_of_thousands_needs_no_stack() -> None:
    items = [distribution(f"p{number}", 1, f"p{number + 1}") for number in range(3000)]
    found = costs(environment(*items, asks=(asks("app", None, "p0"),)))
    assert [found.tree.by_name[f"p{number}"].exclusive_bytes for number in (0, 1, 2999)] == [3000, 2999, 1]


def test_more_requirements_than_any_environment_has_are_not_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_MOST", 3)
    items = [distribution(f"p{number}", 1, "a", "b") for number in range(3)]
    assert set(costs(environment(*items)).graph.unclear) == {"p1", "p2"}


def test_where_there_are_too_many_ways_it_is_said_that_it_may_be_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from uvdive.ledger.costs import exclusive

    monkeypatch.setattr(exclusive, "_STEPS", 0)
    place = environment(
        distribution("a", 1, "b ; extra == 'x'"), distribution("b", 2), asks=(asks("app", None, "a[x]"),)
    )
    assert costs(place).notes == ("With a more may go: there are too many ways to look at.",)


def test_every_environment_with_packages_has_its_own() -> None:
    from made_images.samples import sample_report

    places = (
        environment(distribution("a", 1)),
        environment(path="/empty"),
        environment(distribution("a", 2), path="/other"),
    )
    found = costs_of(replace(sample_report(), environments=places))
    assert [(each.environment.path, each.tree.by_name["a"].bytes) for each in found] == [
        ("/app/.venv", 1),
        ("/other", 2),
    ]
