"""Containers of runs that could not clean up: the engine went away under them, or they were killed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from uvdive.base.files.remains import is_running
from uvdive.build.images import engine_client, engines
from uvdive.image.answers import CONTAINERS, answer
from uvdive.image.endpoint import MAKER_LABEL, EngineKind, maker_of


@dataclass(frozen=True, slots=True)
class Leftover:
    """A container of ours whose maker has ended."""

    name: str
    engine: EngineKind


def leftovers() -> tuple[Leftover, ...]:
    """Every container of ours that no process of this machine works with any more, by name.

    Raises:
        EngineError: no engine answers.
    """
    found = []
    for engine in engines():
        with engine_client(engine) as client:
            listed = client.api.containers(all=True, filters={"label": MAKER_LABEL})
            for container in answer(listed, CONTAINERS, "containers"):
                name = next(iter(container["Names"]), "").lstrip("/")
                maker = maker_of(name, container.get("Labels") or {})
                if maker is not None and not is_running(maker):
                    found.append(Leftover(name, engine))
    return tuple(sorted(found, key=lambda item: item.name))


def remove_leftovers(found: tuple[Leftover, ...]) -> None:
    """Remove containers with their anonymous volumes."""
    from docker.errors import NotFound

    for item in found:
        with engine_client(item.engine) as client, contextlib.suppress(NotFound):
            client.api.remove_container(item.name, v=True, force=True)
