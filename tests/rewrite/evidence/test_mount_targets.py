"""Where the mounts of a RUN lie (R34)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC

from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.evidence.files.mounts import mount_targets
from uvdive.rewrite.evidence.steps import gather


@pytest.mark.parametrize(
    ("flags", "kinds", "targets"),
    [
        ("--mount=type=cache,target=/c", (), ["/c"]),
        ("--mount=type=cache,target=sub/../c/", (), ["/app/c"]),
        ("--mount=target=x", (), ["/app/x"]),
        ("--mount=type=cache,target=/$A/c", (), ["/one/c", "/$A/c"]),
        ("--mount=type=ssh --mount=type=ssh", (), ["/run/buildkit/ssh_agent.0", "/run/buildkit/ssh_agent.1"]),
        ("--mount=type=ssh,target=/s --mount=type=ssh", (), ["/s", "/run/buildkit/ssh_agent.1"]),
        ("--mount=type=secret,id=k", (), ["/run/secrets/k"]),
        ("--mount=type=secret,id=k,target=/k", (), ["/k"]),
        ("--mount=type=secret,id=k,env=K", (), []),
        ("--mount=type=cache,target=/c --mount=type=tmpfs,target=/t", ("tmpfs",), ["/t"]),
        ("--mount=type=cache,target=/c --mount=target=/b", ("cache", "bind"), ["/c", "/b"]),
        ("--network=none", (), []),
    ],
)
def test_the_targets_of_mounts(flags: str, kinds: tuple[str, ...], targets: list[str]) -> None:
    text = f"FROM python:3.13-slim\nWORKDIR /app\nENV A=one\nRUN {flags} true\n"
    (step,) = gather(parse(text), None, None).runs()
    assert list(mount_targets(step, *kinds)) == targets


@pytest.mark.parametrize(
    ("target", "made", "allowed"),
    [
        ("/c/x", {"/c": True, "/c/x": True}, {"/c"}),
        ("/c/x/y", {"/c/x": True}, {"/c"}),
        ("/c", {"/c": True}, {"/c"}),
        ("/c/x", {"/c/file": False}, set()),
        ("/c/x", {"/c/x": True, "/c/file": False}, {"/c/x"}),
    ],
)
def test_the_topmost_folder_that_only_a_mount_made(
    project, node, target: str, made: dict[str, bool], allowed: set[str]
) -> None:
    text = f"{BASE}{SYNC}RUN --mount=type=cache,target={target} true\n{FLASK}"
    wrote = {
        f"RUN --mount=type=cache,target={target}": {
            path: node(folder=True) if folder else node(3) for path, folder in made.items()
        }
    }
    found = project(text, wrote).plan().allowed.paths
    assert {path for path in found if path.startswith("/c")} == allowed
