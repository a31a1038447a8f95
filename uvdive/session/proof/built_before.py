"""The original's build, left out where its image is there and was built of exactly the same.

Of each build that can be told wholly (``build/made_of.py``) a note is kept in the user's state folder:
what it was made of, which images it took, and what came of it. It counts as long as all of that is so.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base import shapes
from uvdive.base.files.folders import state_folder
from uvdive.base.files.foreign import read_file
from uvdive.base.files.wholefile import replace_file
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.events import BuildLeftOut, BuildRequest, BuildResult
from uvdive.build.images import bases_at_hand, find_image, image_tag
from uvdive.build.made_of import made_of
from uvdive.image.endpoint import EngineKind, build_source, endpoint_of
from uvdive.session.proof.building import build_image, target_of

_NOTE = shapes.Record({"digest": str, "bases": shapes.Each(str), "engine": str, "image": str})
_ELSEWHERE = ("[internal] booting", "importing to ")
"""Steps of builders that hold images of their own (the drivers but docker's): they look at no engine's."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A build before it is made: by which engine, under which tag, and of what (None: cannot be told)."""

    engine: EngineKind
    tag: str
    told: Mapping[str, object] | None


def build_unless_there(
    request: BuildRequest, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None
) -> tuple[str, BuildResult | None]:
    """Build an original, unless its image is there and was built of the same.

    Emits a Note that says why it is not built and BuildLeftOut, or a Note that it is and the events of
    ``build_image``.

    Returns:
        The image as a TARGET, and what came of the build: None where there was none.

    Raises:
        UvdiveError: as ``build_image`` says.
    """
    made = _look(request)
    noted = None if made.told is None else _read(made)
    if noted is not None and find_image(made.tag, made.engine) == noted:
        on_event(
            Note(f"Not built: {made.tag} was made of the same Dockerfile, context, arguments and base images")
        )
        on_event(BuildLeftOut("before"))
        return f"{made.engine}://{made.tag}", None
    on_event(Note(f"Building {request.dockerfile or request.context}"))
    built = build_image(replace(request, tag=made.tag), on_event=on_event, cancel=cancel)
    if made.told is not None and not any(step.name.startswith(_ELSEWHERE) for step in built.steps):
        _keep(made, built.image_id)
    return target_of(built), built


def _look(request: BuildRequest) -> _Made:
    engine = request.engine or build_source()
    tag = request.tag or image_tag(request.context, request.dockerfile, "before")
    found = made_of(request)
    bases = None if found is None else bases_at_hand(found.images, engine)
    if found is None or bases is None:
        return _Made(engine, tag, None)
    return _Made(
        engine, tag, {"digest": found.digest, "bases": bases, "engine": endpoint_of(engine).url}
    )  # fmt: skip


def _path(made: _Made) -> Path:
    return state_folder(os.environ) / "built" / f"{made.tag.replace('/', '-').replace(':', '-')}.json"


def _read(made: _Made) -> str | None:
    """The id of the image that was built of the same; None where none is known to have been."""
    try:
        note = shapes.load(read_file(_path(made)), _NOTE, "note")
    except (OSError, ValueError):
        return None
    image = note.pop("image")
    return str(image) if note == made.told else None


def _keep(made: _Made, image: str) -> None:
    """Keep the note; where none can be kept, the next run builds."""
    path = _path(made)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, json.dumps({**(made.told or {}), "image": image}).encode())
