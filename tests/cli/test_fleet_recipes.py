"""The recipes of ``docs/fleet.md``: the YAML parses, says what Kubernetes wants, and its shell lines run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def documents() -> dict[str, dict[str, Any]]:
    """The manifests by kind."""
    (text,) = (block for block in BLOCKS if "kind: Job" in block)
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def test_the_job_fits_what_it_is_given() -> None:
    found = documents()
    job, pod = found["Job"]["spec"], found["Job"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    files = found["ConfigMap"]["data"]
    assert job["completions"] == len(files["images.txt"].split())
    assert job["podFailurePolicy"]["rules"][0]["onExitCodes"]["containerName"] == container["name"]
    assert pod["restartPolicy"] == "Never"
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    claims = {
        each["persistentVolumeClaim"]["claimName"]
        for each in pod["volumes"]
        if "persistentVolumeClaim" in each
    }
    assert claims == {found["PersistentVolumeClaim"]["metadata"]["name"]}


@pytest.mark.parametrize("index", [0, 2])
def test_each_pod_checks_the_line_of_its_index(index: int, tmp_path: Path) -> None:
    found = documents()
    (container,) = found["Job"]["spec"]["template"]["spec"]["containers"]
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    for name, text in found["ConfigMap"]["data"].items():
        (fleet / name).write_text(text)
    stand_in = tmp_path / "uvx"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 4\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        [*container["command"], *container["args"]],
        cwd=fleet,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "JOB_COMPLETION_INDEX": str(index)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert done.stdout.split()[2:] == [
        "uvdive",
        "check",
        found["ConfigMap"]["data"]["images.txt"].split()[index],
    ]


def test_the_rules_of_the_recipe_are_rules(
    run, session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "uvdive.toml").write_text(documents()["ConfigMap"]["data"]["uvdive.toml"])
    ran = run("check", "some:image")
    assert ran.code == 1
    assert "owners.uv" in ran.out
    assert "passed   max-size" in ran.out


def test_the_workflow_looks_at_every_image_and_hands_names_over_as_variables() -> None:
    (text,) = (block for block in BLOCKS if "matrix" in block)
    job = yaml.safe_load(text)["jobs"]["check"]
    assert job["strategy"]["fail-fast"] is False
    step = job["steps"][-1]
    assert "${{" not in step["run"]
    assert step["env"] == {"IMAGE": "${{ matrix.image }}"}
    subprocess.run(["sh", "-n", "-c", step["run"]], check=True)
