"""The kept report: which one is taken, how it comes, and what is said where there is none."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from composite import outputs_of
from engines.stand_in_github import TOKEN, Fault
from uvdive_action import baseline as module
from uvdive_action.steps import run_step


class Opened:
    """The step in this process; what opens a report is left out but where a test asks for it."""

    def __init__(self, job, capsys):
        self.job, self.capsys, self.log = job, capsys, ""

    def __call__(self, token=TOKEN, **inputs):
        told = self.job.temp / "output"
        told.write_text("")
        given = {"INPUT_BASELINE": "auto", "INPUT_GITHUB_TOKEN": token, "GITHUB_OUTPUT": str(told)}
        assert run_step("baseline", self.job.environ | given | inputs) == 0
        self.log = self.capsys.readouterr().out
        return outputs_of(told.read_text())


@pytest.fixture
def find(job, capsys, monkeypatch):
    monkeypatch.setattr(module, "_try", lambda _path, _environ: None)
    monkeypatch.setattr(module, "Api", functools.partial(module.Api, pause=0))
    return Opened(job, capsys)


@pytest.fixture
def really(job, capsys):
    return Opened(job, capsys)


def test_the_newest_whose_run_succeeded_is_taken(find, github):
    github.keep(b"older", run=1)
    github.keep(b"this", run=2)
    github.keep(b"failed", run=3, conclusion="failure")
    github.keep(b"under way", run=4, conclusion=None)
    github.keep(b"own", run=99)
    found = find()
    assert Path(found["file"]).read_bytes() == b"this"
    assert (found["branch"], found["artifact"]) == ("main", "uvdive-report")
    assert found["told"] == "Baseline: main at 0000000, kept by run 2."


def test_what_others_made_is_never_taken(find, github):
    github.keep(b"of a fork's main", run=1, fork=True)
    github.keep(b"of a pull request", run=2, event="pull_request")
    github.keep(b"of another branch", run=3, branch="feature")
    github.keep(b"expired", run=4, expired=True)
    github.keep(b"of nobody", run=5, workflow_run=None)
    github.keep(b"of a run of another branch", run=6)
    github.runs[6]["head_branch"] = "feature"
    found = find()
    assert found["file"] == ""
    assert "none of the last 2 runs of main that kept a report has succeeded" in found["told"]


def test_it_is_found_behind_pages_of_others(find, github):
    github.keep(b"this", run=1)
    for number in range(2, 230):
        github.keep(b"of a fork", run=number, fork=True)
    assert Path(find()["file"]).read_bytes() == b"this"
    assert [each.query["page"] for each in github.asked if each.path.endswith("/artifacts")] == [
        ["1"],
        ["2"],
        ["3"],
    ]


def test_only_so_many_runs_are_asked_about(find, github):
    for number in range(1, 60):
        github.keep(b"failed", run=number, conclusion="failure")
    assert "none of the last 20 runs" in find()["told"]


def test_a_branch_that_the_event_does_not_tell_is_asked_for(find, job, github):
    (job.temp / "event.json").write_text("{}")
    github.default_branch = "trunk"
    github.keep(b"this", run=1, branch="trunk")
    found = find()
    assert (found["branch"], Path(found["file"]).read_bytes()) == ("trunk", b"this")


def test_a_short_failure_is_asked_again(find, github):
    github.keep(b"this", run=1)
    github.faults += [
        Fault("/artifacts", 502, times=1),
        Fault("/runs/1", hang_up=True, times=1),
        Fault("/zip", 302, {"Location": "/repos/octo/shop/actions/artifacts/1000/zip"}, times=2),
        Fault("/signed/1000", 200, body=b"half", cut=True, times=1),
    ]
    assert Path(find()["file"]).read_bytes() == b"this"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("/artifacts", 401), "list the kept reports: it does not know the token (401)"),
        (Fault("/artifacts", 403), "give the job “permissions: actions: read”"),
        (
            Fault("/artifacts", 404),
            "there is no such thing, or the token may not see it (404; it needs “actions: read”)",
        ),
        (
            Fault("/artifacts", 429, {"Retry-After": "0"}),
            "too many requests were made (429), for another 0 s",
        ),
        (
            Fault("/artifacts", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999"}),
            "too many requests were made (403), for another",
        ),
        (Fault("/artifacts", 200, body=b'{"artifacts": {}}'), "another shape than documented"),
        (Fault("/artifacts", 200, body=b"[" * 100_000), "its answer is no JSON"),
        (Fault("/artifacts", 200, body=b'{"artifacts": [', cut=True), "its answer was cut off"),
        (Fault("/runs/1", 500), "read the run of a kept report: it fails itself (500)"),
        (Fault("/zip", 410), "fetch the kept report: it refused (410)"),
        (Fault("/zip", 302, {"Location": "file:///etc/passwd"}), "it led to another kind of address"),
        (Fault("/zip", 302, {"Location": "zip"}), "it led from one address to the next"),
        (
            Fault("/signed/1000", 403, body=b"<Error/>"),
            "fetch the kept report: where it is stored it is refused (403).",
        ),
        (Fault("/signed/1000", 200, body=b"half", cut=True), "its answer was cut off"),
    ],
)
def test_each_failure_is_one_sentence_and_the_check_goes_on(find, github, fault, said):
    github.keep(b"this", run=1)
    github.faults.append(fault)
    found = find()
    (line,) = find.log.splitlines()
    assert line.startswith("::warning title=uvdive::GitHub could not ")
    assert said in line
    assert line.endswith(". The check goes on without a baseline.")
    assert (found["file"], found["artifact"]) == ("", "uvdive-report")
    assert found["told"] == "No baseline: GitHub did not give the kept report; the log says why."


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"digest": f"sha256:{'0' * 64}"}, "its SHA-256 differs"),
        ({"size_in_bytes": 10**10}, "is larger than 200 MB"),
        ({"member": "report.txt"}, "is no single report"),
    ],
)
def test_what_is_kept_is_looked_at_before_it_is_used(find, github, other, said):
    github.keep(b"this", run=1, **other)
    found = find()
    assert found["file"] == ""
    assert said in found["told"]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"no archive at all", None])
def test_a_damaged_archive_is_told(find, github, damage):
    row = github.keep(b"this" * 100, run=1, digest=None)
    packed = github.packed[row["id"]]
    github.packed[row["id"]] = packed[:40] + b"\xff" * 20 + packed[60:] if damage is None else damage
    assert "No baseline: the kept report's archive is damaged." in find.log + find()["told"]


def test_a_member_s_name_leads_nowhere(find, job, github):
    github.keep(b"this", run=1, member="../../../evil.uvdive")
    assert Path(find()["file"]).is_relative_to(job.temp)
    assert list(job.temp.parent.rglob("evil.uvdive")) == []


def test_a_report_that_uvdive_does_not_open_is_none(really, github, saved):
    github.keep(saved(0)[:-30], run=1)
    found = really()
    assert found["file"] == ""
    assert found["told"].startswith("No baseline: uvdive can't open the kept report: The saved report is ")
    github.keep(saved(0), run=2)
    assert really()["file"] != ""


def test_what_opens_the_report_has_no_token(really, github, saved, monkeypatch):
    seen, run = [], module.subprocess.run

    def noted(*command, **options):
        seen.append(options["env"])
        return run(*command, **options)

    monkeypatch.setattr(module.subprocess, "run", noted)
    github.keep(saved(0), run=1)
    assert really()["file"] != ""
    (environ,) = seen
    assert not [name for name in environ if name.startswith("INPUT_")]
    assert environ["GITHUB_RUN_ID"] == "99"


def test_without_a_token_nobody_is_asked(find, github):
    assert "without the input github-token" in find(token="")["told"]
    assert github.asked == []
