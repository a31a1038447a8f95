"""Cache mounts that miss, and copies that a missing mount makes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from uvdive.ledger.findings.facts import Facts, finding
from uvdive.ledger.report import Finding, LayerReport
from uvdive.uv.cache import cache_folder

if TYPE_CHECKING:
    from uvdive.dockerfile.mounts import Mount
    from uvdive.ledger.findings.recipe import RecipeRun
    from uvdive.uv.calls import Call

_MEANT = re.compile(r"(?:^|/)uv(?:/|$)|(?:^|/)\.cache/?$")
_PIP = re.compile(r"/\.cache/pip/?$")
_CALLS_PIP = re.compile(r"(?:^|(?<!uv)\s)pip3?\s|-m\s+pip\b", re.MULTILINE)
_COPY = re.compile(r"UV_LINK_MODE=[\"']?copy\b|--link-mode[= ]copy\b")
_SHARE = 4
"""Linked files leave 1 to 3 % of an environment's size in the cache, copied ones nearly all of it."""


def wrong_mount(facts: Facts) -> Iterator[Finding]:
    """A cache mount meant for uv that is not where the user in force has uv's cache."""
    if facts.recipe is None:
        return
    for run in facts.recipe.runs():
        mounts = [mount for mount in run.mounts if mount.kind == "cache"]
        meant = [mount for mount in mounts if _is_meant(mount, run)]
        if not meant:
            continue
        for call in run.calls:
            folder = _folder(facts, run, call)
            if folder is None or any(_covers(mount.target, folder) for mount in mounts):
                continue
            yield finding(
                "cache-mount-wrong-path",
                f"The cache mount at {meant[0].target or '(no target)'} is not uv's cache, "
                f"which is {folder} here",
                f"Mount it with target={folder}, or set UV_CACHE_DIR to the mount's target.",
                count=_cached_by(facts, run),
                line=run.line,
                paths=[folder],
                weight=None if _cached_by(facts, run) else "medium",
            )
            break


def _is_meant(mount: Mount, run: RecipeRun) -> bool:
    """Is it there for uv? pip's is, where no pip runs."""
    if _PIP.search(mount.target):
        return _CALLS_PIP.search(run.text) is None
    return bool(_MEANT.search(mount.target) or re.search(r"\buv\b", mount.options.get("id", "")))


def _covers(target: str, folder: str) -> bool:
    """Is the folder in the mount? ``~`` is no home in a mount's target: BuildKit takes it as a name."""
    if not target.startswith("/"):
        return False
    return (posixpath.normpath(folder) + "/").startswith(posixpath.normpath(target).rstrip("/") + "/")


def _folder(facts: Facts, run: RecipeRun, call: Call) -> str | None:
    variables = {**_inherited(facts, run), **run.variables, **dict(call.environ)}
    return cache_folder(variables, _home(facts, run), call.given)


def _inherited(facts: Facts, run: RecipeRun) -> dict[str, str]:
    """The ENV that the base brought, as far as the image still shows it."""
    if facts.recipe is None or not run.final:
        return {}
    own = {name for stage in facts.recipe.chain for name in stage.env}
    return {name: value for name, value in facts.config.environ.items() if name not in own}


def _home(facts: Facts, run: RecipeRun) -> str | None:
    """The user's home; None for one that is not in the image, as in another stage."""
    name = run.user.partition(":")[0]
    if not name and run.final and facts.recipe is not None and not facts.recipe.sets_user:
        name = facts.config.user.partition(":")[0]  # the base's
    name = name or "root"
    if name in ("root", "0"):
        return "/root"
    known = (user for user in facts.users if run.final and name in (user.name, str(user.uid)))
    return next((user.home for user in known), None)


def _cached_by(facts: Facts, run: RecipeRun) -> int:
    """The bytes of uv's cache in the layer of this RUN."""
    if not run.final:
        return 0
    return sum(layer.owners.get("uv-cache", 0) for layer in facts.layers if layer.line == run.line)


def copied_cache(facts: Facts) -> Iterator[Finding]:
    """``UV_LINK_MODE=copy`` in a layer that holds both the environment and the cache it was copied from."""
    for layer in facts.layers:
        cached, installed = layer.owners.get("uv-cache", 0), layer.owners.get("venv", 0)
        if layer.base or not installed or cached * _SHARE < installed or not _copies(facts, layer):
            continue
        yield finding(
            "link-mode-copy",
            "UV_LINK_MODE=copy without a cache mount: the layer holds every package twice",
            "Mount the cache (RUN --mount=type=cache,target=…), or leave UV_LINK_MODE out so that uv links.",
            count=cached,
            line=layer.line,
            paths=sorted({part.path for part in facts.components if part.owner == "uv-cache" and part.bytes}),
        )


def _copies(facts: Facts, layer: LayerReport) -> bool:
    return facts.config.environ.get("UV_LINK_MODE") == "copy" or bool(_COPY.search(layer.created_by))
