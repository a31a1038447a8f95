"""No secret leaves by the rewrite: text, JSON, difference, log, messages; the written file is true."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from uvdive.base.errors import BuildError, EngineError
from uvdive.rewrite.plan import FileChange, PlanWarning, unified_diff
from uvdive.verify.checks import Check, Verification
from uvdive.verify.repairs import Repair

SECRET = "hunter2-hunter2"
OLD = f"FROM old\nENV API_TOKEN={SECRET}\n"
NEW = f"FROM new\nENV API_TOKEN={SECRET}\nCMD x\n"
CHECK = Check(
    "config", "failed", f"1 setting: {SECRET}", (f"Env:API_TOKEN: {SECRET} -> not set", f"Cmd: {SECRET}")
)


@pytest.fixture(autouse=True)
def leaky(session, project: Path) -> None:
    (project / "Dockerfile").write_text(OLD)
    session.plan = {
        "original": OLD,
        "text": NEW,
        "diff": unified_diff(OLD, NEW, "Dockerfile"),
        "warnings": (PlanWarning("R39", 2, f"It holds {SECRET}."),),
        "files": (FileChange.of("start.sh", "", f"x --token {SECRET}\n"),),
    }
    session.verification = Verification((CHECK,))
    session.repairs = [(Repair("extra-paths", SECRET, ("config",), f"says {SECRET}"),)] * 3


WAYS = (
    ["--static"],
    ["--static", "--json"],
    ["--static", "--diff"],
    ["--verify"],
    ["--verify", "--json"],
    ["--verify", "--diff"],
    ["--verify", "--debug"],
    ["--verify", "--repair"],
    ["--verify", "--", "--build-arg", f"OTHER_TOKEN={SECRET}"],
)


@pytest.mark.parametrize("how", WAYS)
def test_nothing_that_is_printed_or_logged_has_the_secret(run, project: Path, how: Sequence[str]) -> None:
    end = how.index("--") if "--" in how else len(how)
    ran = run("rewrite", "Dockerfile", *how[:end], "--log", "log.txt", *how[end:])
    assert SECRET not in ran.out + ran.err + (project / "log.txt").read_text()
    assert "[redacted]" in ran.out
    if "--json" in how:
        data = json.loads(ran.out)
        assert "ENV API_TOKEN=[redacted]\n" in data["text"]


@pytest.mark.parametrize("how", WAYS[:6])
def test_it_is_shown_on_request(run, how: Sequence[str]) -> None:
    ran = run("rewrite", "Dockerfile", *how, "--no-redact")
    assert SECRET in ran.out
    assert "[redacted]" not in ran.out


def test_what_is_written_is_true(run, project: Path) -> None:
    assert run("rewrite", "Dockerfile", "--write", "--no-verify").code == 0
    assert (project / "Dockerfile").read_text() == NEW
    assert (project / "Dockerfile.orig").read_text() == OLD
    (project / "Dockerfile").write_text(OLD)
    assert run("rewrite", "Dockerfile", "-o", "new", "--no-verify").code == 0
    assert (project / "new").read_text() == NEW


def test_a_difference_that_patch_cannot_take_is_told_of(run, session) -> None:
    ran = run("rewrite", "Dockerfile", "--static", "--diff")
    assert "--no-redact prints one for `patch`" in ran.err
    session.plan = {}
    assert "--no-redact" not in run("rewrite", "Dockerfile", "--static", "--diff").err


@pytest.mark.parametrize("extra", [[], ["--json"], ["--debug"]])
@pytest.mark.parametrize(
    "error",
    [
        BuildError(f"It failed: {SECRET}", f"Mend {SECRET}.", (f"+ x {SECRET}",), f"RUN x {SECRET}"),
        EngineError(f"No engine at tcp://me:{SECRET}@host."),
        ValueError(f"a bug with {SECRET}"),
    ],
)
def test_errors_are_told_without_it(run, session, project: Path, error: Exception, extra: list[str]) -> None:
    session.build = error
    ran = run("rewrite", "Dockerfile", "--log", "log.txt", *extra)
    assert ran.code != 0
    assert SECRET not in ran.out + ran.err + (project / "log.txt").read_text()
    assert "[redacted]" in ran.err


def test_builds_and_comparisons_are_told_of_without_it(run, session, project: Path) -> None:
    session.build = BuildError("It failed.", "", (f"+ x {SECRET}",), "RUN x")
    for command in (["build", "."], ["build", "--json", "."], ["compare", "a", "./Dockerfile"]):
        ran = run(*command, *(["--report"] if command == ["build", "."] else []))
        assert SECRET not in ran.out + ran.err
        assert "[redacted]" in ran.err


def test_a_variable_of_the_shell_that_the_build_gets_is_hidden(
    run, session, project: Path, monkeypatch
) -> None:
    (project / "Dockerfile").write_text("FROM old\nARG MY_TOKEN\n")
    monkeypatch.setenv("MY_TOKEN", SECRET)
    session.plan = {"warnings": (PlanWarning("R1", 1, f"It is {SECRET}."),)}
    session.verification = Verification((Check("files", "passed", f"not {SECRET}"),))
    ran = run("rewrite", "Dockerfile", "--verify", "--", "--build-arg", "MY_TOKEN")
    assert SECRET not in ran.out + ran.err
