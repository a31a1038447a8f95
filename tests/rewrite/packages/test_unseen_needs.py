"""OS packages where nobody has seen what the new environment needs, and where a build told (R15, R33)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.system_facts import facts
from rewrites.dockerfiles import BASE, decision, last_stage

from uvdive.rewrite.evidence.system.os_needs import Need

INSTALL = "RUN apt-get update && apt-get install -y"
LINKS = Need("libpq5", "libpq.so.5", "/app/.venv/lib/_psycopg.so", "links")


@pytest.mark.parametrize(
    ("seen", "needs", "expected"),
    [
        (None, (), "gcc libpq-dev"),
        (frozenset({"psycopg2"}), (LINKS,), "libpq5"),
        (frozenset({"psycopg2"}), (), None),
    ],
)
def test_r33_what_nobody_has_seen_is_kept_until_a_build_was_looked_into(
    project, node, seen, needs, expected
) -> None:
    copied = {"COPY uv.lock": {"/app/uv.lock": node(9), "/app/pyproject.toml": node(9)}}
    at_start = 'COPY uv.lock pyproject.toml ./\nCMD ["uv", "run", "flask"]\n'
    made = project(f"{BASE}{INSTALL} gcc libpq-dev\n{at_start}", copied, environments=[])
    result = made.plan(system=replace(facts(needs), seen=seen))
    assert result.outcome == "rewritten", result.refusal
    assert result.unseen is (seen is None)
    assert (f"{INSTALL} {expected}\n" in last_stage(result)) is (expected is not None)
    assert ("was built once" in decision(result, "build-packages").reason) is (seen is not None)
    asked = made.plan(system=facts(needs), choices={"build-packages": "keep"})
    assert not asked.unseen
