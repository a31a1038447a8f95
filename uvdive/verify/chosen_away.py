"""Distributions that are gone because of a choice: keeping them mends what misses them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvdive.ledger.report import Distribution, Environment, ImageReport
from uvdive.verify.checks import Want

_EXTRA = "extra:"


@dataclass(frozen=True, slots=True)
class ChosenAway:
    """The choice that took something away, which ``keep`` brings back, and why it is meant."""

    choice: str
    reason: str


def chosen_away(
    before: ImageReport, after: ImageReport, chosen: Mapping[str, str], want: Want
) -> Iterator[ChosenAway]:
    """The choices by which the rewritten image lacks a module or an environment's program.

    Args:
        before: the original image.
        after: the rewritten one.
        chosen: the plan's choices by id (``dev-group``, ``other-environments``).
        want: what a failed check shows to be lacking.
    """
    here = {environment.path: environment for environment in after.environments}
    for environment in before.environments:
        left = here.get(environment.path)
        if left is None:
            if chosen.get("other-environments") == "leave-out" and _brings(environment, want):
                yield ChosenAway(
                    "other-environments", f"{want.name} is in {environment.path}, which is left behind"
                )
            continue
        have = {distribution.name for distribution in left.distributions}
        for distribution in environment.distributions:
            gone = distribution.name not in have and _is_meant(environment, distribution, want)
            if gone and chosen.get("dev-group") == "remove" and _is_of_a_group(distribution):
                group = distribution.group
                yield ChosenAway(
                    "dev-group", f"{want.name} comes with {distribution.name} of the group {group}"
                )


def _is_of_a_group(distribution: Distribution) -> bool:
    return distribution.group is not None and not distribution.group.startswith(_EXTRA)


def _brings(environment: Environment, want: Want) -> bool:
    scripts = any(_is_script(environment, script.name, want) for script in environment.scripts)
    return scripts or any(_is_meant(environment, each, want) for each in environment.distributions)


def _is_meant(environment: Environment, distribution: Distribution, want: Want) -> bool:
    """Does the distribution bring the module, or a program of its own name?"""
    if want.kind == "module":
        return want.name.partition(".")[0] in distribution.modules
    return _is_script(environment, distribution.name, want)


def _is_script(environment: Environment, name: str, want: Want) -> bool:
    return want == Want("program", name) or want == Want(
        "path", posixpath.join(environment.path, "bin", name)
    )
