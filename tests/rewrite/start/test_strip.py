"""A start command without its runner, or why it must keep it (R15, R18, R19, R23, R24, R25, R50, R58)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.start.surroundings import Look, Surroundings
from uvdive.rewrite.start.uv_run import strip

ENV = EnvironmentFacts(
    path="/app/.venv",
    minor="3.13",
    version="3.13.5",
    interpreter="/usr/local/bin/python3.13",
    managed_home=None,
    build="",
    uv_version="0.8.0",
    scripts=frozenset({"flask", "web"}),
    roots=(),
)
FILES: Mapping[str, str] = {
    "/app/main.py": "print()\n",
    "/app/alone.py": "# /// script\n# ///\n",
    "/app/RUN.PY": "",
    "/app/app.pyz": "",
    "/app/run": "#!/bin/sh\n",
    "/app/pyproject.toml": "",
    "/app/pack/__main__.py": "",
    "/app/web/__main__.py": "",
    "/app/folder.py/x": "",
    "/srv/other/pyproject.toml": "",
    "/srv/other/main.py": "",
    "/tmp/loose.py": "",
}
PROGRAMS = frozenset({"flask", "web", "gunicorn", "bash"})


def look(path: str) -> Look:
    if path in FILES:
        return "file"
    if f"{path}/__main__.py" in FILES:
        return "package"
    return "directory" if any(name.startswith(f"{path}/") for name in FILES) else "none"


def around(**environ: str) -> Surroundings:
    return Surroundings(
        env=ENV,
        sync="uv sync --frozen --extra web --group dev",
        look=look,
        script_text=FILES.get,
        workdir="/app",
        has_program=lambda name: name in PROGRAMS,
        environ=environ,
        is_seen=True,
    )


def told(words: list[str], place: Surroundings) -> str:
    """`LEAD + WORDS @FOLDER +SYNC` of a command, or its refusal's rule."""
    try:
        found = strip(words, place, 7)
    except Refused as refused:
        return refused.rule if refused.line == 7 else "on another line"
    if found is None:
        return "-"
    text = " ".join([*found.lead, *words[found.rest :]])
    folder = f" @{found.folder}" if found.folder else ""
    return text + folder + "".join(f" +{' '.join(option)}" for option in found.sync)


COMMANDS = {
    "flask run": "-",
    "": "-",
    "python -m uv run flask": "-",
    "uv run flask run": "flask run",
    "/usr/bin/uv run flask": "flask",
    "uv run -- flask --debug": "flask --debug",
    "uv run -q --no-sync flask": "flask",
    "uv run --frozen flask -- x": "flask -- x",
    "uv run -m flask run": "python -m flask run",
    "uv run --module flask": "python -m flask",
    "uv run main.py a": "python main.py a",
    "uv run ./main.py": "python ./main.py",
    "uv run RUN.PY": "python RUN.PY",
    "uv run missing.py": "python missing.py",
    "uv run folder.py": "R18",
    "uv run alone.py": "R19",
    "uv run -s alone.py": "R19",
    "uv run -s run": "python run",
    "uv run --script main.py": "python main.py",
    "uv run app.pyz": "python app.pyz",
    "uv run pack": "python pack",
    "uv run web": "web",
    "uv run ./run": "./run",
    "uv run /app/run": "/app/run",
    "uv run ./nothing": "R18",
    "uv run ./pack": "python ./pack",
    "uv run python x.py": "python x.py",
    "uv run python3.13 x": "python3.13 x",
    "uv run pythonw x": "pythonw x",
    "uv run gunicorn x": "gunicorn x",
    "uv run pytest": "R18",
    "uv run $APP": "R18",
    "uv run -": "R19",
    "uv run https://x/y.py": "R19",
    "uv run": "R25",
    "uv run --": "R25",
    "uv run --no-sync": "R25",
    "uv": "R24",
    "uvx flask": "R24",
    "uv tool run flask": "R24",
    "uv x flask": "R24",
    "uv sync": "R24",
    "uv lock": "R24",
    "uv add x": "R24",
    "uv remove x": "R24",
    "uv pip install x": "R24",
    "uv venv": "R24",
    "uv python install": "R24",
    "uv version": "R24",
    "uv run --with x flask": "R19",
    "uv run --isolated flask": "R19",
    "uv run --env-file x flask": "R19",
    "uv run --extra web flask": "flask",
    "uv run --group dev flask": "flask",
    "uv run --extra other flask": "flask +--extra other",
    "uv run --extra web --group test flask": "flask +--group test",
    "uv run --exact flask": "flask",
    "uv run --python 3.13 flask": "flask",
    "uv run -p 3.13.5 flask": "flask",
    "uv run -p python3.13 flask": "flask",
    "uv run -p /app/.venv/bin/python flask": "flask",
    "uv run -p /usr/local/bin/python3.13 flask": "flask",
    "uv run -p 3.12 flask": "R19",
    "uv run -p 3.13.4 flask": "R19",
    "uv --python 3.12 run flask": "R19",
    "uv run --directory /srv/other main.py": "R23",
    "uv run --directory pack flask": "flask @/app/pack",
    "uv --directory=/app/pack run flask": "flask @/app/pack",
    "uv run --directory . flask": "flask",
    "uv run --directory pack ../main.py": "python ../main.py @/app/pack",
    "uv run --project /srv/other flask": "R23",
    "uv run --project /app/pack flask": "flask",
    "uv --project /srv/other run flask": "R23",
    "poetry run flask": "flask",
    "poetry install": "-",
    "poetry run": "R58",
    "poetry run --x flask": "R58",
    "poetry run pytest": "R58",
    "pdm run web": "web",
    "hatch run web": "web",
    "pipenv run web": "web",
    "rye run web": "web",
}


@pytest.mark.parametrize(("text", "expected"), COMMANDS.items())
def test_a_command_without_its_runner(text: str, expected: str) -> None:
    assert told(text.split(), around()) == expected


@pytest.mark.parametrize(
    ("environ", "text", "expected"),
    [
        ({"UV_ENV_FILE": ".env"}, "uv run flask", "R19"),
        ({"UV_ISOLATED": "1"}, "uv run flask", "R19"),
        ({"UV_NO_PROJECT": "1"}, "uv run flask", "R19"),
        ({"UV_ENV_FILE": ""}, "uv run flask", "flask"),
        ({"UV_WORKING_DIR": "/app/pack"}, "uv run flask", "flask @/app/pack"),
        ({"UV_WORKING_DIR": "/app/pack"}, "uv run --directory . flask", "flask"),
        ({"UV_PROJECT": "/srv/other"}, "uv run flask", "R23"),
        ({"UV_PROJECT": "/srv/other"}, "uv run --project /app flask", "flask"),
        ({"UV_PROJECT_ENVIRONMENT": "/app/.venv/"}, "uv run --project /srv/other flask", "flask"),
        ({"UV_PROJECT_ENVIRONMENT": "/opt/venv"}, "uv run flask", "R15"),
        ({"VIRTUAL_ENV": "/app/.venv/"}, "uv run --active --project /srv/other flask", "flask"),
        ({"VIRTUAL_ENV": "/opt/venv"}, "uv run --active --project /srv/other flask", "R23"),
        ({"VIRTUAL_ENV": "/app/.venv"}, "uv run --project /srv/other flask", "R23"),
        ({"VIRTUAL_ENV": "/app/.venv"}, "uv run --directory /tmp loose.py", "python loose.py @/tmp"),
        ({}, "uv run --directory /tmp loose.py", "R23"),
        ({"UV_PYTHON": "3.13"}, "uv run flask", "flask"),
        ({"UV_PYTHON": "3.12"}, "uv run flask", "R50"),
        ({"UV_PYTHON": "3.12"}, "uv run --no-sync flask", "flask"),
        ({"UV_PYTHON": "3.12", "UV_NO_SYNC": "1"}, "uv run flask", "flask"),
        ({"UV_PYTHON": "3.12"}, "uv run -p 3.13 flask", "flask"),
    ],
)
def test_what_variables_change(environ: dict[str, str], text: str, expected: str) -> None:
    assert told(text.split(), around(**environ)) == expected


def test_another_python_that_uv_would_take_is_refused_unless_nothing_is_synced() -> None:
    place = replace(around(), other_python=lambda call: f"{call.folder} asks for 3.12")
    assert told(["uv", "run", "flask"], place) == "R50"
    assert told(["uv", "run", "--no-sync", "flask"], place) == "flask"


def test_where_nothing_was_synced_an_option_installs_at_start() -> None:
    bare = replace(around(), sync="", is_seen=False)
    assert told(["uv", "run", "--extra", "web", "flask"], bare) == "R19"
    assert told(["uv", "run", "--extra", "web", "flask"], replace(bare, is_seen=True)) == "flask +--extra web"
    assert told(["uv", "run", "--exact", "flask"], bare) == "R19"
    assert told(["uv", "run", "flask"], bare) == "flask"


def test_what_a_script_is_given_is_asked_for_the_program() -> None:
    given = replace(around(), arguments=("flask", "run"))
    assert told(["uv", "run", "$@"], given) == "$@"
    assert told(["uv", "run", "${@}"], given) == "${@}"
    assert told(["uv", "run", "$@"], replace(given, arguments=("--debug",))) == "R18"
    assert told(["uv", "run", "$@"], replace(given, arguments=("pytest",))) == "R18"


def test_by_the_text_alone_nobody_knows_what_is_there() -> None:
    blind = replace(
        around(), look=lambda _: "unknown", has_program=lambda _: None, script_text=lambda _: None
    )
    assert told(["uv", "run", "pytest"], blind) == "pytest"
    assert told(["uv", "run", "."], blind) == "python ."
    assert told(["uv", "run", "./x"], blind) == "./x"
    assert told(["uv", "run", "main.py"], blind) == "python main.py"
    assert told(["poetry", "run", "x"], blind) == "-"
