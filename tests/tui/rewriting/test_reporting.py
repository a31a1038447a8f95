"""The report of a problem, and what the app says to do about a check."""

from __future__ import annotations

import json

import pytest
from made_images.samples import sample_report
from screens.driving import FAILED, Recorded, answers, built, ended, opened, rewritten, text_of

from uvdive.base.errors import BuildError
from uvdive.tui.screens.dialogs.asking import AskTarget
from uvdive.tui.services import Services
from uvdive.tui.widgets.building import CheckList
from uvdive.tui.words.ways import in_app
from uvdive.verify.checks import Check, Verification
from uvdive.verify.repairs import Repair
from uvdive.verify.start import judging, running
from uvdive.verify.start.needs import what_it_needs
from uvdive.verify.ways import OTHERS, REPORT, with_ways_out

SAMPLE = answers(sample_report())


def services(recorded: Recorded) -> Services:
    """Recorded ones, but for the real report."""
    return Services(plan=recorded.plan, study=recorded.study, prove=recorded.prove, report=Services().report)


async def test_e_in_capitals_writes_the_report_of_what_failed(dockerfile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("uvdive.session.disk.problems.engine_version", lambda: "engine 1")
    recorded = Recorded(checks=FAILED)
    async with opened(SAMPLE, dockerfile=dockerfile, services=services(recorded)) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        assert "E writes a report" in (await text_of(app)).splitlines()[1]
        await pilot.press("E")
        await pilot.pause()
        assert isinstance(app.screen, AskTarget)
        await pilot.press("enter")
        await pilot.pause()
        await ended(pilot, screen.work.job)
        told = [toast.message for toast in app._notifications]
        assert "Wrote uvdive-problem.json: read it before you send it." in told
        written = json.loads((tmp_path / "uvdive-problem.json").read_text())
        assert written["schema"] == "uvdive.problem/1"
        assert [check["status"] for check in written["plan"]["verification"]["checks"]][-1] == "failed"
        assert written["error"] is None
        # The next proof does not take it for a difference; the next report replaces it.
        await built(screen, pilot)
        assert [str(path) for path in recorded.proved[-1]["own"]] == ["uvdive-problem.json"]
        await pilot.press("E", "enter")
        await ended(pilot, screen.work.job)
        assert screen.work.job.name == "report"


async def test_only_a_report_is_replaced(dockerfile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "uvdive-problem.json").write_text("mine")
    async with opened(SAMPLE, dockerfile=dockerfile, services=services(Recorded())) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("E", "enter")
        await pilot.pause()
        assert "is there and is no such report" in await text_of(app)
    assert (tmp_path / "uvdive-problem.json").read_text() == "mine"


async def test_the_report_has_the_error_that_ended_a_build(dockerfile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("uvdive.session.disk.problems.engine_version", lambda: None)
    recorded = Recorded(error=BuildError("The build failed.", "Look at the log.", log=("key hunter-two",)))
    args = ("--build-arg", "API_TOKEN=hunter-two")
    async with opened(SAMPLE, dockerfile=dockerfile, services=services(recorded), build_args=args) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("escape", "E", "enter")
        await ended(pilot, screen.work.job)
    written = json.loads((tmp_path / "uvdive-problem.json").read_text())
    assert written["error"]["what"] == "The build failed."
    # What a build argument shows to be a secret is none of the report's business.
    assert "hunter-two" not in json.dumps(written)


async def test_a_failed_check_says_what_to_do_by_the_apps_keys(dockerfile):
    repair = Repair("python", "managed", ("start",), "start: it needs it")
    failed = with_ways_out(Verification(FAILED), (repair,)).checks
    recorded = Recorded(checks=failed, repairs=(repair,))
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        rows = screen.query_one(CheckList)
        shown = " ".join(rows.row(place, 200).plain.strip() for place in range(rows.count))
        assert "What to do: python=managed may fix it; p does so, builds and checks once more." in shown
        assert "E writes what is needed to report a problem of uvdive" in shown
        assert "! same files       expected change" in shown


@pytest.mark.parametrize(
    "said",
    [
        REPORT,
        OTHERS,
        judging._BOTH_FAIL,
        what_it_needs(()),
        what_it_needs(("KeyError: 'TOKEN'", "KeyError: 'DB_URL'")),
        what_it_needs(("Connection refused",)),
        *(check.way_out for check in with_ways_out(
            Verification(FAILED), (Repair("a", "b", ("start",), ""), Repair("c", "d", ("start",), "")),
        ).checks),
    ],
)  # fmt: skip
def test_no_option_of_the_command_line_is_told_in_the_app(said: str) -> None:
    assert "--" not in in_app(said)


@pytest.mark.parametrize("works", [True, False])
def test_nor_where_the_original_never_gets_past_uv(works: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "works", lambda _seen: works)
    monkeypatch.setattr(running, "said", lambda _seen: "ends")
    check: Check = running._nothing_to_compare(type("Seen", (), {"log": ("x",)})())
    said = [check.way_out, *check.unseen]
    assert any("--start-network" in text for text in said)
    assert not any("--" in in_app(text) for text in said)
    assert check.needs == ()
