"""Paths that a repair, or the user, adds to the final image, and what comes along unasked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, runner

from uvdive.base.errors import UsageError
from uvdive.ledger.report import Component

LIBPQ = Component("os-packages", "libpq5", "17.5", "package", "", 300, 300, 0)


def test_r46_paths_of_the_original_are_copied_on_request(project, node) -> None:
    made = {"/var/tmp/model": node(folder=True, mode=0o750, uid=7), "/var/tmp/model/x": node(5)}
    result = project(f"{BASE}{SYNC}RUN ./model\n{FLASK}", {"RUN ./model": made}).plan(
        choices={"extra-paths": "/var/tmp/model/x"}
    )
    lines = runner(result)
    assert "COPY --from=builder /var/tmp/model/x /var/tmp/model/x" in lines
    assert "RUN install -d -o 7 -g 0 -m 0750 /var/tmp/model" in lines


@pytest.mark.parametrize(
    "choice",
    [
        {"extra-packages": "no-such"},
        {"extra-packages": "libpq5; rm -rf /"},
        {"extra-paths": "/no/such"},
        {"extra-paths": "app"},
        {"extra-paths": "/"},
        {"extra-paths": "/app/../etc"},
    ],
)
def test_r46_what_the_original_has_not_is_not_added(project, choice) -> None:
    made = project(BASE + SYNC + FLASK)
    made.report = replace(made.report, components=(LIBPQ,))
    with pytest.raises(UsageError, match="The original has no"):
        made.plan(choices=choice)


def test_r35_an_apps_own_cache_and_logs_come_along_and_the_systems_books_do_not(project, node) -> None:
    wrote = {
        "/var/cache/model/weights": node(5),
        "/var/log/app/x.log": node(1),
        "/var/log/dpkg.log": node(7),
        "/var/cache/apt/pkgcache.bin": node(9),
        "/root/.cache/pip/http/x": node(3),
        "/root/.local/share/app/state": node(2),
        "/root/.bashrc": node(1),
    }
    result = project(f"{BASE}{SYNC}RUN ./model\n{FLASK}", {"RUN ./model": wrote}).plan()
    copies = [line.split()[-1] for line in runner(result) if line.startswith("COPY")]
    assert any("/var/cache/model".startswith(path) for path in copies)
    assert any("/var/log/app".startswith(path) for path in copies)
    assert any("/root/.local/share/app".startswith(path) for path in copies)
    assert not any("apt" in path or "dpkg" in path or "pip" in path for path in copies)
    assert result.allowed is not None
    assert {"/var/log/dpkg.log", "/var/cache/apt", "/root/.cache/pip", "/root/.bashrc"} <= set(
        result.allowed.paths
    )
    assert not {"/var/cache", "/var/log", "/root/.cache", "/root/.local"} & set(result.allowed.paths)
