"""What RUNs write below a folder that a COPY shall own, as far as their words say (R29)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.evidence.commands.runs import Run, read_runs
from uvdive.rewrite.evidence.steps import gather
from uvdive.rewrite.improve.owned import _writes


def read(text: str) -> Run:
    evidence = gather(parse(f"FROM python:3.13-slim\nWORKDIR /app\nRUN {text}\n"), None, None)
    return read_runs(evidence)[0]


# The folders that the last part makes; None where it may write others' files below /app.
MADE = {
    "mkdir /a": ["/a"],
    "mkdir -p /a/b /c/": ["/a/b", "/c"],
    "mkdir a": ["/app/a"],
    "mkdir -m 700 /a": None,
    "mkdir -pv a ./b/../c": ["/app/a", "/app/c"],
    "cd /x && mkdir a": None,
    "mkdir $A": None,
    "mkdir /$A": None,
    "chown app /x": [],
    "chown app /app/data": None,
    "chown app /app": None,
    "chown app /": None,
    "chown -R app:app /srv /var/x": [],
    "chmod 1 x": None,
    "chmod 1 /x $Y": None,
    "touch /x/y": [],
    "touch /app/y": None,
    "cp /a /b": [],
    "cp a /b": None,
    "install -d /x": [],
    "rm -rf /app/x": None,
    "rm -rf /x": [],
    "echo a > /x": None,
    "echo a > /app/x": None,
    "./x": None,
    "uv sync": None,
    "apt-get install x": [],
    "useradd x": [],
    "sed -i s/a/b/ /x": None,
    "ln -s /x /y": [],
}


@pytest.mark.parametrize(("text", "folders"), MADE.items())
def test_the_folders_that_a_part_makes(text: str, folders: list[str] | None) -> None:
    run = read(text)
    part, kind = run.parts[-1]
    assert _writes(run, part.commands, kind, "/app") == folders
