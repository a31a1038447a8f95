"""What starts of the original tell of what it writes, and when that asks for another plan (R64)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from uvdive.build.running.observing import Observed, Watched
from uvdive.build.running.settings import PLAIN
from uvdive.build.running.written import Touched
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import Allowances, Decision
from uvdive.session.planning.kept import Kept
from uvdive.session.proof import other_user
from uvdive.session.proof.other_user import looks_first, what_was_written, written_otherwise

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


def planned(user: str, allowed: Allowances | None = None) -> Any:
    return SimpleNamespace(decisions=(Decision("user", "R64", None, "", "", user),), allowed=allowed)


def looked(plan: Any, kept: Kept, *, start: bool = True) -> bool:
    return looks_first(
        plan, BEFORE, context=Path(), start=start, settings=PLAIN, recipe=None, kept=kept,
        on_event=lambda _: None, cancel=None,
    )  # fmt: skip


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


def test_an_original_that_was_built_anew_and_writes_otherwise_asks_for_another_plan() -> None:
    kept = Kept(seen=[(Watched("one"), WROTE)], written=replace(TOLD, added=("/old",)))
    assert written_otherwise(planned("app"), BEFORE, kept, lambda _: None)
    assert kept.written == TOLD


@pytest.mark.parametrize(
    ("plan", "start", "written"),
    [
        (planned("keep"), True, None),
        (planned("app"), False, None),
        (planned("app"), True, TOLD),
        (planned("app", Allowances(installs_at_start=True)), True, None),
    ],
    ids=["root", "no start", "known", "installs at start"],
)
def test_the_original_is_only_started_first_for_what_is_not_known(
    monkeypatch: pytest.MonkeyPatch, plan: Any, *, start: bool, written: Written | None
) -> None:
    monkeypatch.delattr(other_user, "start_original")
    assert not looked(plan, Kept(written=written), start=start)


@pytest.mark.parametrize(("seen", "again"), [([(Watched("one"), WROTE)], True), ([], False)])
def test_what_the_first_start_wrote_asks_for_another_plan(
    monkeypatch: pytest.MonkeyPatch, seen: list[tuple[Watched, Observed]], *, again: bool
) -> None:
    monkeypatch.setattr(other_user, "start_original", lambda *given, **_: given[3].extend(seen))
    kept = Kept()
    assert looked(planned("app"), kept) is again
    assert kept.written == (TOLD if again else None)


def test_where_nobody_keeps_what_is_seen_no_plan_is_made_again() -> None:
    assert not written_otherwise(planned("app"), BEFORE, None, lambda _: None)
