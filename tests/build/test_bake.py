"""Bake files: what buildx resolved, as a build of ours. buildx itself is asked on the engine's machine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from uvdive.base.errors import BuildError, UsageError
from uvdive.build.clients import bake
from uvdive.build.clients.bake import read_bake

HCL = """\
variable "PY" {
  default = "3.13"
}
group "default" {
  targets = ["web"]
}
target "_common" {
  args = { PY = PY }
}
target "web" {
  inherits = ["_common"]
  target = "final"
  secret = ["id=token,src=token.txt"]
}
target "worker" {
  inherits = ["_common"]
  matrix = { v = ["3.12", "3.13"] }
  name = "worker-${replace(v, ".", "-")}"
  args = { PY = v }
}
"""

Says = Callable[..., Path]


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """A Bake file in the current folder, of which buildx says something."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM x\n")

    def make(targets: Any = None, groups: Any = None, error: str = "", text: str = HCL) -> Path:
        (tmp_path / "docker-bake.hcl").write_text(text)
        out = (
            targets if isinstance(targets, bytes) else json.dumps({"target": targets, "group": groups or {}})
        )
        answer = SimpleNamespace(
            returncode=bool(error),
            stderr=error.encode(),
            stdout=out if isinstance(out, bytes) else out.encode(),
        )
        monkeypatch.setattr(bake, "progress_mode", lambda: "plain")
        monkeypatch.setattr(bake.subprocess, "run", lambda *_args, **_: answer)
        return Path("docker-bake.hcl")

    return make


def refused(file: Path, name: str | None = None) -> UsageError:
    with pytest.raises(UsageError) as raised:
        read_bake(file, name)
    return raised.value


def test_the_target_s_fields_are_options_of_the_build(says: Says, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile.web").write_text("FROM x\n")
    target = {
        "context": "app", "dockerfile": "Dockerfile.web", "args": {"A": "1", "B": None}, "target": "final",
        "network": "host", "shm-size": "1g", "labels": {"l": "m"}, "platforms": ["linux/arm64"],
        "contexts": {"shared": "../s", "base": "docker-image://alpine"},
        "secret": ["id=t,src=tok", {"id": "u", "env": "U"}], "ssh": ["default", {"id": "k", "paths": ["a"]}],
    }  # fmt: skip
    recipe = read_bake(says({"web": target}, {"default": {"targets": ["web"]}}), None)
    assert (recipe.name, recipe.start, recipe.context) == ("web", None, Path("app"))
    assert recipe.dockerfile == Path("app/Dockerfile.web")
    assert list(zip(recipe.args[::2], recipe.args[1::2], strict=True)) == [
        ("--build-arg", "A=1"), ("--build-arg", "B"), ("--target", "final"), ("--network", "host"),
        ("--shm-size", "1g"), ("--label", "l=m"), ("--platform", "linux/arm64"),
        ("--build-context", "shared=../s"), ("--build-context", "base=docker-image://alpine"),
        ("--secret", "id=t,src=tok"), ("--secret", "id=u,env=U"), ("--ssh", "default"), ("--ssh", "k=a"),
    ]  # fmt: skip


def test_several_targets_are_listed_to_choose_from(says: Says) -> None:
    groups = {"default": {"targets": ["a", "more"]}, "more": {"targets": ["b", "default"]}}
    error = refused(says({"a": {}, "b": {}}, groups))
    assert error.what == "docker-bake.hcl builds several targets: a, b."
    assert error.do == "Name one: docker-bake.hcl:a"
    assert read_bake(says({"a": {}, "b": {}}, groups), "b").name == "b"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"context": "https://github.com/a/b.git"}, "no folder of this machine"),
        ({"context": "-"}, "no folder of this machine"),
        ({"context": "nowhere"}, "which is no folder"),
        ({"dockerfile": "Nofile"}, "which is not there"),
        ({"dockerfile-inline": "FROM x"}, "holds its Dockerfile itself (dockerfile-inline)"),
        ({"contexts": {"a": "target:b"}}, "which has to be built before"),
    ],
)
def test_what_cannot_be_built_here_is_told(says: Says, target: dict[str, Any], words: str) -> None:
    assert words in refused(says({"a": target}), "a").what


@pytest.mark.parametrize(
    ("error", "name", "what", "do"),
    [
        ("#1 x\nERROR: failed to find target a\n", "a", "docker-bake.hcl has no target a.",
         "Its targets: _common, web, worker."),
        ("ERROR: failed to find target default\n", None,
         "docker-bake.hcl has no group or target called default.",
         "Name one. Its targets: _common, web, worker."),
        ("docker-bake.hcl:1\nERROR: docker-bake.hcl:1,2-3: Invalid expression\n", None,
         "docker buildx bake does not understand docker-bake.hcl: docker-bake.hcl:1,2-3: Invalid expression",
         "Fix it there."),
    ],
)  # fmt: skip
def test_what_buildx_says_is_told(says: Says, error: str, name: str | None, what: str, do: str) -> None:
    found = refused(says(error=error), name)
    assert (found.what, found.do) == (what, do)


def test_an_option_is_no_name(says: Says) -> None:
    assert "is no name of a target" in refused(says({"a": {}}), "--push").what


def test_what_is_no_answer_is_an_error(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BuildError, match="gave no JSON"):
        read_bake(says(b"no"), "a")
    with pytest.raises(BuildError, match="target is not an object"):
        read_bake(says([]), "a")
    assert "has no target" in refused(says({}), "a").what

    def late(*_args: object, **_: object) -> None:
        raise subprocess.TimeoutExpired("docker", 60)

    monkeypatch.setattr(bake.subprocess, "run", late)
    with pytest.raises(BuildError, match="took over 60 s"):
        read_bake(Path("docker-bake.hcl"), "a")


def test_a_file_that_is_none_is_told(says: Says, tmp_path: Path) -> None:
    says()
    assert "cannot be read" in refused(Path("gone.hcl")).what
    (tmp_path / "big.hcl").write_bytes(b"#" * ((1 << 20) + 1))
    assert "over 1 MiB" in refused(Path("big.hcl")).what


@pytest.mark.engine
def test_buildx_resolves_inheritance_functions_and_matrices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    for name, text in (("docker-bake.hcl", HCL), ("Dockerfile", "FROM x\n"), ("token.txt", "")):
        (folder / name).write_text(text)
    monkeypatch.setenv("PY", "3.12")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")  # no engine is asked
    monkeypatch.chdir(folder)
    recipe = read_bake(Path("docker-bake.hcl"), None)
    assert recipe.args == (
        "--build-arg",
        "PY=3.12",
        "--target",
        "final",
        "--secret",
        "id=token,src=token.txt",
    )
    assert read_bake(Path("docker-bake.hcl"), "worker-3-13").args == ("--build-arg", "PY=3.13")
    assert "several targets: worker-3-12, worker-3-13" in refused(Path("docker-bake.hcl"), "worker").what
    # From elsewhere Bake's own paths lead nowhere, so the file's folder is taken.
    monkeypatch.chdir(tmp_path)
    assert read_bake(Path("sub/docker-bake.hcl"), "web").dockerfile == Path("sub/Dockerfile")
