"""What starts of the original tell of what it writes, and when that asks for another plan (R64)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from uvdive.build.running.observing import Observed, Watched
from uvdive.build.running.written import Touched
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import Decision
from uvdive.session.planning.kept import Kept
from uvdive.session.proof.other_user import what_was_written, written_otherwise

WROTE = Observed(
    "listening",
    ports=(80,),
    written=(
        Touched("/app/a", "added"),
        Touched("/d", "added", below=True),
        Touched("/app/b", "changed"),
        Touched("/app/c", "deleted", below=True),
    ),
)
TOLD = Written(("/app/a", "/app/c", "/d"), frozenset({"/d"}), ("/app/b",), (80,))
BEFORE: Any = SimpleNamespace(image=SimpleNamespace(id="one"))


def planned(user: str) -> Any:
    return SimpleNamespace(decisions=(Decision("user", "R64", None, "", "", user),))


def test_the_runs_of_one_image_are_taken_together() -> None:
    more = replace(WROTE, written=(Touched("/e", "added"),), ports=(81,))
    seen = [(Watched("one"), WROTE), (Watched("two"), more)]
    assert what_was_written(seen, "one") == TOLD
    both = what_was_written([*seen, (Watched("one"), more)], "one")
    assert both == replace(TOLD, added=("/app/a", "/app/c", "/d", "/e"), ports=(80, 81))


@pytest.mark.parametrize("seen", [[], [(Watched("two"), WROTE)], [(Watched("one"), Observed("exited", 1))]])
def test_nothing_is_known_where_no_run_of_it_told(seen: list[tuple[Watched, Observed]]) -> None:
    assert what_was_written(seen, "one") is None


@pytest.mark.parametrize(("user", "again"), [("app", True), ("keep", False)])
def test_only_a_plan_with_another_user_is_made_again_and_once(user: str, *, again: bool) -> None:
    kept = Kept(seen=[(Watched("one"), WROTE)])
    assert written_otherwise(planned(user), BEFORE, kept, lambda _: None) is again
    assert kept.written == TOLD
    assert not written_otherwise(planned(user), BEFORE, kept, lambda _: None)


def test_where_nobody_keeps_what_is_seen_no_plan_is_made_again() -> None:
    assert not written_otherwise(planned("app"), BEFORE, None, lambda _: None)
