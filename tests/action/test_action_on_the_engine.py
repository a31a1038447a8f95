"""The whole action as a workflow runs it: installed, a real image built, checked, compared, commented."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from composite import ROOT

from uvdive.image.reference import REGISTRY

FLASK = ROOT / "examples" / "flask"
RULES = '[check]\nfail-level = "never"\nmax-growth = "1 MB"\n\n[check.owners]\nuv = "0 B"\n'


@pytest.fixture
def project(job):
    """A checkout of the article's project, with rules."""
    shutil.copytree(FLASK, job.workspace, dirs_exist_ok=True)
    (job.workspace / "uvdive.toml").write_text(RULES)
    yield job
    made = f"{REGISTRY}/{job.workspace.name}-"
    subprocess.run(["docker", "rmi", *_tags(made)], capture_output=True, check=False)


def _tags(start: str) -> list[str]:
    listed = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]
    found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    return [tag for tag in found if tag.startswith(start)]


@pytest.mark.engine
def test_a_project_from_its_first_push_to_a_pull_request_that_makes_it_larger(
    project, github, seed_image, article_image
):
    # main has the two-stage image: nothing of uv is in it, and its report is kept.
    first = project.run(installed=False, image=article_image, dockerfile="Dockerfile.article2")
    assert first.code == 0, first.log
    assert (first.outputs["passed"], first.outputs["delta"]) == ("true", "")
    size = int(first.outputs["size"])
    assert 100_000_000 < size < 150_000_000
    github.keep(project.kept.pop("uvdive-report"), run=12)

    # A pull request goes back to one stage.
    project.pull_request()
    second = project.run(
        installed=False, image=seed_image, dockerfile="Dockerfile", sarif_file="uvdive.sarif"
    )
    assert second.code == 1, second.log
    assert int(second.outputs["delta"]) == int(second.outputs["size"]) - size > 50_000_000
    assert project.kept == {}
    (comment,) = github.comments[7]
    assert (
        "| **failed** | `owners.uv` | What belongs to uv is 44.6 MB, over the limit of 0 B. | 1 |"
        in comment["body"]
    )
    assert "Baseline: main at 0000000, kept by run 12." in comment["body"]
    assert any("file=Dockerfile,line=1,title=uvdive owners.uv" in line for line in second.told("error"))
    assert (project.workspace / "uvdive.sarif").stat().st_size > 1000

    # Its author takes the second stage again: the same comment says so.
    third = project.run(installed=False, image=article_image, dockerfile="Dockerfile.article2")
    assert (third.code, third.outputs["delta"]) == (0, "0")
    (comment,) = github.comments[7]
    assert comment["body"].splitlines()[1].endswith(": passed")


@pytest.mark.engine
def test_without_an_image_the_dockerfile_is_built_and_its_log_commands_nothing(project, github):
    dockerfile = project.workspace / "Dockerfile"
    dockerfile.write_text(
        "FROM debian:trixie-slim\nRUN echo '::error::owned' && echo '##[error]owned' && echo uvdive > /name\n"
    )
    project.environ["BUILDKIT_PROGRESS"] = "rawjson"
    project.pull_request()
    ran = project.run(installed=False, dockerfile="Dockerfile")
    assert ran.code == 0, ran.log
    assert [line for _, line in ran.commands if "owned" in line] == []
    (comment,) = github.comments[7]
    assert "### `Dockerfile`: passed" in comment["body"]


@pytest.mark.engine
def test_a_build_that_fails_is_told_in_the_comment(project, github):
    (project.workspace / "Dockerfile").write_text("FROM debian:trixie-slim\nRUN exit 3\n")
    project.pull_request()
    ran = project.run(installed=False, dockerfile="Dockerfile")
    assert (ran.code, ran.outputs["passed"], ran.outputs["size"]) == (4, "false", "")
    (comment,) = github.comments[7]
    assert comment["body"].splitlines()[1] == "### uvdive: nothing was checked"
    assert "exit 3" in comment["body"]
