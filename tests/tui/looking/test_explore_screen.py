import re

from made_images.samples import HOSTILE_NAME, sample_report
from made_images.trees import HOSTILE, hostile_report
from screens.driving import answers, help_of, opened, path_of, text_of

from uvdive.tui.frame.text import visible
from uvdive.tui.screens.dialogs.help import Help
from uvdive.tui.screens.explore import explore
from uvdive.tui.widgets.lists.files import FileTree
from uvdive.tui.widgets.lists.layers import LayerList

SAMPLE = answers(sample_report())


async def test_the_first_screen_says_how_big_what_is_in_it_and_what_can_be_won():
    async with opened(SAMPLE) as (app, _):
        text = await text_of(app)
        assert "sample:1" in text
        assert "71.6 kB" in text
        assert "1.0 kB hidden" in text
        assert "Could save: 40.0 kB uv is left in the image" in text
        assert "base debian:trixie-slim" in text
        assert "L3  RUN uv sync --extra" in text
        assert "venv" in text
        assert "27.9 %" in text


async def test_every_hostile_name_is_shown_as_text():
    async with opened(answers(hostile_report())) as (app, _):
        text = await text_of(app)
        for name in HOSTILE[:-1]:
            assert visible(name) in text
        assert "/x\\x1b[2J[bold]" in text
        assert "\x1b" not in text


async def test_each_hostile_name_can_be_selected_described_and_copied():
    report = hostile_report()
    async with opened(answers(report)) as (app, pilot):
        await pilot.press("3")
        tree = app.screen.query_one(FileTree)
        for index in range(1, tree.count):
            tree.cursor = index
            await pilot.press("y")
            assert app.clipboard == path_of(app).decode("utf-8", "replace")
        await pilot.pause()
        assert "/" in await text_of(app)


async def test_arrows_letters_home_and_end_move():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3")
        tree = app.screen.query_one(FileTree)
        last = tree.count - 1
        for keys, place in (
            (["down", "j"], 2),
            (["up"], 1),
            (["k"], 0),
            (["G"], last),
            (["g", "g"], 0),
            (["end"], last),
            (["home"], 0),
            (["ctrl+d", "ctrl+d"], last),
            (["ctrl+u", "pageup"], 0),
            (["pagedown", "down"], last),
        ):
            await pilot.press(*keys)
            assert tree.cursor == place, keys


async def test_the_tree_opens_and_closes_with_arrows_letters_enter_and_space():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3", "down")
        tree = app.screen.query_one(FileTree)
        closed = tree.count
        assert path_of(app) == b"/usr"
        for opens, closes in (("right", "left"), ("l", "left"), ("enter", "enter"), ("space", "space")):
            await pilot.press(opens)
            assert tree.count == closed + 2
            await pilot.press(closes)
            assert tree.count == closed
        await pilot.press("right", "right")
        assert path_of(app) == b"/usr/bin"
        await pilot.press("left")
        assert path_of(app) == b"/usr"


async def test_tab_and_numbers_go_from_pane_to_pane():
    async with opened(SAMPLE) as (app, pilot):
        assert app.screen.current == "layers"
        seen = []
        for _ in range(4):
            await pilot.press("tab")
            seen.append(app.screen.current)
        assert seen == ["files", "details", "owners", "layers"]
        await pilot.press("shift+tab")
        assert app.screen.current == "owners"
        for key, pane in (("3", "files"), ("4", "details"), ("1", "owners"), ("2", "layers")):
            await pilot.press(key)
            assert app.screen.current == pane


async def test_the_details_follow_the_selection():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("1")
        assert "Python packages" not in await text_of(app)
        await pilot.press("down")
        assert "Python packages" in await text_of(app)
        await pilot.press("2", "home")
        await pilot.pause()
        assert "known by" in await text_of(app)
        await pilot.press("end", "3", "down", "enter", "down", "enter", "down")
        await pilot.pause()
        assert path_of(app) == b"/usr/bin/uv"
        text = await text_of(app)
        assert "/usr/bin/uv" in text
        assert "part of   uv 0.13.9" in text
        assert "added by layer 1, line 3" in text


async def test_a_folder_that_no_layer_names_tells_who_wrote_into_it_first():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3", "down")
        await pilot.pause()
        assert path_of(app) == b"/usr"
        assert "first file added by layer 0" in await text_of(app)


async def test_the_base_folds_and_unfolds():
    async with opened(SAMPLE) as (app, pilot):
        layers = app.screen.query_one(LayerList)
        assert [row.fold for row in layers.rows] == [1, 0, 0]
        await pilot.press("home", "enter")
        assert [row.layer for row in layers.rows] == [0, 0, 1, 2]
        await pilot.press("down", "h")
        assert [row.fold for row in layers.rows] == [1, 0, 0]


async def test_the_first_focus_is_the_largest_layer_of_ones_own_and_the_files_are_the_whole_images():
    async with opened(SAMPLE) as (app, pilot):
        layers, tree = app.screen.query_one(LayerList), app.screen.query_one(FileTree)
        assert app.focused is layers
        assert layers.selected.layer == 1
        assert "the whole image" in await text_of(app)
        await pilot.press("enter")
        assert app.screen.current == "files"
        assert tree.shown.wish.span.layer == 1


async def test_a_narrow_screen_names_each_pane_once():
    async with opened(SAMPLE, size=(80, 24)) as (app, pilot):
        await pilot.press("3")
        text = await text_of(app)
        assert text.count("3 Files") == 1
        assert "─ the whole image · by size ─" in text
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        text = await text_of(app)
        assert "3 Files · the whole image · by size" in text


async def test_a_layer_chooses_the_files_and_v_shows_what_it_changed():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        assert tree.shown.wish.span.mode == "upto"
        assert "the whole image" in await text_of(app)
        await pilot.press("v")
        assert (tree.shown.wish.span.layer, tree.shown.wish.span.mode) == (1, "layer")
        await pilot.press("down")
        assert (tree.shown.wish.span.layer, tree.shown.wish.span.mode) == (2, "layer")
        await pilot.press("3", "down", "right", "down", "down", "right")
        await pilot.pause()
        text = await text_of(app)
        assert "what layer 2 changed" in text
        assert re.search(r"500 B \S+ +- ▚", text)
        assert visible(HOSTILE_NAME.rpartition(b"/")[2]) in text
        assert "server.py" in text
        await pilot.press("2", "up")
        assert tree.shown.wish.span.layer == 1


async def test_the_filter_works_while_typing_and_esc_ends_it():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        everything = tree.count
        await pilot.press("slash", *"flask")
        assert path_of(app).endswith(b"flask.py")
        assert tree.shown.count == 2
        assert "2 paths, 20.0 kB · “flask”" in await text_of(app)
        first = tree.cursor
        await pilot.press("enter", "n")
        assert tree.cursor > first
        await pilot.press("N")
        assert tree.cursor == first
        await pilot.press("escape")
        assert not tree.shown.wish.filter
        assert tree.count >= everything
        assert tree.has_focus


async def test_a_filter_that_fits_nothing_says_so():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("slash", *"[/nope]")
        await pilot.pause()
        assert "Nothing fits the filter" in await text_of(app)


async def test_the_filter_knows_letters_in_order_and_regular_expressions():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        await pilot.press("t", *"fkpy")
        assert tree.shown.count == 2
        assert "~“fkpy”" in await text_of(app)
        await pilot.press("ctrl+t", "home", "full_stop", "asterisk", "end", "dollar_sign")
        assert tree.shown.wish.filter.how == "regex"
        assert tree.shown.count == 0
        await pilot.press(*["backspace"] * 9, *"^u.$")
        await pilot.pause()
        assert [path_of(app), tree.shown.count] == [b"/usr/bin/uv", 2]
        await pilot.press("left_parenthesis")
        await pilot.pause()
        assert "This is no regular expression" in await text_of(app)
        assert tree.shown.wish.filter.needle == "^u.$"


async def test_files_are_filtered_by_owner_change_and_size():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        seen = []
        for _ in range(5):
            await pilot.press("o")
            seen.append((tree.shown.wish.filter and tree.shown.found) or None)
        assert seen == [40_000, 20_000, 10_000, 600, None]
        await pilot.press("down", "v", "plus")
        assert tree.shown.count == 0
        await pilot.press("plus")
        assert path_of(app) == b"/app/server.py"
        await pilot.press("plus", "plus", "v", "greater_than_sign")
        assert "Nothing fits the filter" in await text_of(app)
        await pilot.press("escape")
        assert not tree.shown.wish.filter
        await pilot.press("1", "down", "enter")
        assert app.screen.current == "files"
        assert "2 paths, 20.0 kB · only venv" in await text_of(app)


async def test_a_range_of_layers_is_marked_and_shows_its_net_effect():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        await pilot.press("m", "down")
        await pilot.pause()
        text = await text_of(app)
        assert "net effect of layers 1–2" in text
        assert "1┏" in text
        assert "2┗" in text
        # What layer 1 wrote and layer 2 deleted is no part of it.
        assert tree.shown.bytes == 60_600
        assert tree.shown.removed == 0
        await pilot.press("home")
        assert (tree.shown.wish.span.first, tree.shown.wish.span.layer) == (0, 1)
        await pilot.press("enter", "enter", "escape")
        assert not app.screen.marked
        assert tree.shown.wish.span.mode == "upto"


async def test_s_cycles_the_order():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        orders = []
        for _ in range(3):
            await pilot.press("s")
            orders.append(tree.shown.wish.sort)
        assert orders == ["name", "change", "size"]


async def test_y_copies_the_path_the_command_and_the_owner():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("down", "y")
        assert app.clipboard == "COPY server.py /app/"
        await pilot.press("1", "y")
        assert app.clipboard == "uv"
        await pilot.press("3", "down", "y")
        assert app.clipboard == "/usr"


async def test_z_gives_a_pane_the_screen_and_esc_takes_it_back():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3", "z")
        assert app.screen.maximized is not None
        await pilot.press("escape")
        assert app.screen.maximized is None


async def test_help_lists_every_action_and_why_some_do_not_apply():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        told = await help_of(app)
        for action in explore.EXPLORE:
            assert action.tooltip in told
        assert "Nothing is being read or written." in told
        await pilot.press("escape")
        assert isinstance(app.screen, explore.ExploreScreen)


async def test_the_palette_offers_what_applies():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"order the files")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one(FileTree).shown.wish.sort == "name"


async def test_the_palette_begins_with_the_rewrite_and_tells_the_keys():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("ctrl+p")
        await pilot.pause()
        text = await text_of(app)
        assert "r  Plan a smaller multi-stage" in text
        assert text.index("Rewrite") < text.index("Findings") < text.index("Waste")
        assert "Theme" not in text or text.index("Waste") < text.index("Theme")


async def test_the_help_begins_with_the_signs_and_groups_the_keys():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("question_mark")
        told = await help_of(app)
        places = [
            told.index(word)
            for word in ("several owners", "List Python", "Show only paths", "Write a report")
        ]
        assert places == sorted(places)


async def test_the_files_say_what_their_signs_mean():
    async with opened(SAMPLE) as (app, _):
        assert "~ changed" in str(app.screen.query_one("#files").border_subtitle)
        assert "* several owners" in await text_of(app)


async def test_a_greyed_key_says_why():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("x")
        assert [note.message for note in app._notifications][-1:] == ["Nothing is being read or written."]


async def test_the_mouse_selects_and_opens():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        closed = tree.count
        await pilot.click(FileTree, offset=(15, 1))
        assert path_of(app) == b"/usr"
        assert app.screen.current == "files"
        await pilot.click(FileTree, offset=(15, 1))
        assert tree.count == closed + 2


async def test_text_can_be_selected_with_the_mouse():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.mouse_down(FileTree, offset=(1, 1))
        await pilot.hover(FileTree, offset=(9, 1))
        await pilot.mouse_up(FileTree, offset=(9, 1))
        assert "49.0 kB" in f" {app.screen.get_selected_text()} "
