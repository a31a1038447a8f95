from __future__ import annotations

import json
from pathlib import Path

import pytest
from screens.recorded import FAILED, PASSED

from uvdive.base.errors import BuildError, EngineError, UsageError
from uvdive.rewrite.plan import Refusal, Rung
from uvdive.verify.repairs import Repair

REPAIR = (Repair("extra-paths", "/app/x", ("files",), "files: /app/x is not copied"),)
REFUSED = {
    "outcome": "refused",
    "refusal": Refusal("R59", "uvx at start", 3),
    "text": "FROM old\n",
    "diff": "",
}


def test_it_builds_the_original_as_evidence_and_shows_the_plan(run, session, project: Path) -> None:
    ran = run("rewrite", "Dockerfile")
    assert ran.code == 0
    assert session.names() == ["build", "load", "plan"]
    assert session.asked("plan").report is not None
    assert "line 1: a smaller base (R1)" in ran.out
    assert "+FROM new" in ran.out
    assert (project / "Dockerfile").read_text() == "FROM old\n"


def test_a_folder_stands_for_its_dockerfile(run, session, project: Path) -> None:
    assert run("rewrite", ".").code == 0
    assert session.asked("plan").context == Path()


def test_static_needs_no_engine_and_is_called_a_draft(run, session, project: Path) -> None:
    ran = run("rewrite", "Dockerfile", "--static")
    assert session.names() == ["plan"]
    assert "draft" in ran.out


def test_an_image_at_hand_is_not_built(run, session, project: Path) -> None:
    run("rewrite", "Dockerfile", "--image", "seed:1")
    assert session.names() == ["load", "plan"]
    assert session.asked("load") == ("seed:1", Path("Dockerfile"))


def test_diff_is_the_difference_alone(run, session, project: Path) -> None:
    ran = run("rewrite", "Dockerfile", "--static", "--diff")
    assert ran.out == "-FROM old\n+FROM new\n"
    ran = run("rewrite", "Dockerfile", "--diff", "--verify")
    assert ran.out == "-FROM old\n+FROM new\n"
    assert "Measured" in ran.err


def test_write_builds_and_verifies_first(run, session, project: Path) -> None:
    ran = run("rewrite", "Dockerfile", "--write")
    assert ran.code == 0
    assert session.names() == ["build", "load", "plan", "prove"]
    assert (project / "Dockerfile").read_text() == "FROM new\n"
    assert (project / "Dockerfile.orig").read_text() == "FROM old\n"
    assert "Dockerfile.orig" in ran.err
    assert "no check failed (1 passed)" in ran.out


@pytest.mark.parametrize("how", [["--write"], ["-o", "new"]])
def test_nothing_is_written_after_a_failed_check(run, session, project: Path, how) -> None:
    session.verification = FAILED
    ran = run("rewrite", "Dockerfile", *how)
    assert ran.code == 1
    assert "1 file is lost" in ran.out
    assert "nothing was written" in ran.err
    assert sorted(path.name for path in project.iterdir()) == ["Dockerfile"]
    assert (project / "Dockerfile").read_text() == "FROM old\n"


@pytest.mark.parametrize("how", [["--write"], ["-o", "new"]])
def test_force_writes_after_a_failed_check_and_says_so(run, session, project: Path, how) -> None:
    session.verification = FAILED
    assert "--force writes it all the same" in run("rewrite", "Dockerfile", *how).err
    session.calls.clear()
    ran = run("rewrite", "Dockerfile", *how, "--force")
    assert ran.code == 1
    assert "written all the same (--force)" in ran.err
    assert (project / ("new" if "-o" in how else "Dockerfile")).read_text() == "FROM new\n"


def test_a_repair_is_offered_after_a_failed_check(run, session, project: Path) -> None:
    session.verification, session.repairs = FAILED, [REPAIR]
    ran = run("rewrite", "Dockerfile", "--verify")
    assert ran.code == 1
    assert session.names() == ["build", "load", "plan", "prove"]
    assert "--choose extra-paths=/app/x\n    files: /app/x is not copied" in ran.out
    session.repairs = [REPAIR]
    (offered,) = json.loads(run("rewrite", "Dockerfile", "--verify", "--json").out)["repairs"]
    assert offered == {
        "choice": "extra-paths",
        "value": "/app/x",
        "checks": ["files"],
        "reason": "files: /app/x is not copied",
    }


def test_a_repair_is_planned_built_and_verified_once(run, session, project: Path) -> None:
    session.verification, session.repairs = FAILED, [REPAIR, REPAIR]
    ran = run("rewrite", "Dockerfile", "--repair", "--choose", "a=b", "--json")
    assert ran.code == 1
    assert session.names() == ["build", "load", "plan", "prove", "plan", "prove"]
    assert session.calls[4][1].choices == {"a": "b", "extra-paths": "/app/x"}
    assert "Repairing with --choose extra-paths=/app/x: files: /app/x is not copied" in ran.err
    data = json.loads(ran.out)
    assert [each["value"] for each in data["repaired"]] == ["/app/x"]
    assert (project / "Dockerfile").read_text() == "FROM old\n"


def test_a_build_that_only_looked_is_planned_and_proven_anew(run, session, project: Path) -> None:
    session.looks = True
    ran = run("rewrite", "Dockerfile", "--write")
    assert ran.code == 0
    assert session.names()[:6] == ["build", "load", "plan", "prove", "plan", "prove"]
    assert session.calls[2][1].kept is session.calls[4][1].kept
    assert "Planning again with what this build told" in ran.err


def test_nothing_is_repaired_where_nothing_failed(run, session, project: Path) -> None:
    assert run("rewrite", "Dockerfile", "--repair").code == 0
    assert session.names() == ["build", "load", "plan", "prove"]


def test_an_archives_contents_reach_the_proof(run, session, project: Path) -> None:
    session.index = object()
    run("rewrite", "Dockerfile", "--image", "./x.tar", "--verify")
    assert session.asked("prove").index is session.index


def test_a_failed_check_is_in_the_json_too(run, session, project: Path) -> None:
    session.verification = FAILED
    ran = run("rewrite", "Dockerfile", "--verify", "--json")
    assert ran.code == 1
    data = json.loads(ran.out)
    assert data["verified"] is False
    assert data["measured"]["before_seconds"] == 2.5
    assert data["measured"]["after_seconds"] == 1.5


RUNGS = (
    Rung("multi-stage", "multi-stage", (), 30, chosen=True),
    Rung("trimmed", "trimmed", (("trim", "all"),), 20),
)


def test_lean_takes_the_leanest_step_and_tells_of_it(run, session, project: Path) -> None:
    session.plan = {"ladder": RUNGS}
    ran = run("rewrite", "Dockerfile", "--lean", "--write")
    assert ran.code == 0
    assert session.names() == ["build", "load", "plan", "plan", "prove"]
    assert (project / "Dockerfile").read_text() == "FROM new\n"
    assert "Proving trimmed (20 B)" in ran.err
    assert "71.6 kB -> 30 B (multi-stage, this plan) -> 20 B (trimmed)" in ran.out


def test_lean_says_why_a_step_is_not_proven_and_fails_where_none_is(run, session, project: Path) -> None:
    session.plan, session.verification = {"ladder": RUNGS}, FAILED
    ran = run("rewrite", "Dockerfile", "--lean", "--json")
    assert ran.code == 1
    assert session.names().count("prove") == 2
    assert all(rung["failed"] for rung in json.loads(ran.out)["ladder"])


@pytest.mark.parametrize("more", ["--static", "--no-verify"])
def test_lean_needs_an_image_and_a_proof(run, session, project: Path, more: str) -> None:
    assert run("rewrite", "Dockerfile", "--lean", more).code == 2
    assert session.names() == []


def test_no_verify_writes_at_once_and_says_so(run, session, project: Path) -> None:
    ran = run("rewrite", "Dockerfile", "--static", "--write", "--no-verify")
    assert ran.code == 0
    assert session.names() == ["plan"]
    assert "without building or checking" in ran.err
    assert (project / "Dockerfile").read_text() == "FROM new\n"


@pytest.mark.parametrize(
    ("words", "unmeasured"),
    [([], False), (["--verify"], True), (["--write"], True), (["--verify", "--start"], False)],
)
def test_r21_a_proof_without_a_start_is_told_to_the_plan(run, session, project, words, unmeasured) -> None:
    run("rewrite", "Dockerfile", *words)
    assert next(call[1].unmeasured for call in session.calls if call[0] == "plan") is unmeasured


def test_a_static_draft_is_proven_against_the_original_before_it_is_written(run, session, project) -> None:
    assert run("rewrite", "Dockerfile", "--static", "--write").code == 0
    assert session.names() == ["plan", "build", "load", "prove"]


def test_output_goes_to_a_new_file_only(run, session, project: Path) -> None:
    assert run("rewrite", "Dockerfile", "-o", "Dockerfile.new").code == 0
    assert (project / "Dockerfile.new").read_text() == "FROM new\n"
    assert (project / "Dockerfile").read_text() == "FROM old\n"
    session.calls.clear()
    ran = run("rewrite", "Dockerfile", "-o", "Dockerfile.new")
    assert ran.code == 2
    assert session.calls == []


@pytest.mark.parametrize("more", [[], ["--json"], ["--write"], ["--diff"]])
def test_a_refusal_has_its_own_code_and_writes_nothing(run, session, project: Path, more) -> None:
    session.plan = REFUSED
    ran = run("rewrite", "Dockerfile", *more)
    assert ran.code == 5
    assert "uvx at start" in ran.err
    assert "prove" not in session.names()
    assert (project / "Dockerfile").read_text() == "FROM old\n"
    if "--json" in more:
        told = json.loads(ran.out)["refusal"]
        assert told == {"rule": "R59", "reason": "uvx at start", "line": 3, "by_image": None}


def test_what_is_right_already_stays(run, session, project: Path) -> None:
    session.plan = {"outcome": "unchanged", "text": "FROM old\n", "diff": "", "predicted": None}
    ran = run("rewrite", "Dockerfile", "--write")
    assert ran.code == 0
    assert "stays as it is" in ran.err
    assert sorted(path.name for path in project.iterdir()) == ["Dockerfile"]


def test_choices_and_context_reach_the_plan(run, session, project: Path) -> None:
    (project / "sub").mkdir()
    run("rewrite", "Dockerfile", "--static", "--context", "sub", "--choose", "a=b=c", "--choose", "d=e")
    assert session.asked("plan").choices == {"a": "b=c", "d": "e"}
    assert session.asked("plan").context == Path("sub")


def test_buildx_arguments_go_to_both_builds(run, session, project: Path) -> None:
    ran = run("rewrite", "Dockerfile", "--verify", "--json", "--", "--build-arg", "X=1", "--no-cache")
    assert ran.code == 0
    assert session.asked("build").args == ("--build-arg", "X=1", "--no-cache")
    assert session.asked("prove").build_args == ("--build-arg", "X=1", "--no-cache")


@pytest.mark.parametrize(
    "argv",
    [
        ["--choose", "x"],
        ["--choose", "=x"],
        ["--choose", "x="],
        ["--image", "a", "--static"],
        ["--write", "-o", "x"],
        ["--context", "nowhere"],
        ["--start", "--no-verify"],
        ["--force"],
        ["--repair", "--no-verify"],
        ["--", "-t", "mine"],
        ["--", "-f", "other"],
        ["--", "other-context"],
        ["--", "--push"],
    ],
)
def test_a_line_that_makes_no_sense_ends_with_2(run, session, project: Path, argv) -> None:
    ran = run("rewrite", "Dockerfile", *argv)
    assert ran.code == 2
    assert session.calls == []


def test_start_runs_the_images_as_part_of_the_verification(run, session, project: Path) -> None:
    assert run("rewrite", "Dockerfile", "--verify").code == 0
    assert session.asked("prove").start is False
    session.calls.clear()
    assert run("rewrite", "Dockerfile", "--start").code == 0
    assert session.asked("prove").start is True
    assert (project / "Dockerfile").read_text() == "FROM old\n"


@pytest.mark.parametrize(
    ("error", "code"), [(BuildError("no"), 4), (EngineError("no"), 3), (UsageError("no"), 2)]
)
def test_r49_errors_on_the_way_leave_everything_as_it_was(run, session, project: Path, error, code) -> None:
    session.build = error
    assert run("rewrite", "Dockerfile", "--write").code == code
    session.build = None
    session.plan = error
    assert run("rewrite", "Dockerfile", "--write").code == code
    assert sorted(path.name for path in project.iterdir()) == ["Dockerfile"]


def test_a_dockerfile_that_changed_meanwhile_is_not_overwritten(run, session, project: Path) -> None:
    session.plan = {"original": "FROM something else\n"}
    ran = run("rewrite", "Dockerfile", "--write")
    assert ran.code == 2
    assert (project / "Dockerfile").read_text() == "FROM old\n"


def test_a_passed_verification_is_said(run, session, project: Path) -> None:
    session.verification = PASSED
    assert json.loads(run("rewrite", "Dockerfile", "--verify", "--json").out)["verified"] is True
