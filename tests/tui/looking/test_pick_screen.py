from made_images.samples import sample_report
from screens.driving import answers, ended, text_of

from uvdive.base.errors import EngineError, UsageError
from uvdive.session.opening.picking import Choice, Choices
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.pick import PickScreen, age
from uvdive.tui.services import Opened, Services
from uvdive.tui.widgets.lists.listing import Listing

FOUND = (
    Choice("image", "app:[1]", "docker://app:[1]", 5_000_000, 1_000_000_000),
    Choice("archive", "./new\x1b.tar", "./new.tar", 7_000, 2_000_000_000),
    Choice("Dockerfile", "./Dockerfile", "dockerfile:./Dockerfile", 100, None),
)


def picker(found, opener=None):
    opener = opener or (lambda target: Opened(target, answers(sample_report())))
    services = Services(choices=lambda _folder, **_options: found)
    return UvdiveApp(None, opener=opener, services=services)


async def looked(app, pilot):
    await pilot.pause()
    await ended(pilot, app.jobs._jobs[-1])


async def test_what_is_there_is_listed_sorted_filtered_and_opened():
    app = picker(Choices(FOUND))
    async with app.run_test(size=(100, 20)) as pilot:
        await looked(app, pilot)
        assert isinstance(app.screen, PickScreen)
        rows = app.screen.query_one(Listing)
        text = await text_of(app)
        assert "app:[1]" in text
        assert r"./new\x1b.tar" in text
        assert "years ago" in text
        assert [item.kind for item in rows.page.rows] == ["archive", "image", "Dockerfile"]
        await pilot.press("s")
        assert [item.kind for item in rows.page.rows] == ["image", "archive", "Dockerfile"]
        await pilot.press("slash", *"new")
        assert rows.count == 1
        await pilot.press("escape", "r")
        await ended(pilot, app.jobs._jobs[-1])
        await pilot.press("question_mark", "escape", "home", "enter")
        await pilot.pause()
        assert isinstance(app.screen, ExploreScreen)
        await ended(pilot, app.jobs._jobs[-1])
        assert app.target == "docker://app:[1]"
        assert app.screen.report is not None
        await pilot.press("w", "escape", "3", "z", "escape", "o", "escape")
        assert isinstance(app.screen, ExploreScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, PickScreen)
        await pilot.press("down", "enter")
        await pilot.pause()
        await ended(pilot, app.jobs._jobs[-1])
        assert app.target == "./new.tar"
        assert app.screen.report is not None


async def test_no_engine_and_nothing_to_open_are_told():
    app = picker(Choices((), EngineError("No container engine answers.", "Start Docker.")))
    async with app.run_test(size=(80, 20)) as pilot:
        await looked(app, pilot)
        text = await text_of(app)
        assert "No container engine answers. Start Docker." in text
        assert "There is nothing to open here." in text
        await pilot.press("enter", "q")
    assert app.return_value == 0


async def test_a_choice_that_cannot_be_opened_is_a_dialog():
    def refuse(_target):
        raise UsageError("There is no Dockerfile.")

    app = picker(Choices(FOUND), refuse)
    async with app.run_test(size=(80, 20)) as pilot:
        await looked(app, pilot)
        await pilot.press("i")
        assert isinstance(app.screen, Failure)
        await pilot.press("escape")
        assert isinstance(app.screen, PickScreen)


def test_ages_are_words():
    assert age(None, 10) == ""
    assert age(0, 10) == ""
    assert age(1_000, 1_000 + 7_200) == "2 hours ago"


async def test_what_uvdive_built_stands_last_and_shared_layers_are_told():
    own = Choice("by uvdive", "uvdive.local/x:after", "docker://uvdive.local/x:after", 9, 3_000_000_000)
    image = Choice("image", "app:2", "docker://app:2", 9, 1_500_000_000, (5, 7))
    app = picker(Choices((own, image, *FOUND)))
    async with app.run_test(size=(100, 20)) as pilot:
        await looked(app, pilot)
        rows = app.screen.query_one(Listing).page.rows
        assert rows[-1] is own
        assert "5/7 layers" in await text_of(app)
