"""What the plan says of calls from outside: each with its place, counted, none twice (R24, R25)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import decision, warned


def services(count: int, command: str = "uv run flask") -> dict[str, str]:
    each = "".join(f"  s{n}:\n    build: .\n    command: {command}\n" for n in range(1, count + 1))
    return {"compose.yaml": f"services:\n{each}"}


@pytest.mark.parametrize(
    ("count", "about"),
    [
        (1, "compose.yaml, line 4 (service s1) calls uv in the container"),
        (2, "compose.yaml, line 4 (service s1) and 1 more call uv in the container"),
        (7, "compose.yaml, line 4 (service s1) and 6 more call uv in the container"),
    ],
)
def test_the_first_is_named_and_the_others_are_counted(around, count, about) -> None:
    made = decision(around(services(count)), "uv-elsewhere")
    assert made.summary == f"{about}: name the program there; the files are written with the Dockerfile"
    assert (made.rule, made.line) == ("R24", None)


@pytest.mark.parametrize(("count", "more"), [(1, ""), (6, ""), (7, " and 1 more"), (8, " and 2 more")])
def test_six_places_are_named_at_most(around, count, more) -> None:
    made = decision(around(services(count)), "uv-elsewhere")
    places = "; ".join(f"compose.yaml, line {1 + 3 * n} (service s{n})" for n in range(1, min(count, 6) + 1))
    assert made.reason == f"The new image has no uv of its own, and these call it: {places}{more}."


def test_why_places_cannot_be_changed_is_said_once(around) -> None:
    result = around(services(7, "python -m uv run flask"))
    made = decision(result, "uv-elsewhere")
    assert made.reason.count(" uses uv for more than to start a program; the same holds for 6 more.") == 1
    assert [each.value for each in made.alternatives] == ["keep-uv"]


def test_a_file_without_a_start_says_who_may_name_uv(around) -> None:
    made = decision(around({}, "", cmd=("python3",)), "uv-elsewhere")
    assert made.summary.startswith(
        "The file has neither CMD nor ENTRYPOINT, so a command from outside starts"
    )
    assert made.reason.startswith("No file says what starts the container")
    assert made.chosen == "keep-uv"


def test_each_value_says_what_it_does(around) -> None:
    made = decision(around(services(1)), "uv-elsewhere")
    assert {each.value: each.summary for each in made.alternatives} == {
        "patch": "name the program there; the files are written with the Dockerfile",
        "shim": "a stand-in for uv in the final image, that starts the program",
        "keep-uv": "uv in the final image, where it installs nothing",
    }


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        ("uv run flask", ["patch", "shim", "keep-uv"]),
        ("uv run --no-sync flask", ["patch", "shim", "keep-uv"]),
        ("uv run --extra web flask", ["patch", "keep-uv"]),
        ("sh -c 'uv run flask && uv cache dir'", ["keep-uv"]),
        ("uvx flask", ["keep-uv"]),
        ("uv sync", ["keep-uv"]),
    ],
)
def test_a_stand_in_is_offered_where_it_would_do(around, command, offered) -> None:
    made = decision(around(services(1, command)), "uv-elsewhere")
    assert [each.value for each in made.alternatives] == offered


def test_what_needs_the_network_keeps_uv_as_it_was(around) -> None:
    made = decision(around(services(1, "uvx flask")), "uv-elsewhere")
    assert made.summary.endswith(": uv stays as it is")
    assert "has no uv of its own" not in made.reason


def test_calls_that_somebody_makes_now_and_then_are_named_unless_uv_stays(around) -> None:
    files = {
        "Makefile": "x:\n\tdocker compose run web uv sync\n",
        "compose.yaml": "services: {web: {build: .}}\n",
    }
    (warning,) = warned(around(files), "R24")
    assert warning[1].startswith("Makefile, line 2 needs uv, which the final image does not have. Run")
    assert warning[1].endswith("(`target:` in compose and devcontainers, `--target` of a build).")
    mixed = {**files, "deploy/compose.yaml": services(1)["compose.yaml"].replace("build: .", "build: ..")}
    assert not [
        each for each in warned(around(mixed, uv_elsewhere="keep-uv"), "R24") if "Makefile" not in each[1]
    ]
