"""A single stage into which uv is only mounted: it holds nothing to remove."""

from __future__ import annotations

import posixpath

from uvdive.distro.kinds import only_builds
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.environment import uv_bytes
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.calls import Call, uv_calls
from uvdive.uv.images import Reference
from uvdive.uv.mentions import brings_uv, mentions_uv

_CACHES = ("/root/.cache/uv", "/root/.cache")


def is_lean(evidence: Evidence) -> bool:
    """Is neither uv nor its cache in the image: by what it holds, else by the text?"""
    if evidence.report is not None:
        return not uv_bytes(evidence.report)
    if Reference.read(evidence.base).is_uv or any(brings_uv(step.instruction) for step in evidence.steps):
        return False
    starts = [step for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK") if (step := evidence.last(name))]
    if not starts or any(mentions_uv(command_text(step.instruction)) for step in starts):
        return False
    runs = evidence.runs()
    words = {word for step in runs for word in command_text(step.instruction).split()}
    mounted = any(_mounts_uv(step) for step in runs)
    return mounted and all(map(_leaves_nothing, runs)) and not any(map(only_builds, words))


def _mounts_uv(step: Step) -> bool:
    return any(mount.image and Reference.read(mount.image).is_uv for mount in mounts_of(step.instruction))


def _leaves_nothing(step: Step) -> bool:
    """Does no call of uv write to a cache that stays?"""
    calls = uv_calls(command_text(step.instruction), step.workdir)
    if calls is None:
        return not mentions_uv(command_text(step.instruction))
    return all(not call.installs or _caches_elsewhere(step, call) for call in calls)


def _caches_elsewhere(step: Step, call: Call) -> bool:
    environ = call.environ_in(step.values)
    if {"--no-cache", "-n"} & set(call.given) or environ.get("UV_NO_CACHE"):
        return True
    named = environ.get("UV_CACHE_DIR")
    places = (posixpath.normpath(named),) if named else _CACHES if step.by_root else ()
    targets = {
        posixpath.normpath(m.target) for m in mounts_of(step.instruction) if m.kind in ("cache", "tmpfs")
    }
    return any(place in targets for place in places)
