"""R27: which variables of the author's the last stage has, and which the build has."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import BASE, both_stages, decision

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

SYNC = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"
FLASK = 'CMD ["uv", "run", "flask", "run"]\n'


def planned(text: str, folder: Path, **choices: str) -> RewritePlan:
    for name in ("uv.lock", ".dockerignore"):
        (folder / name).write_text(".venv\n")
    named = {name.replace("_", "-"): value for name, value in choices.items()}
    result = plan(text, None, lambda _: None, context=folder, choices=named)
    assert result.outcome == "rewritten", result.refusal
    return result


def test_what_only_tools_of_the_build_read_stays_there(tmp_path) -> None:
    text = f"{BASE}ENV A=1 \\\n    UV_LINK_MODE=copy \\\n    B=2\nENV PIP_NO_CACHE_DIR=1\n{SYNC}{FLASK}"
    result = planned(text, tmp_path)
    build, run = both_stages(result)
    assert "ENV A=1 \\\n    UV_LINK_MODE=copy \\\n    B=2\nENV PIP_NO_CACHE_DIR=1\n" in build
    assert "\nENV A=1 \\\n    B=2\n" in run
    assert "PIP_" not in run
    found = decision(result, "build-variables")
    assert (found.rule, found.line) == ("R27", 2)
    assert found.summary == "PIP_NO_CACHE_DIR and UV_LINK_MODE stay in the build stage"
    assert {"Env:PIP_NO_CACHE_DIR", "Env:UV_LINK_MODE"} <= set(result.allowed.config)


@pytest.mark.parametrize("name", ["app.py", "start.sh"])
def test_what_a_file_of_the_app_names_comes_along(tmp_path, name) -> None:
    (tmp_path / name).write_text("print(UV_PROJECT_ENVIRONMENT)\n")
    run = both_stages(planned(f"{BASE}ENV UV_PROJECT_ENVIRONMENT=/app/.venv\n{SYNC}{FLASK}", tmp_path))[1]
    assert "ENV UV_PROJECT_ENVIRONMENT=/app/.venv\n" in run


def test_what_another_setting_is_made_of_comes_along(tmp_path) -> None:
    text = f"{BASE}ENV UV_PROJECT_ENVIRONMENT=/app/.venv\nENV PATH=$UV_PROJECT_ENVIRONMENT/bin:$PATH\n{SYNC}"
    run = both_stages(planned(f'{text}CMD ["flask"]\n', tmp_path))[1]
    assert "ENV UV_PROJECT_ENVIRONMENT=/app/.venv\nENV PATH=$UV_PROJECT_ENVIRONMENT/bin:$PATH\n" in run


def test_a_uv_that_stays_reads_its_variables(tmp_path) -> None:
    (tmp_path / "start.sh").write_text("#!/bin/sh\nuv run flask run\n")
    text = f'{BASE}ENV UV_LINK_MODE=copy\n{SYNC}CMD ["./start.sh"]\n'
    assert "UV_LINK_MODE" not in both_stages(planned(text, tmp_path))[1]
    kept = planned(text, tmp_path, start_scripts="keep-uv")
    assert "ENV UV_LINK_MODE=copy\n" in both_stages(kept)[1]


def test_what_only_the_program_reads_does_not_stand_in_the_build(tmp_path) -> None:
    text = f"{BASE}# logs at once\nENV PYTHONUNBUFFERED=1\n{SYNC}ENV PORT=80\nCOPY late /app\n{FLASK}"
    build, run = both_stages(planned(text, tmp_path))
    assert "PORT" not in build
    assert "PYTHONUNBUFFERED" not in build
    assert "# logs at once\nENV PYTHONUNBUFFERED=1\n" in run
    assert "ENV PORT=80\n" in run
    run = "RUN uv run python $PLACE/manage.py collectstatic\n"
    used = f"{BASE}{SYNC}ENV PLACE=/app\nCOPY late $PLACE\n{run}{FLASK}"
    assert "ENV PLACE=/app\nCOPY late $PLACE\n" in both_stages(planned(used, tmp_path))[0]


def test_r6_where_no_environment_is_made_nothing_guards_it(tmp_path, project, env, node) -> None:
    text = f"{BASE}WORKDIR /app\nRUN uv pip install --system flask\nCOPY src /app/src\nCMD flask run\n"
    site = "/usr/local/lib/python3.13/site-packages"
    packages = {f"{site}/flask/x.py": node(100, owner="venv")}
    system = env(path="/usr/local", kind="system", interpreter="/usr/local/bin/python3.13")
    result = project(text, {"RUN uv pip": packages}, environments=[system]).plan()
    assert "UV_PYTHON_DOWNLOADS" not in result.text
    assert decision(result, "python-downloads") is None
