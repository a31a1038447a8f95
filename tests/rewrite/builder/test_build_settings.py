"""What changes in the stage that builds, and what is only said of it (R14, R16, R40, R48, R50)."""

from __future__ import annotations

from dockerfiles import BASE, FLASK, SYNC, refused


def test_r14_a_sync_without_the_project_is_completed_in_the_build(project, node) -> None:
    text = BASE + SYNC.replace("--no-dev", "--no-dev --no-install-project") + FLASK
    copied = {"COPY uv.lock": {"/app/uv.lock": node(9), "/app/pyproject.toml": node(9)}}
    result = project(text, copied).plan()
    assert "RUN uv sync --frozen --no-dev\n\nFROM" in result.text
    without = project(text.replace('"uv", "run"', '"uv", "run", "--no-sync"'), copied).plan()
    assert result.text.count("uv sync") == 2
    assert without.text.count("uv sync") == 1


def test_r40_a_virtual_environment_of_the_host_is_warned_of(project, tmp_path) -> None:
    made = project(BASE + "WORKDIR /app\nRUN uv sync\nCOPY . .\n" + FLASK)
    assert [w.line for w in made.plan(context=tmp_path).warnings if w.rule == "R40"] == [4]
    (tmp_path / ".dockerignore").write_text("*.pyc\n.venv/\n")
    assert not [w for w in made.plan(context=tmp_path).warnings if w.rule == "R40"]


def test_r48_bytecode_settings_are_not_touched(project) -> None:
    assert "COMPILE_BYTECODE" not in project(BASE + SYNC + FLASK).plan().text


def test_r16_a_build_without_a_lock_is_said_to_be_unsteady(project, tmp_path) -> None:
    made = project(BASE + SYNC + FLASK)
    assert "R16" in {warning.rule for warning in made.plan(context=tmp_path).warnings}
    (tmp_path / "uv.lock").touch()
    assert "R16" not in {warning.rule for warning in made.plan(context=tmp_path).warnings}


def test_r50_a_python_version_that_the_sync_did_not_see_is_refused(project, tmp_path) -> None:
    late = "COPY .python-version ./\n"
    made = project(BASE + SYNC + late + FLASK)
    (tmp_path / ".python-version").write_text("3.12\n")
    assert project(BASE + SYNC + FLASK).plan(context=tmp_path).outcome == "rewritten"
    result = made.plan(context=tmp_path)
    assert refused(result) == ("R50", 7)
    assert "/app/.python-version asks for Python 3.12" in result.refusal.reason
    for fits in ("3.13\n", "3.13.5\n", "# ours\ncpython@3.13\n", ">=3.12\n", "3\n"):
        (tmp_path / ".python-version").write_text(fits)
        assert made.plan(context=tmp_path).outcome == "rewritten", fits
