"""The demo's recording: what the plan of today makes of it, and how it is played."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from uvdive.base.errors import BuildError, CancelledError, ImageError
from uvdive.base.progress import CancelToken, ignore
from uvdive.build.events import BuildBegan, BuildEnded
from uvdive.ledger.costs.costs import costs_of
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.atdesk import plan_at_desk
from uvdive.session.desk import Held
from uvdive.session.proof.settings import StartWish
from uvdive.session.recorded.playing import Player, hold_recorded, read_recording
from uvdive.session.recorded.project import project_folder
from uvdive.session.recorded.recording import MAGIC, Recording, dump, load

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "uvdive" / "data" / "demo.recording"


@cache
def recording() -> Recording:
    return read_recording(DEMO)


@pytest.fixture(scope="module")
def held() -> Held:
    return hold_recorded(DEMO)[0]


def planned(held: Held, folder: Path, choices: dict[str, str]) -> RewritePlan:
    dockerfile = folder / "Dockerfile"
    plan, _ = plan_at_desk(
        held, dockerfile, folder, choices, False, (), None, on_event=ignore, cancel=CancelToken()
    )
    return plan


def played(
    plan: RewritePlan, told: list[object], *, start: bool = False, wish: StartWish | None = None, **how
):
    given = {"context": Path(), "build_args": (), "own": (), "cancel": CancelToken(), **how}
    return Player(recording(), longest=0).prove(
        plan, None, start=start, wish=wish or StartWish(), on_event=told.append, **given
    )


def a_plan(text: str) -> RewritePlan:
    return RewritePlan("rewritten", "image", "Dockerfile", "", text, "")


def test_it_knows_what_packages_require_so_that_the_demo_has_their_tree() -> None:
    costs = costs_of(recording().report)[0]
    assert (costs.environment.kind, costs.notes) == ("venv", ())
    assert len(costs.goes("flask")) == len(costs.environment.distributions) == 7
    assert costs.goes("jinja2") == {"jinja2"}


def test_it_is_of_the_example_as_it_is() -> None:
    example = ROOT / "examples" / "flask"
    there = {
        path.relative_to(example).as_posix(): path.read_text()
        for path in example.rglob("*")
        if path.is_file()
    }
    assert recording().files == there


@pytest.mark.parametrize("number", range(len(recording().proofs)))
def test_the_plan_of_today_is_the_one_that_was_proven(held, tmp_path, number, monkeypatch) -> None:
    """Else the demo could not play it: record it again (docs/record_demo.py)."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    one = recording().proofs[number]
    with project_folder(recording().files, "flask") as folder:
        plan = planned(held, folder, dict(one.choices))
    assert plan.text == one.text
    assert plan.evidence == "image"
    assert plan.missing_base is None
    assert plan.predicted is not None
    assert plan.predicted.after_bytes == pytest.approx(one.proof.comparison.after_bytes, rel=0.01)


def test_each_choice_that_is_offered_was_built(held) -> None:
    with project_folder(recording().files, "flask") as folder:
        plan = planned(held, folder, {})
    offered = {
        (decision.id, alternative.value)
        for decision in plan.decisions
        for alternative in decision.alternatives
        if alternative.value != decision.chosen
    }
    assert offered == {choice for one in recording().proofs for choice in one.choices.items()}


def test_every_proof_of_it_holds_and_one_is_with_a_start() -> None:
    assert all(one.proof.verification.proven for one in recording().proofs)
    assert [dict(one.choices) for one in recording().proofs if one.start] == [{}]


def test_what_is_written_reads_the_same() -> None:
    again = load(dump(recording()))
    assert again.proofs == recording().proofs
    assert again.timings == recording().timings
    assert again.original == recording().original
    assert again.report == recording().report
    assert again.bases == recording().bases


def test_an_event_without_a_place_is_not_left_out() -> None:
    odd = replace(recording().original[0], event=object())
    with pytest.raises(TypeError, match="no place for object"):
        dump(replace(recording(), original=(odd,)))


@pytest.mark.parametrize(
    "data", [b"", b"uvdive.saved/1\n", MAGIC, DEMO.read_bytes()[:-9], DEMO.read_bytes()[:5_000]]
)
def test_damage_is_told(data) -> None:
    with pytest.raises(ImageError, match=r"no recording|recording is damaged") as caught:
        load(data)
    assert "docs/record_demo.py" in caught.value.do


def test_a_proof_is_played_as_it_came(held) -> None:
    told: list[object] = []
    one = recording().proofs[0]
    assert played(a_plan(one.text), told) is one.proof
    assert told == [timed.event for timed in one.events]
    assert isinstance(told[0], BuildBegan)
    assert any(isinstance(event, BuildEnded) for event in told)


def test_what_was_not_recorded_is_said() -> None:
    with pytest.raises(BuildError, match="No build of these choices was recorded") as caught:
        played(a_plan("FROM x\n"), [])
    assert "python=managed" in caught.value.do
    other = next(one for one in recording().proofs if one.choices)
    with pytest.raises(BuildError, match="No start of these choices was recorded"):
        played(a_plan(other.text), [], start=True)
    with pytest.raises(BuildError, match="without settings"):
        played(a_plan(other.text), [], wish=StartWish(network=True))


def test_a_played_proof_can_be_stopped() -> None:
    told: list[object] = []
    cancel = CancelToken()

    def stop(event: object) -> None:
        told.append(event)
        cancel.cancel()

    one = recording().proofs[0]
    with pytest.raises(CancelledError):
        Player(recording()).prove(
            a_plan(one.text), None, context=Path(), build_args=(), own=(), start=False, wish=StartWish(),
            on_event=stop, cancel=cancel,
        )  # fmt: skip
    assert told == [one.events[0].event]


def test_the_timing_is_of_the_plan_as_it_was_proposed() -> None:
    told: list[object] = []
    given = {"context": Path(), "build_args": (), "on_event": told.append, "cancel": CancelToken()}
    player, timing = Player(recording(), longest=0), recording().timings[0]
    assert player.time(a_plan(timing.text), None, **given) == timing.timings
    assert len(told) == len(timing.events)
    with pytest.raises(BuildError, match="No timing"):
        player.time(a_plan("FROM x\n"), None, **given)


def test_files_of_the_app_can_be_looked_at(held) -> None:
    table = held.report.files
    found = {path: table.find(path) for path in (b"/app/src/server.py", b"/etc/os-release")}
    inodes = {path: table.entry_inode[table.visible(node)] for path, node in found.items()}
    assert held.store.read(inodes[b"/app/src/server.py"]) == recording().files["src/server.py"].encode()
    assert not held.store.has(inodes[b"/etc/os-release"])


def test_nothing_stays_of_the_project(tmp_path) -> None:
    with project_folder({"a/b.txt": "x", "Dockerfile": "FROM x\n"}, "flask") as folder:
        assert (folder / "a" / "b.txt").read_text() == "x"
        (folder / "Dockerfile.orig").write_text("FROM y\n")
    assert not folder.parent.exists()
