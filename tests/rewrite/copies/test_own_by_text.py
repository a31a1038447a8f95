"""The author's own COPY instructions in a plan by the text alone: where they hold, and where they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

HEAD = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\nWORKDIR /app\n"
LOCK = "COPY pyproject.toml uv.lock ./\n"
SYNC = "RUN uv sync --frozen\n"
START = 'CMD ["uv", "run", "--no-sync", "main.py"]\n'
ENVIRONMENT = "COPY --from=builder /app/.venv /app/.venv"
WHOLE = ["COPY --from=builder /app /app"]


@pytest.fixture
def drafted(tmp_path):
    """Plans a body by its text, with the usual files in the context."""

    def make(body: str, project: str = "[project]\nname = 'a'\n", files=None, **choices: str) -> RewritePlan:
        usual = {".dockerignore": ".venv\n", "pyproject.toml": project, "uv.lock": "version = 1\n"}
        for path, text in {**usual, "main.py": "", **(files or {})}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        named = {name.replace("_", "-"): value for name, value in choices.items()}
        return plan(HEAD + body + START, None, lambda _: None, context=Path(tmp_path), choices=named)

    return make


def copies(result: RewritePlan) -> list[str]:
    assert result.outcome == "rewritten", result.refusal
    last = result.text[result.text.rindex("FROM ") :]
    return [line for line in last.splitlines() if line.startswith(("COPY", "ADD"))]


def test_the_environment_comes_first_and_the_source_by_the_authors_copy(drafted) -> None:
    result = drafted(f"COPY . .\n{SYNC}")
    assert copies(result) == [ENVIRONMENT, "COPY . ."]
    assert copies(drafted(f"COPY . .\n{SYNC}", layers="whole")) == WHOLE


def test_what_only_the_build_reads_stays_behind_where_it_is_named(drafted) -> None:
    result = drafted(f"{LOCK}{SYNC}COPY main.py ./\n")
    assert copies(result) == [ENVIRONMENT, "COPY main.py ./"]
    assert {"/app/pyproject.toml", "/app/uv.lock"} <= set(result.allowed.paths)
    kept = drafted(f"{LOCK}{SYNC}COPY main.py ./\n", files={"main.py": 'open("uv.lock")'})
    assert copies(kept) == [ENVIRONMENT, LOCK.strip(), "COPY main.py ./"]


def test_a_named_folder_outside_and_a_copy_of_another_stage_are_taken_too(drafted) -> None:
    result = drafted(f"RUN mkdir /data\n{LOCK}{SYNC}COPY main.py a.ini /srv/x/\n", files={"a.ini": ""})
    assert copies(result) == [ENVIRONMENT, "COPY --from=builder /data /data", "COPY main.py a.ini /srv/x/"]


@pytest.mark.parametrize(
    "backend",
    ["uv_build", "hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "setuptools.build_meta"],
)
def test_builders_that_leave_the_source_as_it_is(drafted, backend) -> None:
    project = f"[project]\nname = 'a'\n[build-system]\nbuild-backend = '{backend}'\n"
    assert copies(drafted(f"COPY . .\n{SYNC}", project)) == [ENVIRONMENT, "COPY . ."]


@pytest.mark.parametrize(
    ("project", "files"),
    [
        ("[build-system]\nbuild-backend = 'maturin'\n", {}),
        ("[build-system]\nbuild-backend = 'mesonpy'\n", {}),
        ("[build-system]\nbuild-backend = 'setuptools.build_meta'\n", {"setup.py": ""}),
        ("[build-system]\nbuild-backend = 'hatchling.build'\n[tool.hatch.build.hooks.vcs]\n", {}),
        ("[build-system]\nbuild-backend = 'uv_build'\n[tool.setuptools_scm]\nversion_file = 'v.py'\n", {}),
        ("[build-system\n", {}),
    ],
)
def test_what_an_install_may_write_among_the_source_takes_the_folder_whole(drafted, project, files) -> None:
    assert copies(drafted(f"COPY . .\n{SYNC}", project, files)) == WHOLE


def test_a_member_of_the_workspace_is_looked_at_too(drafted) -> None:
    lock = 'version = 1\n[[package]]\nname = "m"\nsource = { editable = "packages/m" }\n'
    member = {"uv.lock": lock, "packages/m/pyproject.toml": "[build-system]\nbuild-backend = 'maturin'\n"}
    assert copies(drafted(f"COPY . .\n{SYNC}", files=member)) == WHOLE
    only = SYNC.replace("--frozen", "--frozen --no-install-workspace")
    assert copies(drafted(f"COPY . .\n{only}", files=member)) == [ENVIRONMENT, "COPY . ."]


@pytest.mark.parametrize(
    "run",
    [
        "RUN uv run python manage.py collectstatic --noinput\n",
        "RUN chmod -R a+x main.py\n",
        "RUN chmod +x *.py\n",
        "RUN chmod +x made.py\n",
        "USER app\nRUN chmod +x main.py\n",
        "RUN mkdir data\n",
        "RUN touch /app/x\n",
        "RUN uv export -o requirements.txt\n",
        "RUN uv venv other\n",
        "RUN cd sub && uv lock\n",
    ],
)
def test_what_runs_make_in_the_folder_takes_it_whole(drafted, run) -> None:
    assert copies(drafted(f"COPY . .\n{SYNC}{run}", files={"sub/pyproject.toml": ""})) == WHOLE


def test_a_mode_given_at_the_end_is_given_again(drafted) -> None:
    run = "RUN chmod +x main.py"
    result = drafted(f"COPY . .\n{SYNC}{run}\n")
    assert copies(result) == [ENVIRONMENT, "COPY . ."]
    build, _, last = result.text.rpartition("\nFROM ")
    assert f"COPY . .\n{run}\n" in last
    assert run not in build


def test_a_host_s_environment_that_would_come_over_it_takes_the_folder_whole(drafted) -> None:
    result = drafted(f"COPY . .\n{SYNC}", files={".dockerignore": "x\n"}, dockerignore="keep")
    assert copies(result) == WHOLE


def test_a_relative_copy_of_another_work_directory_takes_it_whole(drafted) -> None:
    assert copies(drafted(f"{LOCK}{SYNC}WORKDIR /srv\nCOPY main.py ./\nWORKDIR /app\n"))[0] in WHOLE


@pytest.mark.parametrize(
    "first", ["COPY uv.lock ./\n", "COPY src ./src\n", "COPY *.py /app/\nCOPY src src\n"]
)
def test_what_a_later_copy_brings_all_again_is_copied_once(drafted, first) -> None:
    assert copies(drafted(f"{first}{LOCK}{SYNC}COPY . .\n", files={"src/a.py": ""})) == [
        ENVIRONMENT,
        "COPY . .",
    ]


@pytest.mark.parametrize(
    "first", ["COPY src ./\n", "COPY main.py ./other.py\n", "COPY --chown=1:1 src ./src\n", "COPY s* ./\n"]
)
def test_what_lands_elsewhere_or_otherwise_is_copied_too(drafted, first) -> None:
    found = copies(drafted(f"{first}{SYNC}COPY . .\n", files={"src/a.py": ""}))
    assert found == [ENVIRONMENT, first.strip(), "COPY . ."]


@pytest.mark.parametrize(
    "lock",
    [
        "COPY uv.lock /app/uv.lock\nCOPY pyproject.toml /app/pyproject.toml\n",
        "COPY uv.lock pyproject.toml /app/\n",
    ],
)
def test_a_file_that_is_copied_under_its_whole_name_stays_behind_too(drafted, lock) -> None:
    assert copies(drafted(f"{lock}{SYNC}COPY main.py ./\n")) == [ENVIRONMENT, "COPY main.py ./"]
    other = "COPY main.py /app/pyproject.toml\n"
    assert copies(drafted(f"COPY uv.lock /app/kept.txt\n{SYNC}{other}"))[1:] == ["COPY uv.lock /app/kept.txt"]


def test_a_file_that_is_copied_to_the_work_directory_lies_in_it(drafted) -> None:
    assert copies(drafted(f"COPY uv.lock /app\n{SYNC}COPY . /app\n")) == [ENVIRONMENT, "COPY . /app"]
