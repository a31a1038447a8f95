"""OS packages that only dropped distributions need."""

from __future__ import annotations

from dataclasses import replace

from made_images.samples import sample_report
from made_images.system_facts import facts, packages

from uvdive.ledger.costs.whatif import Gone, Unneeded, WhatIf
from uvdive.rewrite.evidence.system.os_needs import Need
from uvdive.session.opening.images import Loaded
from uvdive.session.planning.unneeded import unneeded, with_unneeded

FLASK = "/app/.venv/lib/flask.py"
FOUND = packages("libc6", "libpq5: libc6 libldap", "libldap", "git", "jq", "libpq-dev: libpq5")
GONE = {("/app/.venv", "flask")}


def listed(*needs: Need) -> list[str]:
    report = sample_report()
    number = next(n for n, part in enumerate(report.components) if part.name == "flask")
    parts = list(report.components)
    parts[number] = replace(parts[number], kind="distribution", path="/app/.venv")
    return [
        item.name for item in unneeded(replace(report, components=tuple(parts)), facts(needs, FOUND), GONE)
    ]


def need(package: str, by: str = FLASK) -> Need:
    return Need(package, "x.so", by, "links")


def test_what_a_file_of_a_gone_distribution_needs_alone_goes_with_what_it_brought() -> None:
    assert listed(need("libpq5")) == ["libldap", "libpq5"]


def test_what_another_file_needs_stays() -> None:
    assert listed(need("libpq5"), need("libpq5", "/app/server.py")) == []
    assert listed(need("libpq5"), need("libldap", "/app/server.py")) == ["libpq5"]


def test_what_a_distribution_needs_by_the_tables_is_told_by_its_name() -> None:
    assert listed(Need("git", "git", "flask", "runs")) == ["git"]
    assert listed(Need("git", "git", "other", "runs")) == []


def test_packages_of_the_base_and_those_of_which_nothing_is_known_stay() -> None:
    assert listed(need("libc6")) == []
    assert listed() == []


def test_without_contents_it_is_said() -> None:
    gone = WhatIf(10, 5, (Gone("/app/.venv", "flask", "1", 5),), (), (), ())
    loaded = Loaded(replace(sample_report(), image=replace(sample_report().image, source="saved")), None)
    assert "can't be read here" in with_unneeded(loaded, gone).notes[0]
    nothing = WhatIf(10, 10, (), (), (), ())
    assert with_unneeded(loaded, nothing) is nothing
    assert Unneeded("a", 1, ()) not in with_unneeded(loaded, gone).os_packages
