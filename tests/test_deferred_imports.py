"""What the command line may load before it knows what it is for (CONTRIBUTING.md, "The house")."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "textual",
    "rich",
    "docker",
    "requests",
    "humanize",
    "dockerfile_parse",
    "xxhash",
    "importlib.metadata",
    "numpy",
    "yaml",
    "jinja2",
    "markupsafe",
)
SLOW = (
    "importlib.resources",
    "dataclasses",
    "inspect",
    "logging",
    "pathlib",
    "shutil",
    "json",
    "asyncio",
    "subprocess",
)
"""Parts of the standard library that take longer than printing a help."""
OURS = ("uvdive.image", "uvdive.ledger", "uvdive.rewrite", "uvdive.build", "uvdive.tui", "uvdive.session")


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nsys.stderr.write('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def unwanted(modules: set[str], names: tuple[str, ...]) -> list[str]:
    return sorted(name for name in modules if any(name == top or name.startswith(f"{top}.") for top in names))


def ends(*argv: str) -> str:
    return f"from uvdive.cli.main import main\nassert main({list(argv)!r}) == 0"


@pytest.mark.parametrize(
    "code",
    [
        "import uvdive.cli",
        "import uvdive.cli.main",
        ends("--version"),
        ends("--help"),
        ends("rewrite", "--help"),
        ends("compare", "--help"),
        ends("check", "--help"),
        ends("plugin", "--help"),
        ends("clean", "--help"),
        ends("demo", "--help"),
    ],
)
def test_the_front_door_loads_nothing_heavy(code: str) -> None:
    assert unwanted(loaded_after(code), (*HEAVY, *SLOW, *OURS)) == []


def test_building_needs_no_library_for_its_help() -> None:
    assert unwanted(loaded_after(ends("build", "--help")), HEAVY) == []


@pytest.mark.parametrize(
    "module",
    [
        "uvdive.session.opening.images",
        "uvdive.session.proof.proving",
        "uvdive.session.disk.writing",
        "uvdive.session.planning.rewriting",
        "uvdive.session.comparing",
        "uvdive.output.as_json.report",
        "uvdive.output.as_text.report",
        "uvdive.tui.run",
    ],
)
def test_libraries_are_loaded_where_they_are_used(module: str) -> None:
    assert (
        unwanted(loaded_after(f"import {module}"), ("textual", "rich", "docker", "requests", "humanize"))
        == []
    )


def test_the_first_picture_waits_for_nothing_that_reads_or_rewrites() -> None:
    later = (
        "docker",
        "requests",
        "humanize",
        "pygments.lexers",
        "pyperclip",
        "dockerfile_parse",
        "elftools",
        "uvdive.session.opening.reading",
        "uvdive.image.engine.engine",
        "uvdive.rewrite.planner",
        "uvdive.rewrite.copies.copier",
        "uvdive.verify",
        "uvdive.tui.screens.rewrite.rewrite",
    )
    assert unwanted(loaded_after("import uvdive.tui.app, uvdive.tui.run"), later) == []


def test_a_report_that_was_kept_needs_nothing_that_reads_layers() -> None:
    later = (
        "uvdive.image.archives",
        "uvdive.image.layers.sharing",
        "uvdive.image.stack",
        "uvdive.image.tar.index",
        "uvdive.ledger.assemble",
        "uvdive.verify",
    )
    opened = (
        "import uvdive.cli.commands.explore, uvdive.image.engine.engine, uvdive.output.as_text.report\n"
        "import uvdive.session.opening.finished, uvdive.session.opening.reading"
    )
    assert unwanted(loaded_after(opened), later) == []


def test_reading_begins_without_what_only_a_build_shows() -> None:
    """What is imported between the first picture and the first question to a registry is waited for."""
    code = """
import asyncio, sys, threading
from uvdive.base.errors import UvdiveError
from uvdive.tui.app import UvdiveApp

seen, began = [], threading.Event()

def load(**_):
    seen.extend(sys.modules)
    began.set()
    raise UvdiveError("enough")

async def run():
    app = UvdiveApp("x:1", loader=load)
    async with app.run_test():
        await asyncio.to_thread(began.wait, 60)

asyncio.run(run())
print(*seen)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    there = set(done.stdout.split())
    assert "uvdive.tui.screens.explore.explore" in there
    assert (
        unwanted(there, ("uvdive.tui.screens.first_build", "uvdive.verify.repairs", "docker", "urllib3"))
        == []
    )
