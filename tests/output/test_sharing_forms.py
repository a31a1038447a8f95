"""What images share as text, Markdown and JSON: as they were last read, and with hostile names."""

from __future__ import annotations

import json
import os
from array import array
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from evil_names import EVIL
from made_images.histories import FLASK, NEWER, NUMPY, grown

from uvdive.base.errors import ImageError
from uvdive.output.as_json.sharing import sharing_data
from uvdive.output.as_json.text import json_text
from uvdive.output.as_markdown.sharing import sharing_markdown
from uvdive.output.as_text.sharing import sharing_text
from uvdive.verify.several.sharing import Contents, Fleet, share, summary_of

GOLDEN = Path(__file__).parent.parent / "data" / "history"


def fleet(names: tuple[str, str] = ("shop:1", "shop:2"), path: bytes = b"/usr/bin/uv") -> Fleet:
    first, second = grown([FLASK, NUMPY]), grown([NEWER])
    own = replace(second.layers[1], diff_id="sha256:other")
    second = replace(second, layers=(second.layers[0], own, second.layers[2]))
    held = {
        layer: Contents(array("Q", [7, 9]), array("Q", [40_000, 10 + place]), {7: path})
        for place, layer in enumerate((first.layers[1].diff_id, own.diff_id))
    }
    return share([summary_of(first, names[0]), summary_of(second, names[1])], held)


UNREAD = [("gone:1", "The engine has no image gone:1.")]
NOTES = ["The files of 2 layers were not compared: saved reports hold no contents."]
FORMS = {
    "shared.txt": lambda: sharing_text(fleet(), UNREAD, NOTES),
    "shared.md": lambda: sharing_markdown(fleet(), UNREAD, NOTES),
    "shared.json": lambda: json_text(
        sharing_data(fleet(), [("gone:1", ImageError("No.", "Pull it."))], NOTES, 4)
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_it_reads_as_it_was_last_read(name: str) -> None:
    text, path = FORMS[name](), GOLDEN / name
    if os.environ.get("UVDIVE_WRITE_CHECKS"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize(
    "evil", [("a", b"/a"), *((name, name.encode("utf-8", "surrogateescape")) for name in EVIL)]
)
def test_json_keeps_its_contract_and_nothing_steers_a_terminal(evil: tuple[str, bytes]) -> None:
    found = fleet((evil[0], "b"), evil[1])
    schema = json.loads(resources.files("uvdive.output").joinpath("schemas/shared-1.json").read_text())
    text = json_text(sharing_data(found, [(evil[0], ImageError(evil[0]))], [evil[0]], 4))
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    unread = [(evil[0], evil[0])]
    for written in (sharing_text(found, unread, [evil[0]]), sharing_markdown(found, unread, [evil[0]])):
        assert not [char for char in written if not char.isprintable() and char != "\n"]


def test_nothing_that_could_be_read_is_a_table_of_that() -> None:
    text = sharing_text(share([]), UNREAD)
    assert text == "image   platform    size  its own  shared  pull size\ngone:1  unreadable\n"
