"""What a program reads where something failed: errors, levels of proof, and reports of a problem."""

from __future__ import annotations

from dataclasses import replace

import pytest

from uvdive.base.errors import BuildError, UsageError
from uvdive.base.secrets.words import HIDDEN
from uvdive.output.as_json.error import error_data, failed_report
from uvdive.output.as_json.problem import problem_data
from uvdive.output.as_json.rewrite import failed_data, rewrite_data
from uvdive.output.redact import Redactor
from uvdive.rewrite.plan import FileChange, RewritePlan
from uvdive.verify.checks import Check, Status, Verification
from uvdive.verify.repairs import Repair

DOCKERFILE = r"""# note
FROM a
RUN <<EOF
one
two
EOF
COPY --link <<A <<B /d/
1
A
2
B
RUN x \
  y
"""
PLAN = RewritePlan(
    outcome="rewritten",
    evidence="image",
    dockerfile="Dockerfile",
    original=DOCKERFILE,
    text="FROM b\n",
    diff="-FROM a\n+FROM b\n",
    files=(FileChange("start.sh", "new", "-old\n+new\n"), FileChange("b.sh", "c", "d")),
)


@pytest.mark.parametrize(
    ("statuses", "unseen", "ran", "told"),
    [
        (("passed",), (), False, ("contents", True, True)),
        (("passed", "skipped", "announced", "repaired"), (), True, ("start", True, True)),
        (("passed",), ("x",), True, ("unproven", True, False)),
        (("failed", "passed"), ("x",), True, ("failed", False, False)),
    ],
)
def test_how_far_a_rewrite_is_proven(
    statuses: tuple[Status, ...], unseen: tuple[str, ...], ran: bool, told: tuple[str, bool, bool]
) -> None:
    checks = [Check("files", status, "") for status in statuses]
    checks.append(Check("start", "passed", "", unseen=unseen, ran=ran))
    data = rewrite_data(PLAN, None, Verification(tuple(checks)))
    found = data["verification"]
    assert (found["level"], found["passed"], data["verified"]) == told
    assert found["unseen"] == [f"start: {what}" for what in unseen]


def test_a_check_tells_what_it_could_not_see_and_the_way_out() -> None:
    checks = Check("config", "passed", "", unseen=("c", "d")), Check("start", "failed", "", way_out="mend it")
    found = rewrite_data(PLAN, None, Verification(checks))["verification"]["checks"]
    assert [(check["unseen"], check["way_out"]) for check in found] == [(["c", "d"], ""), ([], "mend it")]


def test_an_error_is_told_with_its_step_and_log() -> None:
    error = BuildError("it broke", "mend it", ("one", "two"), step="[2/3] RUN x")
    told = {"what": "it broke", "do": "mend it", "exit_code": 4, "step": "[2/3] RUN x", "log": ["one", "two"]}
    assert error_data(error) == told
    usage = UsageError("wrong", "right")
    assert error_data(usage) == {"what": "wrong", "do": "right", "exit_code": 2, "step": "", "log": []}
    assert failed_report(error) == {"schema": "uvdive.error/1", "outcome": "failed", "error": told}
    assert (rewrite_data(PLAN)["outcome"], rewrite_data(PLAN)["error"]) == ("rewritten", None)
    planned = rewrite_data(PLAN, error=error)
    assert (planned["outcome"], planned["error"]) == ("failed", told)
    bare = failed_data(error)
    assert bare.keys() == planned.keys()
    assert (bare["outcome"], bare["error"], bare["schema"]) == ("failed", told, "uvdive.rewrite/1")
    by_value: dict[str, set[str]] = {"None": set(), "''": set(), "[]": set()}
    for key in bare.keys() - {"outcome", "error", "schema"}:
        by_value[repr(bare[key])].add(key)
    assert by_value == {
        "None": {"evidence", "verified", "refusal", "predicted", "measured", "verification"},
        "''": {"text", "diff", "no_ladder"},
        "[]": {"files", "decisions", "warnings", "repairs", "repaired", "ladder"},
    }


def test_a_report_of_a_problem_holds_the_plan_and_no_files() -> None:
    checks = Verification((Check("start", "failed", "no API_TOKEN=hunter2-hunter2"),))
    repair = Repair("paths", "/x", ("files",), "lost")
    data = problem_data(PLAN, checks, [repair], error=UsageError("wrong", "right"), engine="docker 28")
    assert data["schema"] == "uvdive.problem/1"
    assert data["versions"].keys() == {"uvdive", "python", "system", "engine"}
    assert data["versions"]["engine"] == "docker 28"
    assert all(data["versions"].values())
    told = data["plan"]
    assert not {"text", "diff", "files"} & told.keys()
    assert told["changed_files"] == ["start.sh", "b.sh"]
    assert told["repairs"][0]["choice"] == "paths"
    assert told["verification"]["checks"][0]["detail"] == f"no API_TOKEN={HIDDEN}"
    assert (told["measured"], data["error"]["what"]) == (None, "wrong")
    assert data["rewritten"] == "FROM b\n"
    assert data["dockerfile"] == (
        "# note\nFROM a\nRUN <<EOF\n# 2 lines of a heredoc are left out\n"
        "COPY --link <<A <<B /d/\n# 2 lines of a heredoc are left out\nRUN x \\\n  y\n"
    )


def test_a_report_of_a_problem_where_little_is_known() -> None:
    empty = problem_data(None, None)
    assert [empty[key] for key in ("plan", "dockerfile", "rewritten", "error")] == [None] * 4
    assert empty["versions"]["engine"] is None
    broken = problem_data(replace(PLAN, text="FROM a\nRUN <<EOF\n"), None)
    assert broken["rewritten"] == "", "what is no Dockerfile may be anything"
    known = problem_data(replace(PLAN, text="RUN known-value\n"), None, redactor=Redactor(["known-value"]))
    assert known["rewritten"] == f"RUN {HIDDEN}\n"
