"""Cache mounts that miss, and copies that a missing mount makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from uvdive.ledger.findings.facts import Facts, finding
from uvdive.ledger.report import Finding, LayerReport

if TYPE_CHECKING:
    from uvdive.dockerfile.steps import Step
    from uvdive.ledger.findings.recipe import Recipe
    from uvdive.uv.cache_mounts import Missed

_COPY = re.compile(r"UV_LINK_MODE=[\"']?copy\b|--link-mode[= ]copy\b")
_SHARE = 4
"""Linked files leave 1 to 3 % of an environment's size in the cache, copied ones nearly all of it."""


def wrong_mount(facts: Facts) -> Iterator[Finding]:
    """A cache mount meant for uv that is not where the user in force has uv's cache."""
    recipe = facts.recipe
    if recipe is None:
        return
    from uvdive.uv.cache_mounts import missed_mount

    for step in recipe.runs():
        final = recipe.is_final(step)
        missed = missed_mount(step, _home(facts, step, final=final), _inherited(facts) if final else None)
        if missed is not None:
            yield of_mount(step, missed, _cached_by(facts, step) if final else 0)


def wrong_mounts(recipe: Recipe) -> Iterator[Finding]:
    """The same by the text alone, which tells root's home and no other."""
    from uvdive.uv.cache_mounts import missed_mount

    for step in recipe.runs():
        missed = missed_mount(step, "/root" if step.by_root else None)
        if missed is not None:
            yield of_mount(step, missed, 0)


def of_mount(step: Step, missed: Missed, count: int) -> Finding:
    """The finding about a mount; ``count`` are the bytes of the cache that it left in the image."""
    return finding(
        "cache-mount-wrong-path",
        f"The cache mount at {missed.target or '(no target)'} is not uv's cache, "
        f"which is {missed.folder} here",
        f"Mount it with target={missed.folder}, or set UV_CACHE_DIR to the mount's target.",
        count=count,
        line=step.line,
        paths=[missed.folder],
        weight=None if count else "medium",
    )


def _inherited(facts: Facts) -> dict[str, str]:
    """The ENV that the base brought, as far as the image still shows it."""
    own = {name for stage in facts.recipe.chain for name in stage.env} if facts.recipe is not None else set()
    return {name: value for name, value in facts.config.environ.items() if name not in own}


def _home(facts: Facts, step: Step, *, final: bool) -> str | None:
    """The user's home; None for one that is not in the image, as in another stage."""
    name = step.user.partition(":")[0]
    if not name and final and facts.recipe is not None and not facts.recipe.sets_user:
        name = facts.config.user.partition(":")[0]  # the base's
    name = name or "root"
    if name in ("root", "0"):
        return "/root"
    known = (user for user in facts.users if final and name in (user.name, str(user.uid)))
    return next((user.home for user in known), None)


def _cached_by(facts: Facts, step: Step) -> int:
    """The bytes of uv's cache in the layer of this RUN."""
    return sum(layer.owners.get("uv-cache", 0) for layer in facts.layers if layer.line == step.line)


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
