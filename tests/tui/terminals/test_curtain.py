"""The first picture comes before the screens are made, and loses no key."""

from __future__ import annotations

from made_images.samples import sample_report
from screens.driving import answers, help_of, text_of

from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.curtain import Curtain
from uvdive.tui.screens.explore.explore import ExploreScreen


async def test_what_is_typed_at_the_first_picture_waits_for_the_first_screen(monkeypatch):
    app = UvdiveApp("sample:1", loader=answers(sample_report()))
    raised = app.raise_curtain

    async def stay() -> None:
        """The curtain stays down until the test raises it."""

    monkeypatch.setattr(app, "raise_curtain", stay)
    async with app.run_test() as pilot:
        assert isinstance(app.screen, Curtain)
        assert "sample:1" in await text_of(app)
        await pilot.press("question_mark")
        assert isinstance(app.screen, Curtain)
        await raised()
        await pilot.pause()
        assert isinstance(app.screen_stack[0], ExploreScreen)
        assert "Where the image's bytes come from" in await help_of(app)


async def test_the_curtain_names_both_images_that_are_compared(monkeypatch):
    app = UvdiveApp(("one:1", "two:2"), comparer=lambda **_: None)

    async def stay() -> None:
        """The curtain stays down."""

    monkeypatch.setattr(app, "raise_curtain", stay)
    async with app.run_test():
        assert "one:1 and two:2" in await text_of(app)


async def test_what_reads_is_made_ready_behind_the_curtain_and_reads_nothing_before_its_screen():
    told: list[str] = []
    app: UvdiveApp

    def ready() -> None:
        told.append(f"ready behind {type(app.screen).__name__}")

    def load(*, on_event, cancel):
        told.append(f"reads behind {type(app.screen).__name__}")
        return answers(sample_report())(on_event=on_event, cancel=cancel)

    app = UvdiveApp("sample:1", loader=load, make_ready=ready)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert told == ["ready behind Curtain", "reads behind ExploreScreen"]
