"""Short-lived containers: one command in an image, without network, with a time limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.progress import CancelToken
from uvdive.build.running.sandbox import sandbox
from uvdive.build.running.settings import PLAIN, Limits, StartSettings


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a container. ``status`` is None where the time limit ended it.

    ``why`` is the other limit that ended it, in a sentence; empty where none did.
    """

    status: int | None
    output: str
    error: str
    why: str = ""


def run_container(
    image: str,
    command: Sequence[str],
    *,
    seconds: float,
    source: str = "docker",
    limits: Limits = PLAIN.limits,
    cancel: CancelToken | None = None,
) -> Ran:
    """Run ``command`` in ``image`` as the image's own user and in its own work folder.

    The container has no network and is removed whatever happens.

    Args:
        image: an image of the engine, by id or name; it is never pulled.
        command: program and arguments; the image's entry point is not used.
        seconds: after this time the container is ended.
        source: the engine: ``docker`` or ``podman``.
        limits: what it may take.
        cancel: ends the container when it is set.

    Raises:
        EngineError: no engine answers, or it cannot run containers of the image.
        CancelledError: ``cancel`` was set.
    """
    cancel = cancel or CancelToken()
    settings = StartSettings(limits=limits)
    with sandbox(image, source, command, settings=settings, cancel=cancel) as container:
        refusal = container.start()
        if refusal:
            return Ran(container.refused(), "", refusal)
        status = container.wait(seconds, cancel)
        if status is None:
            container.kill()
        output, error = container.output()
        why = container.ended_by(limits)
    return Ran(status, output.decode("utf-8", "replace"), error.decode("utf-8", "replace"), why)
