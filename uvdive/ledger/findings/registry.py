"""Every finding that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from uvdive.ledger.findings import (
    broken,
    caching,
    copied,
    environments,
    libraries,
    lighter,
    ospackages,
    rewrites,
    settings,
    uv,
)
from uvdive.ledger.findings.facts import Facts
from uvdive.ledger.report import Finding

REGISTRY: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    uv.uv_in_image,
    uv.cache_in_image,
    uv.unpinned_tag,
    uv.frozen_tag,
    caching.wrong_mount,
    caching.copied_cache,
    rewrites.deleted_later,
    rewrites.rewritten_later,
    ospackages.apt_lists,
    ospackages.build_tools,
    ospackages.headers,
    environments.dev_group,
    environments.package_tests,
    environments.bytecode,
    environments.second_environment,
    environments.cuda,
    lighter.lighter,
    lighter.all_extras,
    libraries.same_library,
    broken.missing_source,
    broken.dangling_interpreter,
    broken.dead_scripts,
    copied.host_environment,
    copied.secrets,
    settings.secrets,
    copied.repository,
)
_WEIGHTS = ("high", "medium", "low", "info")


def find(facts: Facts) -> tuple[Finding, ...]:
    """Every finding: those that cost the most bytes first, then the gravest.

    Their bytes do not add up: one byte may be worth two remarks.
    """
    found = [item for look in REGISTRY for item in look(facts)]
    return tuple(sorted(found, key=lambda item: (-item.bytes, _WEIGHTS.index(item.severity), item.id)))
