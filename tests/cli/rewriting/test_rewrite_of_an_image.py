"""``uvdive rewrite registry://…``: a plan for an image of which one has the name alone."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.registries import Registry, serving
from made_images.attested_app import SECRET, TEXT, pushed
from needs import cannot_run

from uvdive.cli.main import main


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with serving() as registry:
        yield registry


def test_the_plan_comes_from_the_provenance_with_the_image_as_evidence(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    name = pushed(registry)
    assert main(["rewrite", name, "--json"]) == 0
    out, err = capsys.readouterr()
    plan = json.loads(out)
    assert (plan["outcome"], plan["evidence"], plan["verified"]) == ("rewritten", "image", None)
    assert "COPY --from=build" in plan["text"]
    assert SECRET not in out + err
    assert main(["rewrite", name]) == 0
    out, err = capsys.readouterr()
    assert "Dockerfile, rewritten with the image as evidence." in out
    assert "so nothing was built or proven" in err
    assert "--write" not in out, "nothing to type next that cannot work"
    assert SECRET not in out + err


def test_the_difference_is_a_patch_of_the_text_that_was_built(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = pushed(registry)
    assert main(["rewrite", name, "--diff", "--no-redact"]) == 0
    patch = capsys.readouterr().out
    assert main(["rewrite", name, "-o", str(tmp_path / "new"), "--no-verify"]) == 0
    (tmp_path / "Dockerfile").write_text(TEXT)
    subprocess.run(["patch", "-s", "Dockerfile"], cwd=tmp_path, input=patch, text=True, check=True)
    assert (tmp_path / "Dockerfile").read_text() == (tmp_path / "new").read_text()


@pytest.mark.parametrize(
    "more",
    [["--write"], ["--start"], ["--lean"], ["--context", "."], ["--static"], ["-o", "new"], ["--", "--pull"]],
)
def test_what_needs_the_folder_is_refused(
    registry: Registry, more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["rewrite", "registry://127.0.0.1:1/app", *more]) == 2
    assert "the folder that the image was built in" in capsys.readouterr().err
    assert registry.asked == []


def test_an_image_without_provenance_says_how_to_get_one(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    name = pushed(registry).replace("app:1", "app:bare")
    assert main(["rewrite", name]) == 4
    assert "--provenance=mode=max" in capsys.readouterr().err


def test_a_refusal_is_one(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    name = pushed(registry, "FROM debian:trixie\nRUN true\n")
    assert main(["rewrite", name]) == 5
    assert "was not rewritten" in capsys.readouterr().err


@pytest.mark.engine("docker28")
def test_what_buildkit_pushes_is_planned_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not os.environ.get("UVDIVE_REGISTRY"):
        cannot_run("no UVDIVE_REGISTRY with its address")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "Dockerfile").write_text(
        "FROM scratch\nARG SOME_TOKEN\nCOPY Dockerfile /one\nCOPY Dockerfile /two\n"
    )
    name = f"{os.environ['UVDIVE_REGISTRY']}/uvdive-test/planned:{os.getpid()}"
    docker = ["docker", "--host", os.environ["UVDIVE_ENGINE_DOCKER28"]]
    command = [
        *docker, "buildx", "build", "--provenance=mode=max",
        "--build-arg", f"SOME_TOKEN={SECRET}", "--output", f"type=image,name={name},push=true", str(tmp_path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    subprocess.run([*docker, "rmi", name], check=False, capture_output=True)
    assert main([f"registry://{name}", "--json"]) == 0
    out = capsys.readouterr().out
    told = json.loads(out)
    assert (told["dockerfile"]["source"], told["dockerfile"]["matches"]) == ("provenance", True)
    assert [layer["line"] for layer in told["layers"]] == [3, 4]
    assert SECRET not in out
    assert main(["rewrite", f"registry://{name}", "--report"]) == 5, "uv plays no part in it"
    assert SECRET not in capsys.readouterr().out
