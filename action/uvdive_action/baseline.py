"""The step ``baseline``: what the image may not outgrow.

The input ``baseline`` is ``auto`` (the report that the default branch's last successful run kept),
``artifact:NAME`` (the same under another name, for a second image), ``none``, or a TARGET of uvdive's.
Whatever is wrong with a kept report is told, and the check goes on without.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvdive_action.answers import ApiError, Wish
from uvdive_action.api import Api
from uvdive_action.event import read_event
from uvdive_action.runner import Runner, WrongInputError, inert

ARTIFACT = "uvdive-report"
MOST = 200_000_000
"""Bytes of a kept report, packed and unpacked."""
_RUNS = 20
"""So many kept reports are looked at for one whose run succeeded."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_LIST = Wish("list the kept reports", "actions: read")
_RUN = Wish("read the run of a kept report", "actions: read")
_FETCH = Wish("fetch the kept report", "actions: read")
_BRANCH = Wish("tell the default branch", "contents: read")


@dataclass(frozen=True)
class Kept:
    """A report that a run of the default branch kept."""

    id: int
    run: int
    commit: str
    size: int
    digest: str


class NoneKeptError(Exception):
    """Why there is no report to compare with, in a sentence."""


def baseline(runner: Runner) -> int:
    """Find the baseline, and tell its file, what it is, and the branch and name of what will be one."""
    wanted = runner.input("baseline") or "auto"
    event = read_event(runner.environ)
    if wanted == "none":
        runner.output(file="", told="No baseline was asked for.", branch="", artifact="")
        return 0
    name = ARTIFACT if wanted == "auto" else wanted.removeprefix("artifact:")
    if wanted != "auto" and not wanted.startswith("artifact:"):
        runner.output(file=wanted, told="", branch="", artifact="")
        return 0
    if not _NAME.fullmatch(name):
        raise WrongInputError("The input baseline names no artifact: letters, digits, dots and dashes.")
    branch, file, told = event.default_branch, "", ""
    try:
        api = _api(runner)
        branch = branch or _default_branch(api)
        kept = _find(api, name, branch, runner.environ.get("GITHUB_RUN_ID", ""))
        path = runner.new_folder() / "baseline.uvdive"
        path.write_bytes(_fetch(api, kept))
        _try(path, runner.for_programs())
        file, told = (
            str(path),
            f"Baseline: {inert(branch, 100)} at {kept.commit[:7]}, kept by run {kept.run}.",
        )
        runner.say(told)
    except NoneKeptError as nothing:
        told = f"No baseline: {nothing}"
        runner.say(told)
    except ApiError as error:
        told = "No baseline: GitHub did not give the kept report; the log says why."
        runner.warn(f"{error} The check goes on without a baseline.")
    runner.output(file=file, told=told, branch=branch, artifact=name)
    return 0


def _api(runner: Runner) -> Api:
    token = runner.input("github-token")
    if not token:
        raise NoneKeptError("without the input github-token nobody can ask for it.")
    environ = runner.environ
    return Api(
        environ.get("GITHUB_API_URL", "https://api.github.com"), token, environ.get("GITHUB_REPOSITORY", "")
    )


def _default_branch(api: Api) -> str:
    found = api.get("", _BRANCH)
    branch = found.get("default_branch") if isinstance(found, dict) else None
    if not isinstance(branch, str) or not branch:
        raise ApiError(
            "GitHub could not tell the default branch: its answer has another shape than documented."
        )
    return branch


def _find(api: Api, name: str, branch: str, own_run: str) -> Kept:
    """The newest kept report of the branch whose run succeeded.

    Raises:
        NoneKeptError: there is none.
        ApiError: nobody can tell.
    """
    seen = 0
    for row in api.pages("/actions/artifacts", _LIST, "artifacts", name=name):
        kept = _of_branch(row, name, branch)
        if kept is None or str(kept.run) == own_run:
            continue
        seen += 1
        if _succeeded(api.get(f"/actions/runs/{kept.run}", _RUN), branch):
            return kept
        if seen == _RUNS:
            break
    if seen:
        raise NoneKeptError(f"none of the last {seen} runs of {branch} that kept a report has succeeded.")
    raise NoneKeptError(f"{branch} has kept no report yet; its next run keeps one.")


def _of_branch(row: Any, name: str, branch: str) -> Kept | None:
    """An artifact, if it is a report that a run of the branch kept and that is still there.

    A fork may call its branch as it likes, so the run's repository is looked at too.
    """
    run = row.get("workflow_run") if isinstance(row, dict) else None
    if not isinstance(run, dict) or row.get("expired") is not False or row.get("name") != name:
        return None
    home, number, artifact = run.get("repository_id"), run.get("id"), row.get("id")
    if run.get("head_branch") != branch or home is None or run.get("head_repository_id") != home:
        return None
    if not isinstance(number, int) or not isinstance(artifact, int):
        return None
    size, digest, commit = row.get("size_in_bytes"), row.get("digest"), run.get("head_sha")
    return Kept(
        artifact,
        number,
        inert(commit, 40) if isinstance(commit, str) else "",
        size if isinstance(size, int) else 0,
        digest if isinstance(digest, str) else "",
    )


def _succeeded(run: Any, branch: str) -> bool:
    """Did a run of the branch itself, not of a pull request, end well?"""
    if not isinstance(run, dict) or run.get("conclusion") != "success" or run.get("head_branch") != branch:
        return False
    return not str(run.get("event", "")).startswith("pull_request")


def _fetch(api: Api, kept: Kept) -> bytes:
    """The bytes of a kept report.

    Raises:
        ApiError: they can't be had.
        NoneKeptError: they are none.
    """
    if kept.size > MOST:
        raise NoneKeptError(f"the kept report is larger than {MOST // 1_000_000} MB.")
    packed = api.download(f"/actions/artifacts/{kept.id}/zip", _FETCH, MOST)
    kind, _, told = kept.digest.partition(":")
    if kind == "sha256" and hashlib.sha256(packed).hexdigest() != told:
        raise NoneKeptError("the kept report is not what was uploaded: its SHA-256 differs.")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            reports = [member for member in archive.infolist() if member.filename.endswith(".uvdive")]
            if len(reports) != 1 or reports[0].file_size > MOST:
                raise NoneKeptError("what was kept under that name is no single report.")
            return archive.read(reports[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise NoneKeptError("the kept report's archive is damaged.") from None


def _try(path: Path, environ: dict[str, str]) -> None:
    """Does this uvdive open the report? A check must not fail for what another version wrote.

    Raises:
        NoneKeptError: it does not; it says why.
    """
    command = [sys.executable, "-I", "-m", "uvdive", f"report:{path}", "--json", "--top", "1"]
    done = subprocess.run(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").replace(str(path), "the report").strip()
        raise NoneKeptError(f"uvdive can't open the kept report: {inert(said.removeprefix('uvdive: '))}")
