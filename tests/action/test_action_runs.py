"""The whole action, step by step as ``action.yml`` has them, on saved reports: no engine."""

from __future__ import annotations

import json

import pytest
from engines.stand_in_github import BOT, REPOSITORY, TOKEN, Fault

pytestmark = pytest.mark.once

PASSES = '[check]\nfail-level = "never"\nmax-growth = "1 kB"\n'
IMAGE = "report:now.uvdive"


@pytest.fixture
def project(job, saved):
    """A workspace with its rules, and the image as a saved report."""
    (job.workspace / "uvdive.toml").write_text(PASSES)
    (job.workspace / "now.uvdive").write_bytes(saved(0))
    return job


def body(github, number=7):
    (row,) = github.comments[number]
    return row["body"]


def test_a_push_to_the_default_branch_keeps_the_baseline_of_a_pull_request(project, github, saved):
    first = project.run(image=IMAGE)
    assert (first.code, first.outputs["passed"], first.outputs["delta"]) == (0, "true", "")
    assert "No baseline: main has kept no report yet" in first.summary
    assert [line for line in first.told("warning") if "uvdive::" in line] == []
    github.keep(project.kept["uvdive-report"], run=50)
    (project.workspace / "now.uvdive").write_bytes(saved(-500))
    project.pull_request()
    project.kept.clear()
    second = project.run(image=IMAGE)
    assert (second.code, second.outputs["delta"], project.kept) == (0, "500", {})
    assert second.outputs["size"] == str(71_600 + 500)
    assert body(github).startswith("<!-- uvdive check -->\n### `report:now.uvdive`: passed")
    assert "Baseline: main at 0000000, kept by run 50." in body(github)
    assert "https://github.example/octo/shop/actions/runs/99" in body(github)
    assert second.summary.strip() == body(github).partition("\n")[2].strip()
    assert project.workspace.joinpath("now.uvdive").exists()


def test_what_outgrows_the_baseline_fails_with_the_check_s_own_code(project, github, saved):
    github.keep(saved(5_000), run=50)
    project.pull_request()
    ran = project.run(image=IMAGE, sarif_file="found.sarif")
    assert (ran.code, ran.outputs["passed"], ran.outputs["delta"]) == (1, "false", "5000")
    assert "over the limit" in body(github)
    assert any("title=uvdive max-growth" in line for line in ran.told("error"))
    assert json.loads((project.workspace / "found.sarif").read_text())["version"] == "2.1.0"


def test_the_comment_is_updated_and_not_written_again(project, github, saved):
    project.pull_request()
    project.run(image=IMAGE)
    (project.workspace / "now.uvdive").write_bytes(saved(-500))
    project.run(image=IMAGE)
    assert "72.1 kB" in body(github)
    again = project.run(image=IMAGE)
    assert "The comment says so already." in again.log
    assert len(github.of("PATCH")) == len(github.of("POST")) == 1


def test_a_fork_has_the_summary_only_and_is_told(project, github):
    project.pull_request(head="stranger/shop")
    ran = project.run(image=IMAGE)
    assert (ran.code, github.comments, github.of("POST")) == (0, {}, [])
    assert "comes from a fork, whose token may not write comments" in ran.log
    assert "### `report:now.uvdive`: passed" in ran.summary


def test_a_run_on_the_target_of_a_fork_s_pull_request_may_write(project, github):
    project.pull_request(head="stranger/shop", kind="pull_request_target")
    project.run(image=IMAGE)
    assert len(github.comments[7]) == 1


@pytest.mark.parametrize("branch", ["other", "main-2"])
def test_other_branches_keep_nothing(project, branch):
    project.push(branch)
    assert project.run(image=IMAGE).code == 0
    assert project.kept == {}


def test_images_of_one_workflow_have_comments_and_baselines_of_their_own(project, github, saved):
    github.keep(saved(700), run=50, name="api-report")
    github.keep(saved(0), run=51)
    project.pull_request()
    one = project.run(image=IMAGE, comment="api", baseline="artifact:api-report")
    two = project.run(image=IMAGE)
    assert (one.outputs["delta"], two.outputs["delta"]) == ("700", "0")
    assert [row["body"].splitlines()[0] for row in github.comments[7]] == [
        "<!-- uvdive check api -->",
        "<!-- uvdive check -->",
    ]
    project.push()
    project.run(image=IMAGE, baseline="artifact:api-report")
    assert list(project.kept) == ["api-report"]


def test_a_baseline_may_be_any_target_or_none(project, github, saved):
    (project.workspace / "old.uvdive").write_bytes(saved(900))
    ran = project.run(image=IMAGE, baseline="report:old.uvdive")
    assert (ran.outputs["delta"], github.asked) == ("900", [])
    ran = project.run(image=IMAGE, baseline="none")
    assert (ran.outputs["delta"], github.asked, project.kept) == ("", [], {})


@pytest.mark.parametrize("status", [403, 500])
def test_no_answer_of_github_hides_what_the_check_said(project, github, status):
    github.faults.append(Fault("", status))
    project.pull_request()
    ran = project.run(image=IMAGE)
    assert (ran.code, ran.outputs["passed"]) == (0, "true")
    first, second = (line for line in ran.told("warning") if "title=uvdive::" in line)
    assert "GitHub could not list the kept reports" in first
    assert "GitHub could not list the pull request's comments" in second
    assert str(status) in first
    assert str(status) in second
    assert "Traceback" not in ran.log
    assert "### `report:now.uvdive`: passed" in ran.summary
    (project.workspace / "uvdive.toml").write_text('[check]\nmax-size = "1 kB"\n')
    assert project.run(image=IMAGE).code == 1


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"image": "report:nowhere.uvdive"}, 4, "nowhere.uvdive"),
        ({"image": IMAGE, "config": "none.toml"}, 2, "There is no file none.toml"),
        ({"image": IMAGE, "fail_level": "grave"}, 2, "grave"),
        ({"image": IMAGE, "baseline": "report:gone.uvdive"}, 4, "gone.uvdive"),
        ({"image": "--init"}, 4, "--init"),
    ],
)
def test_where_nothing_can_be_checked_the_comment_says_why(project, github, inputs, code, said):
    project.environ["DOCKER_HOST"] = "unix:///nonexistent.sock"
    project.pull_request()
    ran = project.run(**inputs)
    assert ran.outputs["passed"] == "false"
    assert ran.outputs["size"] == ran.outputs["report"] == ""
    assert body(github).splitlines()[1] == "### uvdive: nothing was checked"
    assert said in body(github).replace("\\", "")
    assert ran.code == code
    assert "Traceback" not in ran.log


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"comment": "a comment"}, "The input comment is neither"),
        ({"summary": "yes"}, "The input summary is neither"),
        ({"baseline": "artifact:../x"}, "The input baseline names no artifact"),
    ],
)
def test_an_input_that_makes_no_sense_is_usage(project, github, inputs, said):
    project.pull_request()
    ran = project.run(image=IMAGE, **inputs)
    assert ran.code == 2
    (told,) = ran.told("error")
    assert said in told
    assert github.comments == {}


def test_what_was_not_asked_for_is_not_written(project, github):
    project.pull_request()
    ran = project.run(image=IMAGE, comment="false", summary="false")
    assert (ran.code, ran.summary, github.comments) == (0, "", {})
    assert "Passed: 1 rule. Rules: uvdive.toml." in ran.log


NASTY = "x$(touch pwned)`touch pwned`';touch pwned;\"\n::error::owned\n##[error]owned"


@pytest.mark.parametrize(
    "names", [("image",), ("dockerfile", "config", "fail_level", "baseline", "sarif_file")]
)
def test_no_input_is_run_or_taken_for_a_command_of_the_runner(project, names):
    project.environ["DOCKER_HOST"] = "unix:///nonexistent.sock"
    ran = project.run(**({"image": IMAGE} | dict.fromkeys(names, NASTY)))
    assert ran.code in (2, 3, 4)
    assert list(project.workspace.rglob("pwned")) == []
    assert [line for _, line in ran.commands if "owned" in line and "title=uvdive" not in line] == []
    assert set(ran.outputs) == {"size", "delta", "passed", "report"}


def test_modules_of_the_checkout_are_not_imported(project):
    for name in ("json", "uvdive_action", "uvdive", "runner", "zipfile"):
        (project.workspace / f"{name}.py").write_text("open('pwned', 'w')\n")
    assert project.run(image=IMAGE).code == 0
    assert not (project.workspace / "pwned").exists()


def test_the_check_never_sees_the_token_and_neither_does_the_storage(project, github, saved):
    github.keep(saved(0), run=50)
    project.pull_request()
    ran = project.run(image=IMAGE)
    assert TOKEN not in ran.log + ran.summary + body(github)
    assert [each.token for each in github.asked if each.server == "storage"] == [None]
    assert {each.token for each in github.asked if each.server == "api"} == {f"Bearer {TOKEN}"}


def test_a_comment_of_a_stranger_with_the_marker_is_left_alone(project, github):
    project.pull_request()
    stolen = github.say(7, "<!-- uvdive check -->\nfoo")
    quoted = github.say(7, "Look:\n<!-- uvdive check -->\nfoo", BOT)
    project.run(image=IMAGE)
    assert (stolen["body"], quoted["body"].startswith("Look")) == ("<!-- uvdive check -->\nfoo", True)
    assert len(github.comments[7]) == 3
    assert REPOSITORY in github.of("POST")[0]
