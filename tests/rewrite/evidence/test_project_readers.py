"""Who reads `pyproject.toml`, `uv.lock` and the like in the container, and what is no evidence of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import BASE, decision, runner

BODY = "WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen\nCOPY app app\n"
FLASK = 'CMD ["uv", "run", "flask", "run"]\n'
LEFT = ["COPY --from=builder /app/.venv /app/.venv", "COPY app app"]


@pytest.fixture
def planned(project, node, tmp_path):
    """Plans with files of the context, by path; ``wrote`` is what the image has of them."""

    def make(files=None, start=FLASK, body=BODY, tail="", wrote=None, **choices):
        files = {"pyproject.toml": "[project]\n", "uv.lock": "", "app/main.py": "", **(files or {})}
        for path, text in {".dockerignore": ".venv\n", **files}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        wrote = {
            "COPY pyproject.toml": {"/app/pyproject.toml": node(9), "/app/uv.lock": node(70)},
            "COPY app": {f"/app/{path}": node(4) for path in files if path.startswith("app/")},
            **(wrote or {}),
        }
        made = project(f"{BASE}{body}{tail}{start}", wrote)
        named = {name.replace("_", "-"): value for name, value in choices.items()}
        return made.plan(context=Path(tmp_path), choices=named)

    return make


def copies(result) -> list[str]:
    return [line for line in runner(result) if line.startswith(("COPY", "ADD"))]


def test_what_only_the_build_reads_stays_behind_and_is_announced(planned) -> None:
    result = planned()
    assert copies(result) == LEFT
    assert {"/app/pyproject.toml", "/app/uv.lock"} <= set(result.allowed.paths)
    found = decision(result, "project-files")
    assert (found.chosen, found.reason) == (
        "leave-out",
        "/app/pyproject.toml (9 B), /app/uv.lock (70 B). Nothing that runs in the container names them.",
    )


def test_it_comes_along_on_request(planned) -> None:
    result = planned(project_files="keep")
    assert copies(result) == [LEFT[0], "COPY pyproject.toml uv.lock ./", LEFT[1]]
    assert result.predicted.after_bytes == planned().predicted.after_bytes + 79
    assert "/app/uv.lock" not in result.allowed.paths


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"app/version.py": 'toml.load(HERE / "pyproject.toml")'}, "app/version.py names pyproject.toml"),
        ({"app/version.py": 'x = f"{name}.py" or "pyproject"'}, "app/version.py names pyproject.toml"),
        ({"app/info.py": 'open("uv.lock")'}, "app/info.py names uv.lock"),
        ({"app/root.py": "import rootutils\n"}, "app/root.py names pyproject.toml"),
        ({"app/start.sh": "#!/bin/sh\ngrep version pyproject.toml\n"}, "app/start.sh names pyproject.toml"),
        ({"app/start.sh": "#!/bin/sh\npip install -e .\n"}, "app/start.sh names pyproject.toml"),
        ({"app/settings.yaml": "source: ../uv.lock\n"}, "app/settings.yaml names uv.lock"),
        ({"pyproject.toml": "[tool.alembic]\n"}, "[tool.alembic] stands in pyproject.toml"),
        ({"pyproject.toml": "[tool.poe.tasks]\n", "app/x.sh": "poe serve\n"}, "[tool.poe] stands in"),
        ({"app/x.sh": "#!/bin/sh\nhatch run serve\n"}, "works with pyproject.toml"),
        ({"pyproject.toml": "[tool.\n"}, "[tool.?] stands in pyproject.toml"),
    ],
)
def test_a_reader_keeps_them_and_is_named(planned, files, why) -> None:
    result = planned(files)
    assert "COPY pyproject.toml uv.lock ./" in copies(result)
    assert why in decision(result, "project-files").reason


@pytest.mark.parametrize(
    "tail",
    ["ENV SETTINGS=/app/pyproject.toml\n", "HEALTHCHECK CMD test -e uv.lock\n"],
)
def test_an_instruction_that_names_one_keeps_them(planned, tail) -> None:
    assert "COPY pyproject.toml uv.lock ./" in copies(planned(tail=tail))


def test_a_compose_command_that_names_one_keeps_them(planned) -> None:
    compose = "services:\n  web:\n    build: .\n    command: [hypercorn, --config, pyproject.toml, app]\n"
    found = decision(planned({"compose.yaml": compose}), "project-files")
    assert "a command in the container names pyproject.toml" in found.reason


@pytest.mark.parametrize(
    "files",
    [
        {"app/a.py": "# the version stands in pyproject.toml\n"},
        {"app/README.md": "See pyproject.toml.\n"},
        {"tests/test_a.py": 'open("pyproject.toml")\n'},
        {"Makefile": "lock:\n\ttouch uv.lock\n"},
        {".github/workflows/ci.yml": "path: uv.lock\n"},
        {"other/b.py": 'open("pyproject.toml")\n'},
        {"pyproject.toml": "[tool.ruff]\n[tool.pytest.ini_options]\n[tool.poe.tasks]\n[tool.uv]\n"},
    ],
    ids=["comment", "readme", "test", "makefile", "ci", "not copied", "tools of development"],
)
def test_what_no_container_reads_is_no_evidence(planned, files) -> None:
    assert copies(planned(files)) == LEFT


def test_a_program_that_nobody_could_read_keeps_them(planned, node) -> None:
    result = planned(tail="RUN ./fetch\n", wrote={"RUN ./fetch": {"/app/more/made.py": node(5)}})
    assert "/app/more/made.py could not be read" in decision(result, "project-files").reason


def test_without_a_context_nobody_has_looked(project, node) -> None:
    wrote = {"COPY pyproject.toml": {"/app/pyproject.toml": node(9), "/app/uv.lock": node(70)}}
    result = project(f"{BASE}{BODY}{FLASK}", wrote).plan()
    assert decision(result, "project-files").chosen == "keep"


def test_an_instruction_goes_on_without_what_stays_behind(planned, node) -> None:
    copy = "COPY --chown=7:7 pyproject.toml \\\n    settings.ini \\\n    uv.lock ./\n"
    paths = ("pyproject.toml", "settings.ini", "uv.lock")
    result = planned(
        {"settings.ini": "[a]\n"},
        body=BODY.replace("COPY pyproject.toml uv.lock ./\n", copy),
        wrote={"COPY --chown": {f"/app/{path}": node(9, uid=7, gid=7) for path in paths}},
    )
    assert "COPY --chown=7:7 settings.ini \\\n    ./\nCOPY app app\n" in result.text.rpartition("FROM")[2]


@pytest.mark.parametrize(
    ("copy", "rest"),
    [
        ('COPY ["pyproject.toml", "a.ini", "uv.lock", "./"]', 'COPY ["a.ini", "./"]'),
        ("COPY pyproject.toml a.ini uv.loc[k] ./", "COPY a.ini ./"),
        ("ADD a.ini pyproject.toml uv.lock* /app/", "ADD a.ini /app/"),
    ],
)
def test_forms_of_copy_go_on_without_them(planned, node, copy, rest) -> None:
    paths = ("pyproject.toml", "a.ini", "uv.lock")
    result = planned(
        {"a.ini": "[a]\n"},
        body=BODY.replace("COPY pyproject.toml uv.lock ./", copy),
        wrote={copy.split()[0] + " " + copy.split()[1]: {f"/app/{path}": node(9) for path in paths}},
    )
    assert rest in copies(result)


def test_the_lists_that_were_installed_and_the_readme_stay_behind_too(planned, node) -> None:
    copy = "COPY pyproject.toml uv.lock README.md dev/list.txt ./\n"
    paths = ("pyproject.toml", "uv.lock", "README.md", "list.txt")
    result = planned(
        {"README.md": "", "dev/list.txt": "", "pyproject.toml": '[project]\nreadme = "README.md"\n'},
        body=BODY.replace("COPY pyproject.toml uv.lock ./\n", copy) + "RUN uv pip install -r list.txt\n",
        wrote={
            "COPY pyproject.toml": {f"/app/{path}": node(9) for path in paths},
            "RUN uv pip": {"/app/.venv/more.py": node(1, owner="venv")},
        },
    )
    assert copies(result) == LEFT
