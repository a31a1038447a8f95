"""What the command says of a proof: how far it goes, what failed on the way, and what to report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from screens.recorded import FAILED, PASSED, UNPROVEN

from uvdive.base.errors import BuildError, EngineError
from uvdive.rewrite.plan import FileChange
from uvdive.verify.checks import Check, Verification

ROOT = Path(__file__).parents[3]
SECRET = "hunter2-hunter2"
STEP = "[build 2/3] RUN uv sync"
BROKEN = BuildError(f"The build failed in the step {STEP}: 1", "Mend it.", ("a", f"--token={SECRET}"), STEP)


def valid(text: str) -> dict:
    data = json.loads(text)
    schema = json.loads((ROOT / "uvdive/output/schemas/rewrite-1.json").read_text())
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    return data


@pytest.mark.parametrize("how", [["--verify"], ["--write"], ["-o", "new"]])
def test_what_is_not_proven_is_not_written_and_no_success(run, session, project: Path, how) -> None:
    session.verification = UNPROVEN
    ran = run("rewrite", "Dockerfile", *how)
    assert ran.code == 1
    assert "not proven, as not everything could be looked at (1 not proven)" in ran.out
    assert "not looked at: x.tar is in no engine" in ran.out
    assert "no check failed" not in ran.out
    assert "is not proven; nothing was written" in ran.err
    assert sorted(path.name for path in project.iterdir()) == ["Dockerfile"]
    assert run("rewrite", "Dockerfile", *how, *(["--force"] if "--verify" not in how else [])).code == 1


def test_verified_means_that_everything_was_looked_at(run, session, project: Path) -> None:
    ran_both = Verification((Check("start", "passed", "same", ran=True),))
    for verification, level, verified in (
        (PASSED, "contents", True),
        (ran_both, "start", True),
        (UNPROVEN, "unproven", False),
        (FAILED, "failed", False),
    ):
        session.verification = verification
        data = valid(run("rewrite", "Dockerfile", "--verify", "--json").out)
        assert (data["verification"]["level"], data["verified"]) == (level, verified)
    session.verification = UNPROVEN
    data = valid(run("rewrite", "Dockerfile", "--verify", "--json").out)
    assert data["verification"]["unseen"] == ["imports: x.tar is in no engine"]
    assert data["verification"]["passed"] is True


def test_a_build_of_the_original_that_fails_is_in_the_json(run, session, project: Path) -> None:
    session.build = BROKEN
    ran = run("rewrite", "Dockerfile", "--json")
    assert ran.code == 4
    data = valid(ran.out)
    assert (data["outcome"], data["verified"], data["text"]) == ("failed", None, "")
    error = data["error"]
    assert (error["step"], error["exit_code"], error["do"]) == (STEP, 4, "Mend it.")
    assert error["log"] == ["a", "--token=[redacted]"]


def test_a_build_of_the_rewrite_that_fails_is_in_the_json_with_its_plan(
    run, session, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise BROKEN

    monkeypatch.setattr("uvdive.session.proof.proving.prove", fails)
    data = valid(run("rewrite", "Dockerfile", "--verify", "--json").out)
    assert (data["outcome"], data["text"]) == ("failed", "FROM new\n")
    assert data["error"]["step"] == STEP


def test_an_error_of_a_plan_is_in_the_json_once(run, session, project: Path) -> None:
    session.build = BuildError("The build failed.", step="RUN uv sync")
    error = valid(run("rewrite", "Dockerfile", "--json").out)["error"]
    assert (error["exit_code"], error["step"]) == (4, "RUN uv sync")
    session.build = EngineError("No engine.")
    assert run("rewrite", "Dockerfile", "--json").out == "", "only a failed build is data"
    session.build = None
    session.verification = FAILED
    data = valid(run("rewrite", "Dockerfile", "--verify", "--json").out)
    assert (data["outcome"], data["error"]) == ("rewritten", None)


def test_variables_of_the_start_come_from_options_and_files(run, session, project: Path) -> None:
    (project / "vars").write_text("# ours\n\nA=from file\nB=b = c\nHOME\n")
    ran = run("rewrite", "Dockerfile", "--start-env", "A=1", "--start-env-file", "vars", "--start-network")
    assert ran.code == 0
    asked = session.asked("prove")
    assert asked.start is True
    assert asked.settings.network is True
    env = dict(asked.settings.env)
    assert (env["A"], env["B"]) == ("1", "b = c")
    assert env["HOME"], "a name alone takes what uvdive itself has"


@pytest.mark.parametrize(
    "argv",
    [
        ["--start-env", f"={SECRET}"],
        ["--start-env-file", "none"],
        ["--start-env-file", "bad"],
        ["--start-env", "A=1", "--no-verify"],
        ["--report-problem", "no-folder/x"],
        ["--report-problem", "Dockerfile"],
    ],
)
def test_a_setting_that_makes_no_sense_ends_with_2_and_tells_no_value(
    run, session, project: Path, argv
) -> None:
    (project / "bad").write_text(f"A=1\n={SECRET}\n")
    ran = run("rewrite", "Dockerfile", *argv)
    assert ran.code == 2
    assert session.calls == []
    assert SECRET not in ran.err


@pytest.mark.parametrize("how", [["--start-env", f"KEY={SECRET}"], [f"--start-env=KEY={SECRET}"]])
def test_the_log_has_the_variables_without_their_values(run, session, project: Path, how) -> None:
    run("rewrite", "Dockerfile", *how, "--log", "log")
    log = (project / "log").read_text()
    assert "KEY=" in log
    assert SECRET not in log


def test_the_run_tells_which_files_it_writes_itself(run, session, project: Path) -> None:
    run("rewrite", "Dockerfile", "--verify", "--log", "log", "--report-problem", "problem")
    assert {path.name for path in session.asked("prove").own} >= {"log", "problem"}


def test_a_problem_is_reported_without_sources_and_secrets(run, session, project: Path) -> None:
    text = f"FROM new\nENV API_TOKEN={SECRET}\nCOPY <<EOF /app/main.py\nprint('source')\nEOF\n"
    session.plan = {"text": text, "diff": text, "files": (FileChange("start.sh", "#!/bin/sh\nsource", ""),)}
    failed = Check("files", "failed", "lost", (f"API_TOKEN={SECRET}",), way_out="report it")
    session.verification = Verification((failed,))
    for _ in range(2):  # its own file may be replaced
        assert run("rewrite", "Dockerfile", "--verify", "--report-problem", "problem").code == 1
    written = (project / "problem").read_text()
    data = json.loads(written)
    assert "source" not in written
    assert SECRET not in written
    assert data["schema"] == "uvdive.problem/1"
    assert data["plan"]["verification"]["checks"][0]["way_out"] == "report it"
    assert data["plan"]["changed_files"] == ["start.sh"]
    assert data["versions"].keys() == {"uvdive", "python", "system", "engine"}
    assert "COPY <<EOF /app/main.py" in data["rewritten"]


def test_a_problem_is_reported_where_nothing_could_be_built(run, session, project: Path) -> None:
    session.build = BROKEN
    assert run("rewrite", "Dockerfile", "--report-problem", "problem").code == 4
    data = json.loads((project / "problem").read_text())
    assert data["plan"] is None
    assert data["error"]["step"] == STEP


@pytest.mark.parametrize("argv", [["build", "."], ["explore", "./Dockerfile"], ["compare", ".", "x:1"]])
def test_a_build_that_fails_is_in_the_json_of_every_command(run, session, project: Path, argv) -> None:
    session.build = BROKEN
    ran = run(*argv, "--json")
    assert ran.code == 4
    data = json.loads(ran.out)
    assert (data["schema"], data["outcome"]) == ("uvdive.error/1", "failed")
    assert data["error"]["step"] == STEP
    assert data["error"]["log"] == ["a", "--token=[redacted]"]
    assert run(*argv, "--report").out == ""


def test_a_proof_that_fails_on_an_original_that_was_not_built_is_held_to_a_build(
    run, session, project: Path
) -> None:
    session.left_out, session.verification = "docker://uvdive.local/x:before", FAILED
    ran = run("rewrite", "Dockerfile", "--verify")
    assert ran.code == 1
    assert "The original was not built for this proof: building it, to be sure" in ran.err
    # It is the same image, so nothing else came of it.
    assert [name for name in session.names() if name in {"left out", "build", "prove"}] == [
        "left out", "prove", "build",
    ]  # fmt: skip


def test_where_that_is_another_image_the_rewrite_is_planned_and_proven_anew(
    run, session, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.left_out, session.verification = "docker://uvdive.local/x:before", FAILED
    built, other = session.build_image, replace(session.report.image, id="sha256:another")

    def build(request: object, **how: object) -> object:
        session.report, session.verification = replace(session.report, image=other), PASSED
        return built(request, **how)

    monkeypatch.setattr("uvdive.session.proof.building.build_image", build)
    ran = run("rewrite", "Dockerfile", "--verify", "--json")
    assert ran.code == 0
    assert valid(ran.out)["verified"] is True
    assert [name for name in session.names() if name in {"left out", "build", "prove", "plan"}] == [
        "left out", "plan", "prove", "build", "plan", "prove",
    ]  # fmt: skip


def test_what_was_proven_is_not_built_again(run, session, project: Path) -> None:
    session.left_out = "docker://uvdive.local/x:before"
    ran = run("rewrite", "Dockerfile", "--verify", "--json")
    assert ran.code == 0
    assert valid(ran.out)["measured"]["before_seconds"] is None
    assert "build" not in session.names()
