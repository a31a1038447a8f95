"""devcontainer.json: what an editor runs in a container of this image (R24).

https://containers.dev/implementors/json_reference/
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from uvdive.base.files.foreign import real
from uvdive.rewrite.elsewhere.context_texts import Text
from uvdive.rewrite.elsewhere.own_images import OwnImages, Place
from uvdive.rewrite.elsewhere.slots import Outside, Slot
from uvdive.uv.mentions import mentions_uv

_COMMANDS = (
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)
_MARK = re.compile(r'"|//|/\*')
_QUOTE = re.compile(r'(?:[^"\\\n]|\\.)*+"', re.DOTALL)
_CLOSE = re.compile(r"\*/")
_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*+")|,(?=\s*+[}\]])', re.DOTALL)


def read_devcontainer(given: Text, folder: Path, place: Place, own: OwnImages, outside: Outside) -> None:
    """Add the commands of a devcontainer that runs in this image."""
    if not mentions_uv(given.text):
        return
    try:
        bare = _bare(given.text)
        settings = json.loads(bare)
    except (ValueError, RecursionError):
        outside.unread.append(
            f"{given.path} names uv, but is not understood as JSON: see that the container does not need it."
        )
        return
    if not isinstance(settings, dict) or not _is_own(settings, folder, place, own):
        return
    for name in _COMMANDS:
        if name in settings:
            _add(given, name, settings[name], bare, outside)


def _bare(text: str) -> str:
    """JSON with comments and commas too many (JSONC) as JSON; every offset stays.

    Raises:
        ValueError: a text or a comment has no end.
    """
    out, at = [], 0
    for mark in _MARK.finditer(text):
        if mark.start() < at:
            continue
        out.append(text[at : mark.start()])
        end = _end(text, mark)
        piece = text[mark.start() : end]
        out.append(piece if mark[0] == '"' else " " * len(piece))
        at = end
    return _COMMA.sub(lambda match: match[1] or " ", "".join([*out, text[at:]]))


def _end(text: str, mark: re.Match[str]) -> int:
    """Where the text or the comment that begins here is over."""
    if mark[0] == "//":
        end = text.find("\n", mark.end())
        return len(text) if end < 0 else end
    close = _QUOTE.match(text, mark.end()) if mark[0] == '"' else _CLOSE.search(text, mark.end())
    if close is None:
        raise ValueError(f"{mark[0]} without an end")
    return close.end()


def _is_own(settings: dict[str, Any], folder: Path, place: Place, own: OwnImages) -> bool:
    build = settings.get("build")
    build = build if isinstance(build, dict) else {}
    file = build.get("dockerfile", settings.get("dockerFile"))
    if isinstance(file, str):
        last = build.get("target") in (None, place.last)
        return last and real(folder / file) == place.dockerfile
    if isinstance(settings.get("image"), str):
        return own.of_image(settings["image"]) is True
    return isinstance(settings.get("service"), str) and own.of_service(settings["service"]) is True


def _add(given: Text, name: str, value: object, bare: str, outside: Outside) -> None:
    texts = [value] if isinstance(value, str) else []
    if isinstance(value, dict):
        texts = [" ".join(map(str, each)) if isinstance(each, list) else str(each) for each in value.values()]
    elif isinstance(value, list):
        texts = [" ".join(map(str, value))]
    match = re.search(rf'"{name}"\s*:\s*(?:"(?P<text>[^"\\]*)")?', bare)
    start = match.start() if match is not None else 0
    inside = match is not None and match["text"] is not None and texts == [match["text"]]
    for text in texts:
        if not mentions_uv(text):
            continue
        outside.slots.append(
            Slot(
                given.path,
                given.text.count("\n", 0, start) + 1,
                name,
                "shell",
                "asked",
                sure=True,
                text=text,
                places=range(match.start("text"), match.end("text") + 1) if inside and match else None,
            )
        )
