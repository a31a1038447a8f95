"""Load what uvdive built itself: the text that was built tells what came with FROM."""

from __future__ import annotations

from dataclasses import replace

from uvdive.base.errors import UvdiveError
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.arguments import target_of_build
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.rewrite.stages import up_to
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.opening.options import DEFAULTS, ReadOptions
from uvdive.session.planning.rewriting import read_dockerfile
from uvdive.session.proof.building import check_built, target_of


def load_built(
    request: BuildRequest,
    result: BuildResult,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Loaded:
    """The image that ``result`` is of, with the base that its text names.

    By its history alone an image's base ends with its last CMD, also where the text goes on
    behind one, so that its own layers would count as the base's.

    Raises:
        UvdiveError: as ``load_image`` and ``check_built`` say.
        CancelledError: ``cancel`` was set.
    """
    options = as_built(DEFAULTS, request)
    loaded = load_image(target_of(result), options=options, on_event=on_event, cancel=cancel)
    check_built(result, loaded.report)
    return loaded


def as_built(options: ReadOptions, request: BuildRequest) -> ReadOptions:
    """How to read what ``request`` gave: with the text up to the stage that was built, where that tells more.

    A Dockerfile that was built to its end is read beside its image anyhow.
    """
    return replace(options, built_text=_text(request))


def _text(request: BuildRequest) -> str:
    """The Dockerfile up to the stage that was built; empty where nobody can tell."""
    target = target_of_build(request.args)
    if not target:
        return request.text or ""
    try:
        written = _written(request)
        divided = up_to(written, target)
    except UvdiveError:
        return ""
    return written if divided is None else divided.head


def _written(request: BuildRequest) -> str:
    """The text of the build; UsageError where it is in a file that cannot be read."""
    if request.text is not None:
        return request.text
    return read_dockerfile(request.dockerfile or request.context / "Dockerfile")
