"""Tests that need no engine, and the program, without what Linux alone has (``support/on_a_mac``)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_images import layers as make

ROOT = Path(__file__).parent.parent
ON_A_MAC = ROOT / "tests" / "support" / "on_a_mac"

TESTS = {
    "archives": ("image/archives/test_archives.py", "image/archives/test_oci.py"),
    "cache": ("image/layers/test_layer_cache.py",),
    "registry": ("image/registry/test_registry_reading.py",),
    "ledger": ("ledger/test_assembled.py", "ledger/saved"),
    "files": ("session/planning/test_context_and_image.py", "session/writing/test_extracting.py"),
    "app": ("tui/test_desk.py",),
    "comparing": ("session/test_two_images.py",),
}
"""What is run, in few seconds of the processor each: one process of pytest for a row."""

COMMANDS = (
    ("explore", "{0}", "--json"),
    ("explore", "{0}"),
    ("compare", "{0}", "{1}"),
    ("packages", "{0}"),
    ("check", "{0}"),
    ("report", "{0}", "{1}"),
    ("cache",),
)
"""What the program says of two archives, here and there."""

MEANT = """
import os, selectors
from uvdive.base import machine
assert machine.PLATFORM == "darwin" and machine.cores() >= 1 and machine.free_memory() is None
assert not any(hasattr(os, name) for name in ("memfd_create", "sched_getaffinity", "listxattr", "pidfd_open"))
assert not os.path.exists("/proc/self") and selectors.DefaultSelector is selectors.PollSelector
for act in (lambda: open("/proc/meminfo"), lambda: os.listdir("/var/lib/docker"), os.fork):
    try:
        act()
    except (FileNotFoundError, AssertionError):
        continue
    raise SystemExit("it is there")
"""


def python(*arguments: str, mac: bool = True) -> subprocess.CompletedProcess[str]:
    """Run this Python as if it were a Mac's, or as it is."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ON_A_MAC) if mac else ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_linux_alone_has_is_gone() -> None:
    ran = python("-c", MEANT)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("what", TESTS)
def test_it_works_without(what: str) -> None:
    files = [f"tests/{each}" for each in TESTS[what]]
    ran = python(*("-m", "pytest", "-q", "-n", "0", "-m", "not engine", "-p", "no:cacheprovider"), *files)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two images on one base."""
    folder = tmp_path_factory.mktemp("archives")
    base = make.layer(make.file("etc/os-release", b"ID=debian\n"), make.file("usr/bin/uv", bytes(40_000)))
    made = [
        make.archive(folder / f"{name}.tar", [base, make.layer(make.file(f"app/{name}", name.encode()))])
        for name in ("one", "two")
    ]
    return str(made[0]), str(made[1])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_program_says_the_same(command: tuple[str, ...], archives: tuple[str, str]) -> None:
    words = ["-m", "uvdive", *(word.format(*archives) for word in command)]
    there, here = python(*words, mac=False), python(*words)
    assert here.returncode in (0, 1), here.stderr
    assert (here.returncode, here.stdout, here.stderr) == (there.returncode, there.stdout, there.stderr)
