"""What the plan announced to leave out is not looked for in the new image."""

from __future__ import annotations

from dataclasses import replace

from made_images.samples import sample_report

from uvdive.ledger.report import ConsoleScript, Distribution, Environment
from uvdive.rewrite.plan import Allowances
from uvdive.verify.announced import without_announced


def environment(path: str) -> Environment:
    return Environment(
        path, "venv", "3.13.5", f"{path}/bin/python", "/usr/bin/python3", (), None, ("/app",),
        (ConsoleScript("flask", "x"), ConsoleScript("pytest", "x")),
        (Distribution("flask", "3", 1, 0, 0, 1), Distribution("pytest", "8", 1, 0, 0, 1)),
    )  # fmt: skip


def test_announced_packages_scripts_sources_and_environments_go() -> None:
    before = replace(sample_report(), environments=(environment("/app/.venv"), environment("/opt/venv")))
    allowed = Allowances(paths=("/opt/venv", "/app/.venv/bin/pytest", "/app/src"), distributions=("pytest",))
    (left,) = without_announced(before, allowed).environments
    assert left.path == "/app/.venv"
    assert [item.name for item in left.distributions] == ["flask"]
    assert [item.name for item in left.scripts] == ["flask"]
    assert left.roots == ("/app",)
    assert without_announced(before, Allowances()).environments == before.environments
    assert without_announced(before, replace(allowed, paths=("/app",))).environments[0].path == "/opt/venv"


def test_scripts_and_packages_of_a_python_that_is_trimmed_go() -> None:
    system = replace(
        environment("/usr/local"),
        scripts=tuple(ConsoleScript(name, "x") for name in ("pip3", "flask")),
        distributions=(
            Distribution("pip", "25", 1, 0, 0, 1, modules=("pip",)),
            Distribution("flask", "3", 1, 0, 0, 1, modules=("flask",)),
            Distribution("setuptools", "80", 1, 0, 0, 1, modules=("setuptools", "own")),
        ),
    )
    before = replace(sample_report(), environments=(system,))
    packages = "/usr/local/lib/python3.*/site-packages"
    trimmed = ("pip:/usr/local/bin/pip*", f"pip:{packages}/pip", f"pip:{packages}/setuptools")
    (left,) = without_announced(before, Allowances(trimmed=trimmed)).environments
    assert [item.name for item in left.scripts] == ["flask"]
    assert [item.name for item in left.distributions] == ["flask", "setuptools"]
