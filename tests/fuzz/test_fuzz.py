"""Whatever strangers hand over is read, or told of by an error of ours, in bounded time and memory.

Here each area checks its seeds and some dozen inputs by a fixed seed. For a minute, an hour or a night:
``uv run python tests/fuzz/run.py --minutes 60 tar`` (``run.py``).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from areas import AREAS
from batches import cases_of, smaller
from cases import SEEDS, Area, Case, FoundError, attempt, dump, keep, load, seeds
from damage import struck
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from uvdive.base.errors import UsageError

MANY, SOME = 400, 120
"""Inputs for each area in CI: SOME where one takes more than some milliseconds. A minute or two for all."""

SLOWER = frozenset({"contents", "archive", "oci", "dockerfile", "writer", "tar", "stack"})
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]
"""A signal between `open` and `with` leaves a file to be closed later; a fork runs nothing of threads."""


@pytest.mark.parametrize("name", sorted(AREAS))
def test_inputs_by_a_fixed_seed(name: str) -> None:
    @seed(20_261_128)
    @settings(
        max_examples=SOME if name in SLOWER else MANY,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(cases_of(AREAS[name]))
    def one(case: Case) -> None:
        attempt(AREAS[name], case)

    one()


KEPT = [(name, file) for name in AREAS for file in seeds(name)]


@pytest.mark.parametrize(("name", "file"), KEPT, ids=[f"{name}-{file}" for name, file in KEPT])
def test_what_was_found_once(name: str, file: str) -> None:
    attempt(AREAS[name], seeds(name)[file])


def test_every_folder_of_seeds_is_an_area() -> None:
    assert {path.name for path in SEEDS.iterdir()} <= set(AREAS)


def test_a_case_is_kept_as_it_is(tmp_path: Path) -> None:
    case = {"a": b"text\nof lines\n", "b": b"\xff\0", "c": b""}
    assert load(keep(case, tmp_path).read_text()) == case
    assert load(dump({})) == {}


def area(check: object) -> Area:
    return Area("x", st.just({}), check)  # type: ignore[arg-type]


def test_a_find_is_told_and_made_smaller(tmp_path: Path) -> None:
    def check(case: Case, _folder: Path) -> None:
        if b"bad" in case["a"]:
            raise ValueError("bad")
        raise UsageError("That is none.", "Give another one.")

    assert attempt(area(check), {"a": b"good"}) is False
    with pytest.raises(ValueError, match="bad") as found:
        attempt(area(check), {"a": b"x" * 50 + b"bad" + b"y" * 50})
    case, _ = smaller(area(check), {"a": b"x" * 50 + b"bad" + b"y" * 50}, found.value)
    assert case == {"a": b"bad"}


def test_what_takes_too_long_or_too_much_is_a_find(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_case: Case, _folder: Path) -> None:
        while True:
            pass

    monkeypatch.setattr("cases.SECONDS", 0.05)
    with pytest.raises(FoundError, match="more than"):
        attempt(area(hang), {})
    monkeypatch.undo()
    monkeypatch.setattr("cases.BYTES", 20_000_000)
    with pytest.raises(FoundError, match="MB"):
        attempt(area(lambda _case, _folder: len(b"x" * 60_000_000)), {})


@pytest.mark.parametrize(
    ("blow", "after"),
    [
        (("put", 0.5, 1, b"XY"), b"abXYcd"),
        (("over", 0.5, 1, b"XY"), b"abXY"),
        (("drop", 0.5, 1, b""), b"abd"),
        (("again", 0.5, 2, b""), b"abcdcd"),
        (("swell", 0.5, 3, b"X"), b"abXXXcd"),
        (("move", 0.0, 2, b""), b"cdab"),
        (("end", 0.5, 1, b""), b"ab"),
    ],
)
def test_damage(blow: tuple[str, float, int, bytes], after: bytes) -> None:
    assert struck(b"abcd", [blow]) == after


def test_the_command_counts_and_keeps_what_it_finds(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).parent / "run.py"), "--minutes", "0.02", "--seed", "1"]
    done = subprocess.run(
        [*command, "--found", str(tmp_path / "found"), "--json", str(tmp_path / "counts"), "patterns"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "patterns" in done.stdout
    assert '"area": "patterns"' in (tmp_path / "counts").read_text()
    unknown = subprocess.run([*command, "x"], capture_output=True, text=True, check=False)
    assert unknown.returncode == 2
    assert "there is no area x" in unknown.stderr
