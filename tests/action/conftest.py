"""The action's steps as a runner starts them, against a GitHub on loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checked import report
from composite import ROOT, Composite, Ran, environment
from engines.stand_in_github import REPOSITORY, TOKEN, GitHub, stand_in_github

from uvdive.ledger.saved.report_file import dump


@pytest.fixture
def github() -> Iterator[GitHub]:
    with stand_in_github() as github:
        yield github


class Job:
    """A job of the repository: its workspace, and what happened."""

    def __init__(self, folder: Path, github: GitHub) -> None:
        self.github = github
        self.workspace = folder / "workspace"
        self.temp = folder / "temp"
        self.workspace.mkdir()
        self.temp.mkdir()
        self.kept: dict[str, bytes] = {}
        self.environ: dict[str, str] = {}
        self.push()

    def push(self, branch: str = "main") -> None:
        self._event("push", {"repository": {"default_branch": "main"}}, f"refs/heads/{branch}")

    def pull_request(
        self, number: int = 7, head: str | None = REPOSITORY, kind: str = "pull_request"
    ) -> None:
        repo = None if head is None else {"full_name": head}
        payload = {
            "pull_request": {"number": number, "head": {"repo": repo}},
            "repository": {"default_branch": "main"},
        }
        self._event(kind, payload, f"refs/pull/{number}/merge")

    def _event(self, name: str, payload: object, ref: str) -> None:
        path = self.temp / "event.json"
        path.write_text(json.dumps(payload))
        self.environ = environment(
            event_name=name,
            event_path=str(path),
            ref=ref,
            repository=REPOSITORY,
            api_url=self.github.url,
            server_url="https://github.example",
            run_id="99",
            sha="c0ffee" * 6 + "beef",
        )
        self.environ |= {"RUNNER_TEMP": str(self.temp), "TOKEN_OF_THE_JOB": TOKEN, "no_proxy": "127.0.0.1"}

    def run(self, *, installed: bool = True, **inputs: str) -> Ran:
        def use(name: str, given: dict[str, str]) -> None:
            assert name.startswith("actions/upload-artifact@")
            self.kept[given["name"]] = Path(given["path"]).read_bytes()

        given = {"install": {"python": sys.executable}} if installed else {}
        number = len(list(self.temp.glob("run-*")))
        return Composite(ROOT, self.environ, given, use).run(
            self.workspace, self.temp / f"run-{number}", **inputs
        )


@pytest.fixture
def job(tmp_path: Path, github: GitHub) -> Job:
    return Job(tmp_path, github)


@pytest.fixture
def saved() -> Callable[[int], bytes]:
    """A saved report of so many bytes less than the sample that breaks rules."""

    def make(less: int = 0) -> bytes:
        from dataclasses import replace

        sample = report()
        totals = replace(sample.totals, file_bytes=sample.totals.file_bytes - less)
        return dump(replace(sample, totals=totals))

    return make
