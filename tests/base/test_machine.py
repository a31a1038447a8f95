"""What a machine or a container has to work with."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.base import machine


def group(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text + "\n")
    return folder


@pytest.mark.parametrize(
    ("quota", "found"), [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("x", 8), ("1 0", 8)]
)
def test_a_quota_counts(quota: str, found: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(8)))
    assert machine.cores(group(tmp_path, cpu_max=quota)) == found
    assert machine.cores(tmp_path / "none") == 8


def test_memory_is_what_is_left_of_the_machine_or_of_the_container(tmp_path: Path) -> None:
    memory = tmp_path / "meminfo"
    memory.write_text("MemTotal: 9000 kB\nMemAvailable:    2000 kB\n")
    assert machine.free_memory(tmp_path, memory) == 2_048_000
    group(tmp_path, memory_max="1000000", memory_current="400000")
    assert machine.free_memory(tmp_path, memory) == 600_000
    group(tmp_path, memory_max="max")
    assert machine.free_memory(tmp_path, memory) == 2_048_000
    assert machine.free_memory(tmp_path / "none", tmp_path / "none") is None


@pytest.mark.parametrize(
    ("items", "cores", "free", "found"),
    [
        (50, 8, 100 * machine.EACH, 8),
        (3, 8, None, 3),
        (50, 8, 2 * machine.EACH, 2),
        (50, 8, 0, 1),
        (0, 8, None, 1),
    ],
)
def test_as_many_processes_as_the_machine_bears(
    items: int, cores: int, free: int | None, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.setattr(machine, "free_memory", lambda: free)
    assert machine.processes(items) == found
