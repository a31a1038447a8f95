"""The rules of the start command, each with a test; reports are made by hand."""

from __future__ import annotations

import pytest

BASE = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n"
SYNC = "WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\nCOPY src /app/src\n"
FLASK = 'CMD ["uv", "run", "flask", "run"]\n'


def refused(result) -> tuple[str, int | None]:
    assert result.outcome == "refused", result.text
    assert result.text == result.original
    return result.refusal.rule, result.refusal.line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('CMD ["uv", "run", "flask", "run"]', 'CMD ["flask", "run"]'),
        ('CMD ["uv", "run", "--frozen", "--no-sync", "python", "a.py"]', 'CMD ["python", "a.py"]'),
        ('CMD ["uv", "run", "a.py", "x"]', 'CMD ["python", "a.py", "x"]'),
        ('CMD ["uv", "run", "-m", "flask", "run"]', 'CMD ["python", "-m", "flask", "run"]'),
        ('CMD ["uv", "run", "--", "flask"]', 'CMD ["flask"]'),
        ('CMD ["/usr/local/bin/uv", "run", "-q", "flask"]', 'CMD ["flask"]'),
        ("CMD uv run flask run --port ${PORT:-80}", "CMD flask run --port ${PORT:-80}"),
        ("CMD exec uv run flask run", "CMD exec flask run"),
        ("CMD uv run flask db && uv run gunicorn x & wait", "CMD flask db && gunicorn x & wait"),
        ('CMD ["sh", "-c", "A=1 uv run flask \\"$X\\""]', 'CMD ["sh", "-c", "A=1 flask \\"$X\\""]'),
        ('CMD ["tini", "--", "uv", "run", "flask"]', 'CMD ["tini", "--", "flask"]'),
        ('ENTRYPOINT ["uv", "run"]\nCMD ["flask", "run"]', 'CMD ["flask", "run"]'),
        ('ENTRYPOINT ["uv", "run", "flask"]\nCMD ["run"]', 'ENTRYPOINT ["flask"]\nCMD ["run"]'),
        ('HEALTHCHECK --timeout=3s CMD uv run a.py || exit 1\nCMD ["flask"]',
         'HEALTHCHECK --timeout=3s CMD python a.py || exit 1\nCMD ["flask"]'),
    ],
)  # fmt: skip
def test_r18_uv_run_is_taken_off_by_uvs_own_table(project, before, after) -> None:
    result = project(f"{BASE}{SYNC}{before}\n").plan()
    assert result.outcome == "rewritten", result.refusal
    assert result.text.endswith(f"WORKDIR /app\n{after}\n")
    assert any(decision.rule == "R18" for decision in result.decisions)


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ('CMD ["uv", "run", "--with", "x", "flask"]', "R19"),
        ('CMD ["uv", "run", "--env-file", ".env", "flask"]', "R19"),
        ('CMD ["uv", "run", "--isolated", "flask"]', "R19"),
        ('CMD ["uv", "run", "--no-project", "flask"]', "R19"),
        ('CMD ["uv", "run", "--extra", "web", "flask"]', "R19"),
        ('CMD ["uv", "run", "--python", "3.12", "flask"]', "R19"),
        ('CMD ["uv", "run", "-"]', "R19"),
        ('CMD ["uv", "run", "https://x/y.py"]', "R19"),
        ('CMD ["uv", "run", "--unheard-of", "flask"]', "R19"),
        ('CMD ["uv", "run"]', "R19"),
        ('CMD ["uv", "run", "nothere"]', "R18"),
        ("CMD echo $(uv run flask)", "R18"),
        ("CMD if true; then uv run flask; fi", "R18"),
        ('CMD ["uv", "run", "--directory", "d", "flask"]', "R23"),
        ('CMD ["uv", "--project", "d", "run", "flask"]', "R24"),
        ('CMD ["uvx", "flask"]', "R24"),
        ('CMD ["uv", "tool", "run", "flask"]', "R24"),
        ('CMD ["uv", "pip", "list"]', "R24"),
    ],
)
def test_r19_what_needs_uv_at_start_is_refused(project, start, rule) -> None:
    assert refused(project(f"{BASE}{SYNC}{start}\n").plan()) == (rule, 6)


def test_r19_options_that_the_build_has_too_are_dropped(project) -> None:
    text = BASE + SYNC.replace("--no-dev", "--extra web") + 'CMD ["uv", "run", "--extra", "web", "flask"]\n'
    assert project(text).plan().text.endswith('CMD ["flask"]\n')


def test_r19_a_script_with_its_own_dependencies_is_refused(project, tmp_path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("# /// script\n# dependencies = []\n# ///\n")
    made = project(BASE + SYNC + 'CMD ["uv", "run", "src/a.py"]\n')
    assert refused(made.plan(context=tmp_path)) == ("R19", 6)


def test_r20_path_and_virtual_env_are_set_where_uv_run_was_removed(project) -> None:
    result = project(BASE + SYNC + FLASK).plan()
    assert "ENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n" in result.text
    assert {"Env:PATH", "Env:VIRTUAL_ENV", "Cmd"} <= set(result.allowed.config)
    plain = project(BASE + SYNC + 'CMD ["/app/.venv/bin/flask"]\n').plan()
    assert "VIRTUAL_ENV" not in plain.text


def test_r20_what_the_author_set_is_not_set_again(project) -> None:
    own = 'ENV PATH="/app/.venv/bin:$PATH"\n'
    paths = ("PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin", "PYTHON_VERSION=3.13.5")
    result = project(BASE + own + SYNC + FLASK, config={"env": paths}).plan()
    assert result.text.count("PATH=") == 2
    assert "ENV VIRTUAL_ENV=/app/.venv\n" in result.text


def test_r21_the_program_becomes_process_one_and_servers_need_no_warning(project) -> None:
    assert any(warning.rule == "R21" for warning in project(BASE + SYNC + FLASK).plan().warnings)
    server = project(BASE + SYNC + 'CMD ["uv", "run", "gunicorn", "x"]\n').plan()
    assert not any(warning.rule == "R21" for warning in server.warnings)


@pytest.mark.parametrize("script", ["#!/bin/sh\nexec uv run flask\n", "uvx x\n"])
def test_r24_a_start_script_that_calls_uv_is_refused(project, node, tmp_path, script) -> None:
    (tmp_path / "start.sh").write_text(script)
    text = BASE + SYNC + 'COPY start.sh /start.sh\nCMD ["/start.sh"]\n'
    made = project(text, {"COPY start.sh": {"/start.sh": node(20)}})
    assert refused(made.plan(context=tmp_path)) == ("R24", 7)


def test_r24_a_start_script_without_uv_passes_and_an_unreadable_one_does_not(project, node, tmp_path) -> None:
    text = BASE + SYNC + 'COPY start.sh /start.sh\nCMD ["/start.sh"]\n'
    made = project(text, {"COPY start.sh": {"/start.sh": node(20)}})
    assert refused(made.plan(context=tmp_path)) == ("R24", 7)
    (tmp_path / "start.sh").write_text("# not uv run\nexec flask run\n")
    assert made.plan(context=tmp_path).outcome == "rewritten"


def test_r25_without_a_start_command_the_inherited_one_decides(project) -> None:
    inherited = project("FROM python:3.13-slim\n" + SYNC, config={"cmd": ("python3",)})
    assert "CMD" in inherited.plan().text
    uv = project(BASE + SYNC, config={"cmd": ("/usr/local/bin/uv",)})
    assert refused(uv.plan()) == ("R25", 1)


def test_r51_a_command_over_several_lines_is_rewritten_in_place(project) -> None:
    text = BASE + SYNC + "CMD uv run flask \\\n    run\n"
    assert project(text).plan().text.endswith("CMD flask \\\n    run\n")


@pytest.mark.parametrize("tool", ["poetry", "pdm", "pipenv"])
def test_r58_a_runner_that_the_image_lacks_is_removed(project, tool) -> None:
    made = project(f'{BASE}{SYNC}ENTRYPOINT ["{tool}", "run", "python", "src/a.py"]\n')
    result = made.plan()
    assert result.text.endswith('ENTRYPOINT ["python", "src/a.py"]\n')
    assert result.allowed.repaired_start
    kept = made.plan(choices={"start-runner": "keep"})
    assert kept.text.endswith(f'ENTRYPOINT ["{tool}", "run", "python", "src/a.py"]\n')
    assert not kept.allowed.repaired_start


def test_r58_a_runner_that_the_image_has_stays(project, node) -> None:
    text = (
        BASE
        + SYNC
        + "COPY poetry /usr/local/bin/poetry\nRUN chmod +x x\n"
        + 'CMD ["poetry", "run", "flask"]\n'
    )
    made = project(text, {"COPY poetry": {"/usr/local/bin/poetry": node(5, owner="venv")}})
    assert made.plan().text.endswith('CMD ["poetry", "run", "flask"]\n')
