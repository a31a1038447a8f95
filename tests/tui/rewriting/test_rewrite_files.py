"""The rewrite screen and the files on the disk: undoing, and noticing others' changes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from made_images.samples import sample_report
from screens.driving import OLD, Recorded, answers, built, ended, opened, rewritten, text_of

from uvdive.base.units import size
from uvdive.ledger.report import DockerfileInfo
from uvdive.tui.progress.watched_files import Watch
from uvdive.tui.screens.compare import CompareScreen
from uvdive.tui.services import Services

SAMPLE = answers(sample_report())


def said(app) -> list[str]:
    return [str(note.message) for note in app._notifications]


async def write(screen, pilot) -> None:
    await pilot.press("w", "y")
    await ended(pilot, screen.work.job)


async def test_u_brings_the_old_files_back(dockerfile):
    recorded = Recorded()
    # The plan is recorded, the writing is real.
    services = Services(plan=recorded.plan, study=recorded.study, prove=recorded.prove)
    (dockerfile.parent / "start.sh").write_text("uv run x\n")
    before = {path.name: path.read_bytes() for path in dockerfile.parent.iterdir()}
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        screen = await rewritten(app, pilot)
        await write(screen, pilot)
        assert dockerfile.read_text() != OLD
        assert screen.work.written == dockerfile
        await pilot.press("u")
        await ended(pilot, screen.work.job)
        assert screen.work.written is None
        assert {path.name: path.read_bytes() for path in dockerfile.parent.iterdir()} == before
        await write(screen, pilot)
        assert screen.work.written == dockerfile


async def test_nothing_can_be_undone_before_it_is_written(dockerfile):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("u")
        await pilot.pause()
        assert "Nothing was written." in said(app)
        assert not recorded.undone


async def test_a_change_on_the_disk_is_noticed_and_planned_anew(dockerfile):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("r")
        await pilot.pause()
        assert "The files are as they were planned from." in said(app)
        dockerfile.write_text(OLD + "# more\n")
        screen._look()
        await pilot.pause()
        assert "changed on the disk; r plans anew" in await text_of(app)
        for key in ("b", "w"):
            await pilot.press(key)
        await pilot.pause()
        assert not recorded.proved
        assert not recorded.written
        dockerfile.write_text(OLD)
        await pilot.press("r")
        await ended(pilot, screen.work.job)
        assert screen.work.changed is None
        await built(screen, pilot)
        assert recorded.proved


async def test_a_change_right_before_writing_is_noticed_too(dockerfile):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        dockerfile.unlink()
        await pilot.press("w")
        await pilot.pause()
        assert app.screen is screen
        assert screen.work.changed == dockerfile
        assert not recorded.written


async def test_c_shows_all_that_differs_and_esc_comes_back(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("c")
        assert app.screen is screen
        await built(screen, pilot)
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, CompareScreen)
        await pilot.press("escape")
        assert app.screen is screen


async def test_a_page_after_the_proof_has_the_rewrite_and_its_checks(dockerfile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        await pilot.press("E", "j", "j", "enter", "enter")
        await pilot.pause()
        assert 'id="rewrite"' not in (tmp_path / "sample-1.html").read_text()
        (tmp_path / "sample-1.html").unlink()
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("escape", "E", "j", "j", "enter", "enter")
        await pilot.pause()
    page = (tmp_path / "sample-1.html").read_text()
    assert 'id="rewrite"' in page
    assert screen.work.proof is not None
    for check in screen.work.proof.verification.checks:
        assert check.name in page


def test_only_another_content_counts_as_a_change(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"x")
    watch = Watch([one, other])
    assert watch.changed() is None
    one.unlink()
    one.write_bytes(b"x")
    assert watch.changed() is None
    other.write_bytes(b"")
    assert watch.changed() == other
    other.unlink()
    one.write_bytes(b"y")
    assert watch.changed() == one


def test_what_was_read_before_is_compared_with_that(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"new")
    assert Watch([path], {path: b"old"}).changed() == path
    assert Watch([path], {path: b"new"}).changed() is None


async def test_the_old_lines_have_their_bytes_beside_them(dockerfile):
    text = OLD.encode()
    dockerfile.write_bytes(text)
    report = sample_report()
    known = DockerfileInfo(str(dockerfile), hashlib.sha256(text).hexdigest(), matches=True)
    layers = tuple(replace(layer, line=2 if not layer.base else None) for layer in report.layers)
    report = replace(report, dockerfile=known, layers=layers)
    own = sum(layer.file_bytes for layer in layers if not layer.base)
    async with opened(
        answers(report), dockerfile=dockerfile, services=Recorded().services(), size=(200, 40)
    ) as (app, pilot):
        await rewritten(app, pilot)
        for _ in range(2):
            assert [
                line
                for line in (await text_of(app)).splitlines()
                if size(own) in line and "RUN uv sync" in line
            ]
            await pilot.press("d")
            await pilot.pause()
        dockerfile.write_text(OLD + "# another\n")
        app.screen.action_again()
        await ended(pilot, app.screen.work.job)
        assert not [
            line for line in (await text_of(app)).splitlines() if size(own) in line and "RUN uv sync" in line
        ]
