"""Two images compared: moves, the tree of folders, a file's diff, rights in words, and the picker's marks."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens.driving import ended, text_of
from textual.content import Content

from uvdive.base.errors import ImageError
from uvdive.session.opening.picking import Choice, Choices
from uvdive.session.two_images import Part
from uvdive.tui.app import UvdiveApp
from uvdive.tui.desk.change_tree import Folder, rows_of, tree_of
from uvdive.tui.desk.changes import Change, changes, in_brief
from uvdive.tui.screens.compare import CompareScreen
from uvdive.tui.screens.difference import DifferenceScreen
from uvdive.tui.screens.pick import PickScreen
from uvdive.tui.services import Opened, Services
from uvdive.tui.widgets.lists.change_tree import ChangeTree
from uvdive.tui.words.differs import differing
from uvdive.tui.words.file_text import difference
from uvdive.verify.checks import Comparison, OwnerDelta, PackageDelta, PathDelta

FOUND = Comparison(
    {}, {}, 64_000, 21_000, "43.0 kB smaller",
    (OwnerDelta("uv", 44_000, 0), OwnerDelta("venv", 20_000, 21_000)),
    (
        PackageDelta("/app/.venv", "flask", "3.0", None, 9_000, None),
        PackageDelta("/opt/env", "flask", None, "3.1", None, 9_500),
        PackageDelta("/opt/env", "numpy", None, "2.0", None, 5),
    ),
    (),
    (
        PathDelta(b"/app/.venv/big.so", "removed", 9_000, None),
        PathDelta(b"/app/main.py", "changed", 5, 7, ("size 5 -> 7", "mode 0644 -> 0755")),
        PathDelta(b"/opt/env/big.so", "added", None, 9_000),
        PathDelta(b"/usr/bin/uv", "removed", 44_000, None),
        PathDelta(b"/usr/bin/x\x1b[2J", "removed", 4, None),
    ),
    (),
)  # fmt: skip


PARTS = (Part(5, b"a\nb\n"), Part(7, b"a\nccc\n"))


class Two:
    """A pair of images whose files are made up."""

    def __init__(self, found=FOUND, parts=PARTS):
        self.found, self.parts = found, parts
        self.asked, self.closed = [], 0

    def compare(self, _event, _cancel):
        return self.found

    def read(self, path, _most, _event, _cancel, old=None):
        self.asked.append((path, old))
        if isinstance(self.parts, Exception):
            raise self.parts
        return self.parts

    def close(self):
        self.closed += 1


@asynccontextmanager
async def compared(pair, size=(140, 36)):
    app = UvdiveApp(("old:1", "new:1"), pair=pair)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await ended(pilot, app.jobs._jobs[0])
        yield app, pilot


async def settled(app, pilot):
    await pilot.pause()
    for job in tuple(app.jobs._jobs):
        await ended(pilot, job)
    await pilot.pause()


def test_what_changed_its_place_is_one_change():
    found = changes(FOUND)
    assert [(c.kind, c.name, c.sign, c.bytes, c.moved) for c in found] == [
        ("package", "flask", "→", 500, "/app/.venv"),
        ("package", "numpy", "+", 5, None),
        ("path", b"/opt/env", "→", 0, b"/app/.venv"),
        ("path", b"/app/main.py", "~", 2, None),
        ("path", b"/usr/bin/uv", "-", -44_000, None),
        ("path", b"/usr/bin/x\x1b[2J", "-", -4, None),
    ]
    assert in_brief(found[2]) == "9.0 kB"
    assert (found[0].before, found[0].after, found[0].home) == ("3.0", "3.1", "/opt/env")


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "/a", "/b"]), st.sampled_from("xyz"), st.sampled_from("+-~")),
        unique_by=lambda item: item[:2],
    )
)
def test_every_package_is_told_once_whatever_moved(items):
    deltas = tuple(
        PackageDelta(home, name, None if sign == "+" else "1", None if sign == "-" else "2", 3, 4)
        for home, name, sign in items
    )
    comparison = Comparison({}, {}, 0, 0, "", (), deltas, (), (), ())
    found = changes(comparison)
    told = []
    for change in found:
        if change.moved is None:
            told.append((change.home, change.name))
        else:
            told += [(change.home, change.name), (change.moved, change.name)]
    assert sorted(told) == sorted((home, name) for home, name, _ in items)


PATHS = st.lists(st.sampled_from([b"a", b"b", b"usr"]), min_size=1, max_size=4).map(
    lambda parts: b"/" + b"/".join(parts)
)


@given(st.dictionaries(PATHS, st.integers(-9, 9)))
def test_a_folders_sum_is_that_of_what_is_below_it(sizes):
    found = [Change("path", path, 1, 1, size) for path, size in sizes.items()]
    root = tree_of([*found, Change("setting", "User", "a", "b", 0)])
    assert (root.weight, root.count) == (sum(sizes.values()), len(sizes))

    def check(folder: Folder) -> None:
        own = folder.change
        below = folder.below.values()
        assert folder.weight == sum(one.weight for one in below) + (own.bytes if own is not None else 0)
        assert folder.count == sum(one.count for one in below) + (own is not None)
        for one in below:
            check(one)

    check(root)
    everything = {row.folder.path for row in rows_of(root, set(_all_paths(root)))}
    assert set(sizes) <= everything


def _all_paths(folder: Folder):
    yield folder.path
    for one in folder.below.values():
        yield from _all_paths(one)


async def test_the_tree_has_signs_and_sums_and_opens_by_keys():
    async with compared(Two()) as (app, pilot):
        await pilot.press("v", "v", "v", "v")
        await pilot.pause()
        tree = app.screen.query_one(ChangeTree)
        assert app.focused is tree
        text = await text_of(app)
        assert "-44.0 kB -   ▶ usr/bin/  2 paths" in text
        assert "+2 B ~     app/main.py" in text
        assert "9.0 kB →     opt/env  from /app/.venv" in text
        assert "4 paths" not in text  # the root is open
        await pilot.press("down", "right")
        assert tree.count == 6
        text = await text_of(app)
        assert "2 removed" in text
        assert r"x\x1b[2J" in text
        await pilot.press("right", "left")
        assert tree.folder.path == b"/usr/bin"
        await pilot.press("left")
        assert tree.count == 4
        await pilot.press("slash", *"main", "enter")
        await pilot.pause()
        assert [row.folder.path for row in tree._rows] == [b"/", b"/app/main.py"]
        assert app.focused is tree
        await pilot.press("escape", "home", "y")
        assert app.clipboard == "/"


async def test_enter_shows_what_changed_in_a_file_and_esc_comes_back():
    pair = Two()
    async with compared(pair) as (app, pilot):
        await pilot.press("slash", *"main.py", "enter", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, DifferenceScreen)
        text = await text_of(app)
        assert "/app/main.py" in text
        assert "5 B → 7 B" in text
        assert "- b" in text
        assert "+ ccc" in text
        await pilot.press("y", "escape")
        assert app.clipboard.splitlines() == [" a", "-b", "+ccc"]
        await pilot.press("escape", "slash", *"big.so opt", "enter")
        await pilot.pause()
        assert isinstance(app.screen, CompareScreen)
        assert pair.asked == [(b"/app/main.py", None)]
    assert pair.closed


async def test_a_moved_path_is_read_where_it_was_and_errors_are_told_in_its_place():
    pair = Two(parts=ImageError("A saved report holds no contents of files.", "Do this."))
    async with compared(pair) as (app, pilot):
        await pilot.press("slash", *".venv", "enter", "home", "i")
        await settled(app, pilot)
        assert pair.asked == [(b"/opt/env", b"/app/.venv")]
        assert "A saved report holds no contents of files. Do this." in await text_of(app)


async def test_what_is_no_file_or_has_no_contents_at_hand_says_why():
    async with compared(Two()) as (app, pilot):
        await pilot.press("slash", *"flask", "enter", "i")
        await pilot.pause()
        assert list(app._notifications)[-1].message == "Only files can be opened."
        await pilot.press("enter")
        assert app.screen.current == "details"


@pytest.mark.parametrize(
    ("one", "other", "note", "lines"),
    [
        (None, Part(2, b"a\n"), "not there → 2 B", ["+a"]),
        (Part(2, b"a\n"), None, "2 B → not there", ["-a"]),
        (Part(2, b"a\n"), Part(2, b"a\n"), "the contents are equal: 2 B → 2 B", []),
        (Part(2, b"\0a"), Part(2, b"\0b"), "not text, and different: 2 B → 2 B", []),
        (Part(9 << 20, b"a"), Part(1, b"a"), "too long to compare: 9.4 MB → 1 B", []),
        (Part(0, None, "symlink"), Part(1, b"a"), "", ["Before: symlink. After: file."]),
    ],
)
def test_each_kind_of_difference_is_told(one, other, note, lines):
    body = difference(one, other, "x")
    assert body.note == note
    shown = [line.plain for line in body.lines]
    signs = {"added": "+", "removed": "-", "same": " "}
    for pair in body.pairs or ():
        half = pair.new or pair.old
        shown.append(signs[pair.tag] + half.text.plain)
    assert shown == lines


def test_rights_links_and_capabilities_are_told_in_words():
    told = Content("\n").join(
        differing(
            (
                "mode 0644 -> 4755",
                "uid 0 -> 1000",
                "gid 0 -> 1000",
                "link /a -> /b",
                "attributes none -> security.capability=0100000200040000000000000000000000000000 user.x=6162",
                "content",
            )
        )
    )
    assert told.plain.splitlines() == [
        "mode      0644 rw-r--r-- → 4755 rwsr-xr-x",
        "user      0 → 1000",
        "group     0 → 1000",
        "points to /a → /b",
        "can do    none → cap_net_bind_service=ep",
        "attribute user.x",
        "          none → 6162",
        "differs   content",
    ]


async def test_two_that_are_marked_in_the_picker_are_compared_and_esc_comes_back():
    found = Choices(tuple(Choice("image", name, f"docker://{name}", 5, 9) for name in ("a:1", "b:1", "c:1")))
    asked, pair = [], Two()

    def pairer(before, after):
        asked.append((before, after))
        return pair

    app = UvdiveApp(
        None,
        opener=lambda target: Opened(target, lambda **_: None),
        pairer=pairer,
        services=Services(choices=lambda _folder, **_options: found),
    )
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(app, pilot)
        await pilot.press("m")
        assert "a:1 is marked: m on another one compares them" in await text_of(app)
        await pilot.press("m")
        assert "marked" not in await text_of(app)
        await pilot.press("m", "escape")
        assert app.screen.marked is None
        await pilot.press("down", "m", "down", "m")
        await settled(app, pilot)
        assert asked == [("docker://b:1", "docker://c:1")]
        assert isinstance(app.screen, CompareScreen)
        assert "43.0 kB smaller" in await text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, PickScreen)
        assert pair.closed
