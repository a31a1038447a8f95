"""A build under a tag of uvdive's own: the old image makes way, or stays as it was."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from uvdive.base.errors import EngineError
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.clients.buildx import run_build
from uvdive.build.clients.podman import run_podman_build
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.build.images import find_image, remove_untagged, restore_tag
from uvdive.image.endpoint import build_source


def build_tagged(
    request: BuildRequest,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> BuildResult:
    """Build ``request`` under its tag and remove the image that loses the tag.

    docker's engine builds with buildx, podman with its own client or service. A stop or
    a failure leaves the tag where it was. The result's ``image_id`` is the engine's:
    buildx may name the config instead where the engine names the manifest.

    Raises:
        UvdiveError: as ``run_build`` and ``run_podman_build`` say.
    """
    tag, engine = request.tag, request.engine or build_source()
    assert tag is not None
    build = run_podman_build if engine == "podman" else run_build
    before = find_image(tag, engine)
    try:
        result = build(request, on_event=on_event, cancel=cancel)
    except BaseException:
        # Where the engine itself is gone, that is the error to report.
        with contextlib.suppress(EngineError):
            restore_tag(tag, before, engine)
        raise
    image_id = find_image(tag, engine) or result.image_id
    if before is not None and before != image_id:
        remove_untagged(before, engine)
    return replace(result, image_id=image_id, engine=engine, named=result.image_id)
