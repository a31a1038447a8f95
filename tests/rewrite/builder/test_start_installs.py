"""R15: nothing is installed in the build, because `uv run` does it at every start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rewrites.dockerfiles import IN_APP, both_stages

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

COPY = "COPY pyproject.toml uv.lock ./\nCOPY src ./src\n"
PROJECT = '[project]\nname = "x"\nrequires-python = ">=3.11"\n'


@pytest.fixture
def unbuilt(project, node, tmp_path) -> Callable[..., RewritePlan]:
    """The plan of an image without an environment."""

    def make(
        start: str,
        pyproject: str = PROJECT,
        *,
        base: str = IN_APP,
        lock: bool = True,
        choices: dict[str, str] | None = None,
        **image: Any,
    ) -> RewritePlan:
        files = {"/app/pyproject.toml": node(9), **({"/app/uv.lock": node(99)} if lock else {})}
        (tmp_path / "pyproject.toml").write_text(pyproject)
        made = project(f"{base}{COPY}{start}\n", {"COPY pyproject": files}, environments=[], **image)
        return made.plan(context=tmp_path, choices=choices)

    return make


def test_r15_the_build_installs_with_the_lock(unbuilt) -> None:
    result = unbuilt('CMD ["uv", "run", "flask", "run"]')
    build, run = both_stages(result)
    assert build.endswith("\nRUN uv sync --locked --no-cache\n")
    assert "ENV UV_PYTHON_DOWNLOADS=never\n" in build
    assert 'CMD ["flask", "run"]\n' in run
    assert "COPY --from=builder /app/.venv /app/.venv\n" in run
    assert "PATH=/app/.venv/bin:$PATH" in run
    assert result.predicted is None
    assert result.missing_base is None
    assert result.allowed.installs_at_start
    assert any(w.rule == "R15" and "unknown" in w.text for w in result.warnings)


@pytest.mark.parametrize(
    ("start", "sync"),
    [
        ('CMD ["uv", "run", "--frozen", "--no-dev", "flask"]', "uv sync --frozen --no-dev --no-cache"),
        ('CMD ["uv", "run", "--extra", "web", "flask"]', "uv sync --locked --extra web --no-cache"),
        ("CMD uv run --group x src/app.py", "uv sync --locked --group x --no-cache"),
    ],
)
def test_r15_what_uv_run_was_told_to_install_the_build_installs(unbuilt, start, sync) -> None:
    assert f"\nRUN {sync}\n" in unbuilt(start).text


def test_r15_a_variable_that_decides_on_the_lock_is_enough(unbuilt) -> None:
    config = {"env": ("PATH=/usr/local/bin:/usr/bin:/bin", "UV_FROZEN=1")}
    base = f"{IN_APP}ENV UV_FROZEN=1\n"
    assert "\nRUN uv sync --no-cache\n" in unbuilt('CMD ["uv", "run", "x"]', base=base, config=config).text


@pytest.mark.parametrize(
    "pyproject", ["project = 1\n", 'project = ["x"]\n', "[project]\nrequires-python = 3\n"]
)
def test_r15_a_project_file_of_another_shape_asks_for_no_python(unbuilt, pyproject) -> None:
    assert "uv sync --locked" in unbuilt('CMD ["uv", "run", "x"]', pyproject).text


def test_r15_the_folder_that_the_author_named_for_the_environment_counts(unbuilt) -> None:
    config = {"env": ("PATH=/usr/local/bin:/usr/bin:/bin", "UV_PROJECT_ENVIRONMENT=/opt/e")}
    base = f"{IN_APP}ENV UV_PROJECT_ENVIRONMENT=/opt/e\n"
    text = unbuilt('CMD ["uv", "run", "x"]', base=base, config=config).text
    assert "COPY --from=builder /opt/e /opt/e\n" in text


def test_r14_and_r15_the_dev_group_is_a_choice(unbuilt) -> None:
    pyproject = f'{PROJECT}[dependency-groups]\ndev = ["pytest"]\n'
    start = 'CMD ["uv", "run", "x"]'
    result = unbuilt(start, pyproject)
    assert next(d for d in result.decisions if d.id == "dev-group").chosen == "keep"
    assert "uv sync --locked --no-cache" in result.text
    text = unbuilt(start, pyproject, choices={"dev-group": "remove"}).text
    assert "uv sync --locked --no-dev --no-cache" in text


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"lock": False}, "Run `uv lock`"),
        ({"pyproject": PROJECT.replace("3.11", "3.14")}, "requires-python is >=3.14"),
        ({"base": "FROM ghcr.io/astral-sh/uv:trixie-slim\nWORKDIR /app\n"}, "Add `RUN uv sync --frozen`"),
        ({"base": "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\nWORKDIR /srv\n"}, "no pyproject.toml"),
    ],
)
def test_r15_what_nobody_knows_is_refused_and_says_what_to_change(unbuilt, options, what) -> None:
    more = {"config": {"working_dir": "/srv"}} if "/srv" in options.get("base", "") else {}
    result = unbuilt('CMD ["uv", "run", "x"]', **options, **more)
    assert (result.refusal.rule, result.refusal.line) == ("R15", 5)
    assert what in result.refusal.reason


def test_r15_what_stands_behind_the_last_copy_holds_for_the_sync_too(unbuilt) -> None:
    base = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n"
    result = unbuilt('WORKDIR /app\nENV UV_NO_DEV=1\nUSER app\nCMD ["uv", "run", "x"]', base=base)
    build, run = both_stages(result)
    assert build.endswith("\nENV UV_NO_DEV=1\nRUN uv --directory /app sync --locked --no-cache\n")
    assert "USER" not in build
    assert "UV_NO_DEV" not in run
    assert "Env:UV_NO_DEV" in result.allowed.config


@pytest.mark.parametrize(
    ("settings", "again"),
    [
        ("", False),
        ('[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n', True),
        ("[tool.uv]\npackage = true\n", True),
        ('[build-system]\nrequires = ["uv_build"]\n[tool.uv]\npackage = false\n', False),
    ],
)
def test_r14_a_project_that_is_no_package_is_not_left_out(tmp_path, settings: str, again: bool) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n{settings}')
    (tmp_path / ".dockerignore").write_text(".venv\n")
    text = (
        "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\nWORKDIR /app\n"
        "COPY pyproject.toml ./\nRUN uv sync --no-install-project\nCOPY . .\n"
        'CMD ["uv", "run", "main.py"]\n'
    )
    result = plan(text, None, lambda _: None, context=tmp_path)
    assert (result.text.count("RUN uv sync") == 2) == again
