"""What changes in the stage that builds, and what is only said of it (R14, R16, R40, R48, R50)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, refused

from uvdive.rewrite.planner import plan


def test_r14_a_sync_without_the_project_is_completed_in_the_build(project, node) -> None:
    text = BASE + SYNC.replace("--no-dev", "--no-dev --no-install-project") + FLASK
    copied = {"COPY uv.lock": {"/app/uv.lock": node(9), "/app/pyproject.toml": node(9)}}
    result = project(text, copied).plan()
    assert "RUN uv sync --frozen --no-dev\n\n# The final image" in result.text
    without = project(text.replace('"uv", "run"', '"uv", "run", "--no-sync"'), copied).plan()
    assert result.text.count("uv sync") == 2
    assert without.text.count("uv sync") == 1


def test_r40_a_virtual_environment_of_the_host_is_warned_of(project, tmp_path) -> None:
    made = project(BASE + "WORKDIR /app\nRUN uv sync\nCOPY . .\n" + FLASK)
    kept = made.plan(context=tmp_path, choices={"dockerignore": "keep"})
    assert [w.line for w in kept.warnings if w.rule == "R40"] == [4]
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


def lacks_a_lock(project, text: str, context, wrote=None) -> bool:
    plans = (project(text, wrote).plan(context=context), plan(text, None, lambda _: None, context=context))
    said = [any(warning.rule == "R16" for warning in each.warnings) for each in plans]
    assert len(set(said)) == 1, "with and without the image"
    return said[0]


@pytest.mark.parametrize(
    ("where", "brings"),
    [
        ("uv.lock", "WORKDIR /app\nCOPY . .\n"),
        ("uv.lock", "WORKDIR /app\nCOPY pyproject.toml uv.lock* ./\n"),
        ("uv.lock", "WORKDIR /app/services/api\nCOPY uv.lock /app/\n"),
        ("uv.lock", "WORKDIR /app\nCOPY uv.lock /app\n"),
        ("services/api/uv.lock", "WORKDIR /app\nCOPY services/api/ .\n"),
        ("services/api/uv.lock", "WORKDIR /app\nCOPY services/api/pyproject.toml services/api/uv.lock ./\n"),
        ("services/api/uv.lock", "WORKDIR /app\nCOPY serv*/api/uv.lock ./\n"),
        ("services/api/uv.lock", "WORKDIR /app\nCOPY serv* ./services\nWORKDIR services/api\n"),
        (
            "services/api/uv.lock",
            "WORKDIR /app\nCOPY --parents services/api/uv.lock ./\nWORKDIR services/api\n",
        ),
        ("services/api/uv.lock", "WORKDIR /app\nCOPY --parents services/./api/uv.lock ./\nWORKDIR api\n"),
        ("a/b/c/d/uv.lock", "WORKDIR /app\nCOPY . .\nWORKDIR /app/a/b/c/d\n"),
    ],
)
def test_r16_a_lock_is_looked_for_where_the_sync_does(project, tmp_path, where: str, brings: str) -> None:
    text = f"{BASE}{brings}RUN uv sync --frozen\nWORKDIR /app\n{FLASK}"
    assert lacks_a_lock(project, text, tmp_path)
    (tmp_path / where).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / where).write_bytes(b"#" * (2 << 20))
    assert not lacks_a_lock(project, text, tmp_path)


@pytest.mark.parametrize(
    ("where", "brings"),
    [
        ("services/api/uv.lock", "WORKDIR /app\nCOPY . .\n"),
        ("uv.lock", "WORKDIR /app\nCOPY pyproject.toml ./\n"),
        ("uv.lock.bak", "WORKDIR /app\nCOPY uv.lock.bak ./\n"),
    ],
)
def test_r16_a_lock_elsewhere_is_none(project, tmp_path, where: str, brings: str) -> None:
    (tmp_path / where).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / where).touch()
    assert lacks_a_lock(project, f"{BASE}{brings}RUN uv sync\n{FLASK}", tmp_path)


def test_r16_a_lock_that_is_left_out_or_comes_from_elsewhere(project, node, tmp_path) -> None:
    (tmp_path / "uv.lock").touch()
    (tmp_path / ".dockerignore").write_text("*.lock\n")
    text = f"{BASE}WORKDIR /app\nCOPY . .\nRUN uv sync\n{FLASK}"
    assert lacks_a_lock(project, text, tmp_path)
    other = text.replace("COPY .", "COPY --from=ghcr.io/x/y:1 /z")
    assert not lacks_a_lock(project, other, tmp_path, {"COPY": {"/app/uv.lock": node(40)}})


def test_r16_where_the_folder_is_not_known_any_lock_counts(project, tmp_path) -> None:
    text = f"{BASE}WORKDIR /app\nCOPY . .\nRUN cd $WHERE && uv sync\n{FLASK}"
    assert lacks_a_lock(project, text, tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/uv.lock").touch()
    assert not lacks_a_lock(project, text, tmp_path)
