"""Small parts of a plan, each by itself: whose files are read, which folders must be there first."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rewrites.dockerfiles import refused

from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.copies.copy_set import Folder, add_folders
from uvdive.rewrite.environment.synced import _markers
from uvdive.rewrite.evidence.files.context_files import copied_text, is_copied
from uvdive.rewrite.evidence.steps import gather
from uvdive.rewrite.planner import plan


def test_a_file_that_a_run_only_mounts_is_in_no_image(tmp_path: Path) -> None:
    for name in ("copied.txt", "mounted.txt", "left.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".dockerignore").write_text("left.txt\n")
    text = (
        "FROM python:3.13-slim\nWORKDIR /app\nCOPY copied.txt left.txt ./\n"
        "RUN --mount=type=bind,source=mounted.txt,target=/app/mounted.txt cat mounted.txt\n"
    )
    evidence = gather(parse(text), None, tmp_path)
    assert copied_text(evidence, "copied.txt") == "copied.txt"
    assert copied_text(evidence, "/app/copied.txt") == "copied.txt"
    assert copied_text(evidence, "mounted.txt") is None
    assert copied_text(evidence, "mounted.txt", mounted=True) == "mounted.txt"
    assert copied_text(evidence, "left.txt") is None
    assert [is_copied(evidence, f"/app/{name}.txt") for name in ("copied", "mounted", "left", "none")] == [
        True, True, False, False,
    ]  # fmt: skip
    nowhere = gather(parse(text), None, None)
    assert copied_text(nowhere, "copied.txt") is None


class Folders:
    """The folders of an image with mode, owner and group; those of the base, and a file."""

    def __init__(self, known: dict[str, tuple[int, int, int]], base: str = "", file: str = "") -> None:
        self.known, self.base, self.file = known, base, file

    def at(self, path: str) -> str | None:
        return path if path in self.known else None

    def in_base(self, path: str) -> bool:
        return path == self.base

    def is_folder(self, path: str) -> bool:
        return path != self.file

    def mode(self, path: str) -> tuple[int, int, int]:
        return self.known[path]


@pytest.mark.parametrize(
    ("paths", "base", "file", "made"),
    [
        ({"/a": (0o755, 0, 0), "/a/b": (0o755, 0, 0)}, "", "", []),
        ({"/a": (0o775, 0, 0), "/a/b": (0o755, 0, 0)}, "", "", ["/a"]),
        (
            {"/a": (0o755, 1, 0), "/a/b": (0o755, 0, 2), "/a/b/c": (0o700, 0, 0)},
            "",
            "",
            ["/a", "/a/b", "/a/b/c"],
        ),
        ({"/a": (0o700, 1, 1), "/a/b": (0o700, 0, 0)}, "/a", "", ["/a/b"]),
        ({"/a": (0o700, 1, 1), "/a/b/c": (0o700, 0, 0)}, "", "/a/b/c", ["/a"]),
    ],
)
def test_folders_that_copy_would_make_otherwise_come_first(
    paths: dict[str, tuple[int, int, int]], base: str, file: str, made: list[str]
) -> None:
    files: Any = Folders(paths, base, file)
    found: Any = SimpleNamespace(folders=[])
    add_folders(files, "/a/b/c", found)
    assert found.folders == [Folder(path, *paths[path]) for path in made]
    add_folders(files, "/a/b/c", found)  # once
    assert [folder.path for folder in found.folders] == made


PROJECT = (
    "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
    "WORKDIR /app\nCOPY . .\n"
    'RUN uv sync --frozen\nRUN uv {}\nCMD ["/app/.venv/bin/x"]\n'
)
KNOWN = (
    "sync lock venv export version init add remove tree help build",
    "self/update self pip/compile pip/list pip/freeze pip/check pip/show",
    "pip/uninstall python/find python/list cache/clean cache/prune cache",
)


@pytest.mark.parametrize("name", [each.replace("/", " ") for line in KNOWN for each in line.split()])
def test_r34_what_uv_does_in_the_project_is_known_without_an_image(name: str) -> None:
    result = plan(PROJECT.format(name), None, lambda _: None)
    assert result.refusal is None or result.refusal.rule != "R34", result.refusal


@pytest.mark.parametrize("name", ["publish", "pip tree", "python pin", "auth login", "format", "sink"])
def test_r34_what_else_uv_does_only_the_image_tells(name: str) -> None:
    assert refused(plan(PROJECT.format(name), None, lambda _: None)) == ("R34", 6)


@pytest.mark.parametrize(
    ("platform", "build", "version", "told"),
    [
        (
            "linux/amd64",
            "cpython-3.13.5-linux-x86_64-gnu",
            "3.13.5",
            ("cpython", "CPython", "3.13.5", "x86_64"),
        ),
        ("linux/arm64/v8", "", None, ("cpython", "CPython", "3.13.0", "aarch64")),
        ("linux/386", "pypy-3.11", "3.11.9", ("pypy", "PyPy", "3.11.9", "i686")),
        ("linux/riscv64", "graalpy-24", None, ("graalpy", "GraalVM", "3.13.0", "riscv64")),
    ],
)
def test_markers_have_all_of_pep_508_but_what_the_host_tells(
    platform: str, build: str, version: str | None, told: tuple[str, str, str, str]
) -> None:
    evidence: Any = SimpleNamespace(report=SimpleNamespace(image=SimpleNamespace(platform=platform)))
    env: Any = SimpleNamespace(build=build, version=version, minor="3.13")
    name, implementation, full, machine = told
    assert _markers(evidence, env) == {
        "implementation_name": name, "implementation_version": full, "os_name": "posix",
        "platform_machine": machine, "platform_python_implementation": implementation,
        "platform_system": "Linux", "python_full_version": full, "python_version": "3.13",
        "sys_platform": "linux",
    }  # fmt: skip
