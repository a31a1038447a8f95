"""The use case: say in one line what an image that was just built holds, and need not."""

from __future__ import annotations

import time

from uvdive.base.deadline import DeadlineError, deadline
from uvdive.base.errors import UvdiveError
from uvdive.base.text import visible
from uvdive.base.units import size
from uvdive.ledger.report import ImageReport

_JUST = 120
"""For so many seconds an image counts as built just now: the client tells no hook which one it was."""

_SECONDS = 5
"""What reading the image may take of the processor, as docker waits for it."""

_WORTH = 1_000_000


def hint_after_build() -> str:
    """A line about the newest image of docker's engine, if it was made just now; empty where there is none.

    It is empty too where the engine does not answer, or the image takes too long: a hint is worth no error.
    """
    from uvdive.image.endpoint import docker_endpoint
    from uvdive.image.engine.engine import Engine
    from uvdive.image.reference import is_ours
    from uvdive.session.opening.images import load_image

    try:
        images = [
            (image.created or 0, name)
            for image in Engine(docker_endpoint()).local_images()
            for name in image.names
            if not is_ours(name)
        ]
        created, name = max(images, default=(0, ""))
        if not name or time.time() - created > _JUST:
            return ""
        with deadline(_SECONDS):
            return hint(name, load_image(f"docker://{name}", in_process=True).report)
    except (UvdiveError, DeadlineError):
        return ""


def hint(name: str, report: ImageReport) -> str:
    """What the costliest finding of an image says, and what to type; empty where none is worth it."""
    worth = [item for item in report.findings if item.bytes >= _WORTH]
    first = max(worth, key=lambda item: item.bytes, default=None)
    if first is None:
        return ""
    others = f", and {len(worth) - 1} more" if len(worth) > 1 else ""
    told = f"{visible(first.title)} ({size(first.bytes)}{others})"
    return f"{told}: docker uvdive {visible(name)} shows it, docker uvdive rewrite takes it out."
