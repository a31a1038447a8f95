"""Packages of a system's Python and tools of uv's get a stage of their own by the text alone (R10, R41)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import last_stage, refused

from uvdive.rewrite.planner import plan

PYTHON = "FROM python:3.13-slim-trixie\n"
UV = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
APP = "WORKDIR /srv/web\nCOPY . .\n"
EXPORTED = (
    "uv export --quiet --frozen --no-dev --output-file /tmp/requirements.txt && "
    "uv pip install --system --prefix /install --no-deps -r /tmp/requirements.txt"
)
START = 'CMD ["gunicorn", "web:app"]\n'


def static(text: str, context: Path | None = None):
    return plan(text, None, lambda _: None, context=context)


def copied(text: str) -> list[str]:
    """What the last stage takes over, `FROM path target` each."""
    result = static(text)
    assert result.outcome == "rewritten", result
    lines = last_stage(result).splitlines()
    return [line.removeprefix("COPY --from=builder ") for line in lines if line.startswith("COPY")]


@pytest.mark.parametrize(
    ("settings", "old", "new"),
    [
        ("", "uv pip install --system -r list.txt", "uv pip install --system --prefix /install -r list.txt"),
        ("ENV UV_SYSTEM_PYTHON=1\n", "uv pip install gunicorn", "uv pip install --prefix /install gunicorn"),
        ("", "uv pip install --system -e .", "uv pip install --system --prefix /install -e ."),
        (
            "ENV UV_PROJECT_ENVIRONMENT=/usr/local\n",
            "uv sync --frozen --no-dev",
            EXPORTED,
        ),
    ],
)
def test_r10_packages_of_the_systems_python_go_over_in_a_folder(settings: str, old: str, new: str) -> None:
    text = PYTHON + UV + settings + APP + f"RUN {old}\n" + START
    result = static(text)
    assert f"RUN {new}\n" in result.text.replace(" \\\n    ", " ")
    assert copied(text) == ["/install /usr/local", "/srv/web /srv/web"]


@pytest.mark.parametrize(
    "run",
    [
        "RUN uv pip install --system -r list.txt && python manage.py migrate",  # the build uses them
        "RUN uv pip install --system --upgrade pip",  # the base has it already
        "RUN uv pip install --system --compile-bytecode gunicorn",
        "RUN uv pip install --system gunicorn && uv pip uninstall --system gunicorn",
        "USER me\nRUN uv pip install --system gunicorn",
        "RUN pip install gunicorn",
    ],
)
def test_r10_where_a_folder_would_not_come_to_the_same_the_stage_stays_one(run: str) -> None:
    assert refused(static(PYTHON + UV + APP + f"{run}\n" + START))[0] in ("R10", "R29")


def test_r10_an_older_python_comes_with_setuptools_of_which_only_a_lock_tells(tmp_path: Path) -> None:
    old, install = PYTHON.replace("3.13", "3.11"), "RUN uv pip install --system -r list.txt\n"
    assert refused(static(old + UV + APP + install + START))[0] == "R10"
    sync = "ENV UV_PROJECT_ENVIRONMENT=/usr/local\nRUN uv sync --frozen\n"
    for name, outcome in (("gunicorn", "rewritten"), ("setuptools", "improved")):
        (tmp_path / "uv.lock").write_text(f'version = 1\n\n[[package]]\nname = "{name}"\nversion = "1"\n')
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "web"\nversion = "1"\n')
        assert static(old + UV + APP + sync + START, tmp_path).outcome == outcome


def test_r15_a_start_by_uv_run_has_no_use_for_packages_of_the_systems_python(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "web"\nversion = "1"\n')
    text = PYTHON + UV + APP + 'RUN uv pip install --system gunicorn\nCMD ["uv", "run", "web.py"]\n'
    assert refused(static(text, tmp_path)) == ("R15", 6)


@pytest.mark.parametrize(
    ("run", "paths"),
    [
        ("RUN uv pip install --target /opt/deps -r list.txt\nENV PYTHONPATH=/opt/deps", ["/opt/deps"]),
        ("ENV DEPS=/deps\nRUN uv pip install -t $DEPS idna", ["/deps"]),
        ("RUN uv pip install --prefix=/pre idna", ["/pre"]),
        ("RUN uv pip install --target vendored idna", []),
    ],
)
def test_r10_a_folder_that_the_text_names_goes_over_as_it_is(run: str, paths: list[str]) -> None:
    expected = [f"{path} {path}" for path in ["/srv/web", *paths]]
    assert copied(PYTHON + UV + APP + f"{run}\n" + 'CMD ["python", "web.py"]\n') == expected


def test_r10_a_folder_that_only_the_shell_knows_is_not_divided() -> None:
    text = PYTHON + UV + APP + "RUN uv pip install --target $(pwd)/deps idna\n" + START
    assert refused(static(text)) == ("R10", 5)


def test_a_function_of_lambdas_goes_over_in_its_task_root() -> None:
    text = (
        "FROM public.ecr.aws/lambda/python:3.13\n" + UV + "COPY requirements.txt .\n"
        'RUN uv pip install -r requirements.txt --target "${LAMBDA_TASK_ROOT}"\n'
        'COPY fn.py ${LAMBDA_TASK_ROOT}/\nCMD ["fn.handler"]\n'
    )
    assert copied(text) == ["/var/task /var/task"]
    assert "FROM public.ecr.aws/lambda/python:3.13 AS runner\n" in static(text).text


TOOLS = "/root/.local/share/uv/tools"


@pytest.mark.parametrize(
    ("head", "run", "paths"),
    [
        (PYTHON + UV, "uv tool install yamllint", [f"{TOOLS} {TOOLS}", "/root/.local/bin /root/.local/bin"]),
        (
            PYTHON + UV + "ENV UV_TOOL_DIR=/t UV_TOOL_BIN_DIR=/t/bin\n",
            "uv tool install yamllint",
            ["/t /t"],
        ),
        (
            "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n",
            "UV_TOOL_BIN_DIR=/tool-links uv tool install yamllint",
            ["/tool-links /usr/local/bin", f"{TOOLS} {TOOLS}"],
        ),
        (
            PYTHON + "RUN curl -LsSf https://astral.sh/uv/install.sh | sh\n",
            "UV_TOOL_BIN_DIR=/tool-links uv tool install yamllint",
            ["/tool-links /root/.local/bin", f"{TOOLS} {TOOLS}"],
        ),
    ],
)
def test_r41_tools_go_over_with_their_links_by_their_known_folders(
    head: str, run: str, paths: list[str]
) -> None:
    plain = run.removeprefix("UV_TOOL_BIN_DIR=/tool-links ")
    text = head + f'RUN {plain}\nENV PATH=/root/.local/bin:$PATH\nENTRYPOINT ["yamllint"]\n'
    assert copied(text) == paths
    assert f"RUN {run}\n" in static(text).text


def test_r41_a_value_in_front_of_the_call_is_changed_where_it_stands() -> None:
    text = (
        PYTHON
        + UV
        + "RUN UV_TOOL_BIN_DIR=/usr/bin uv tool install yamllint && uv cache clean\nCMD yamllint\n"
    )
    result = static(text)
    assert "RUN UV_TOOL_BIN_DIR=/tool-links uv tool install yamllint && uv cache clean\n" in result.text
    assert "COPY --from=builder /tool-links /usr/bin\n" in last_stage(result)


@pytest.mark.parametrize(
    ("run", "rule"),
    [
        ("RUN uv tool install yamllint\nRUN UV_TOOL_DIR=/other uv tool install nodeenv\n", "R41"),
        ("RUN uv tool install --python 3.11 yamllint\n", "R6"),
        ("RUN set -e; (UV_TOOL_BIN_DIR=/bin uv tool install yamllint)\n", "R41"),
        ("USER nobody\nRUN uv tool install yamllint\n", "R41"),
    ],
)
def test_r41_tools_of_which_the_text_does_not_tell_are_not_divided(run: str, rule: str) -> None:
    assert refused(static(PYTHON + UV + run + "CMD yamllint\n"))[0] == rule


def test_r41_tools_go_over_beside_the_apps_environment() -> None:
    text = PYTHON + UV + APP + "RUN uv sync --frozen && uv tool install supervisor\n"
    assert copied(text + 'CMD ["/srv/web/.venv/bin/serve"]\n') == [
        "/srv/web /srv/web",
        f"{TOOLS} {TOOLS}",
        "/root/.local/bin /root/.local/bin",
    ]
