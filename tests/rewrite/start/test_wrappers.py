"""Programs that start the one behind them, and what shell code says for itself (R18, R22)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.start.shell_edit import behind_wrapper, behind_wrappers, resets, still_calls

RUNNERS = {
    "uv run x": 0,
    "tini -- uv run x": 2,
    "tini -g -- uv run x": 3,
    "gosu app uv run x": 2,
    "env A=1 uv run x": 2,
    "env -i uv run x": 0,
    "env -u A uv run x": 0,
    "env - uv run": 0,
    "env --ignore-environment uv run x": 0,
    "wait-for db:5 -- uv run x": 3,
    "su app -- uv run x": 0,
    "sudo -- uv run x": 0,
    "docker run -- uv run x": 0,
    "echo uv run x": 0,
    "command -v uv": 0,
    "command uv run x": 1,
    "command -V uv": 0,
    "nice -n 5 uvx x": 3,
    "timeout 5 poetry run x": 2,
    "exec pdm run x": 1,
    "time hatch run": 1,
    "nohup rye run": 1,
    "x uv run": 0,
    "exec /usr/bin/uv run x": 1,
    "exec python uv": 2,
}
PROGRAMS = {
    "uv run x": 0,
    "tini -- x": 2,
    "tini -s -- x": 3,
    "tini -p SIGTERM -- x": 4,
    "dumb-init x": 1,
    "gosu app x": 2,
    "gosu app:app tini -- x y": 4,
    "su-exec app x": 2,
    "timeout 5 x": 2,
    "timeout -k 5 10 x": 4,
    "timeout --signal TERM 5 x": 4,
    "env A=1 B=2 x": 3,
    "env -u A x": 3,
    "nice -n 5 x": 3,
    "nice x": 1,
    "chpst -u app x": 3,
    "exec": 0,
    "exec x": 1,
    "time x": 1,
    "tini --": 0,
    "setpriv -g x y": 3,
    "stdbuf -oL x": 2,
    "tini -e 143 -- x": 4,
}
SETTINGS = {
    "#!/bin/sh\nPATH=/x": "PATH",
    "#!/bin/sh\nPATH=/x:$PATH": "",
    "PATH=${PATH}:/x": "",
    "export PATH=/x": "PATH",
    "A=1; UV_PROJECT=/x uv run": "UV_PROJECT",
    "XPATH=/y": "",
    "#!/bin/bash -l\nuv run": "PATH",
    "#!/usr/bin/env bash --login\n": "PATH",
    "#!/bin/bash -eu\nuv run": "",
    "#!/bin/bash -el\n": "PATH",
    "echo (UV_PYTHON=3": "UV_PYTHON",
    "UV_CACHE_DIR=/x": "",
    "UV_ENV_FILE=x": "UV_ENV_FILE",
    "a&UV_ISOLATED=1": "UV_ISOLATED",
    "|UV_NO_PROJECT=1": "UV_NO_PROJECT",
    "UV_WORKING_DIR=/x": "UV_WORKING_DIR",
}
CALLS = {
    "uv run x": True,
    "echo uv run x": False,
    "echo `uv run x`": True,
    "echo x | uv run": True,
    "# uv run x": False,
    "a # uv run x": False,
    "printf 'uv' > /x": True,
    "echo uv > x": True,
    "poetry run x": True,
    "x poetry": False,
    "nuv run": False,
    ": uv": False,
    "log uv run; uv run": True,
    "echo 'a'; logger uv": False,
    "x$(uv run)": True,
    "echo $(uv run x)": True,
    "echo $(date) uv": False,
}


@pytest.mark.parametrize(("text", "index"), RUNNERS.items())
def test_the_runner_behind_other_programs(text: str, index: int) -> None:
    assert behind_wrapper(text.split()) == index


@pytest.mark.parametrize(("text", "index"), PROGRAMS.items())
def test_the_program_behind_those_that_start_it(text: str, index: int) -> None:
    assert behind_wrappers(text.split()) == index


@pytest.mark.parametrize(("text", "name"), SETTINGS.items())
def test_a_variable_that_decides_what_uv_run_starts(text: str, name: str) -> None:
    assert resets(text) == name


@pytest.mark.parametrize(("text", "calls"), CALLS.items())
def test_what_is_said_to_people_is_no_call(text: str, calls: bool) -> None:
    assert still_calls(text) == calls
