"""An image with a file of two versions, a binary, a link and a file whose content was lost."""

from __future__ import annotations

from screens.driving import path_of
from screens.local_desk import LocalDesk

from made_images.trees import Table
from uvdive.base.errors import ImageError
from uvdive.image.table import Cause, Change, Kind
from uvdive.session.opening.images import Loaded
from uvdive.tui.desk.path_facts import find_paths

OLD = b"import os\nprint('[red]old')\n"
NEW = b"import os\nprint('\x1b[2Jnew')\nprint(1)\n"


class Store:
    def __init__(self, *contents):
        self.contents = contents

    def read(self, inode, limit=None):
        found = self.contents[inode]
        if found is None:
            raise ImageError("The content of this file was not kept.", "Save the image.")
        return found[:limit]

    def pieces(self, inode):
        yield self.read(inode)


def two_versions():
    rows = Table()
    rows.add(b"/app/main.py", layer=1, size=len(OLD), death=2, cause=Cause.OVERWRITTEN)
    rows.add(b"/app/tool.bin", layer=1, size=20)
    rows.add(b"/app/lost", layer=1, size=5)
    rows.add(b"/app/link", layer=1, kind=Kind.SYMLINK, link=b"x")
    rows.add(b"/app/main.py", layer=2, size=len(NEW), change=Change.MODIFIED)
    return rows


def loader(rows, store):
    def load(on_event, cancel):
        return LocalDesk(Loaded(rows.report(), store))

    return load


STORE = Store(OLD, b"\0ELF" + bytes(range(16)), None, NEW)


async def go_to(app, pilot, path):
    app.show_place(app.desk.ask(find_paths, (path,)).place)
    await pilot.pause()
    assert path_of(app) == path
