"""Packages of builds that a start command calls stay in the final stage (R30, R33)."""

from __future__ import annotations

from made_images.system_facts import facts
from rewrites.dockerfiles import BASE, SYNC, decision, last_stage

from uvdive.rewrite.evidence.system.os_needs import Need

INSTALL = "RUN apt-get update && apt-get install -y"
LINKS = Need("libpq5", "libpq.so.5", "/app/.venv/lib/_psycopg.so", "links")


def test_r30_a_compiler_that_the_start_calls_stays_where_others_go(project) -> None:
    made = project(f'{BASE}{INSTALL} gcc libpq-dev\n{SYNC}CMD ["sh", "-c", "gcc x.c && flask run"]\n')
    result = made.plan(system=facts([LINKS]))
    assert f"{INSTALL} gcc libpq5\n" in last_stage(result)
    assert "libpq-dev" in decision(result, "build-packages").reason
    assert "gcc" not in decision(result, "build-packages").reason
    assert "gcc" not in result.allowed.packages
