"""OS packages that a repair, or the user, adds to the final image."""

from __future__ import annotations

from dataclasses import replace

from rewrites.dockerfiles import BASE, FLASK, SYNC, runner

from uvdive.ledger.report import Component

LIBPQ = Component("os-packages", "libpq5", "17.5", "package", "", 300, 300, 0)


def test_r46_packages_of_the_original_are_installed_on_request(project) -> None:
    made = project(BASE + SYNC + FLASK)
    made.report = replace(made.report, components=(LIBPQ,))
    result = made.plan(choices={"extra-packages": "libpq5"})
    lines = runner(result)
    assert "RUN apt-get update && apt-get install -y --no-install-recommends libpq5 \\" in lines
    (decision,) = [each for each in result.decisions if each.id == "extra-packages"]
    assert decision.chosen == "libpq5"
    assert [each.value for each in decision.alternatives] == ["libpq5", "none"]
    with_it, without = (each.predicted_bytes for each in decision.alternatives)
    assert with_it - without == 300
