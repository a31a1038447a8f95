"""Dockerfiles, scripts and compose files that are made to hang the planner, or to crash it."""

from __future__ import annotations

from pathlib import Path

import pytest
from strangers import run

from uvdive.base.errors import UsageError
from uvdive.session.planning.rewriting import plan_rewrite

HEAD = "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/uv\nWORKDIR /app\nCOPY . .\n"
SYNC = "RUN uv sync\n"
START = 'CMD ["uv","run","app.py"]\n'
WHOLE = HEAD + SYNC + "{}\n" + START
CASES = {
    "a directive of blanks": "# syntax=a" + " " * 200_000 + "b\n" + HEAD + SYNC + START,
    "a comment of equals signs": "# a=" + "= " * 100_000 + "\n" + HEAD + SYNC + START,
    "a pattern of stars": WHOLE.format("ENV X=" + "a" * 60 + "\nENV Y=${X##*" + "a*" * 20 + "b}"),
    "a pattern at the end": WHOLE.format("ENV X=" + "a" * 2000 + "\nENV Y=${X%%" + "*a" * 500 + "*b}"),
    "a pattern to replace": WHOLE.format("ENV X=" + "a" * 2000 + "\nENV Y=${X//" + "*a" * 500 + "*b/c}"),
    "values that double": WHOLE.format("ENV X=aaaaaaaa\n" + "ENV X=$X$X\n" * 60),
    "defaults in defaults": WHOLE.format("ENV X=" + "${A:-" * 1000 + "x" + "}" * 1000),
    "many instructions": WHOLE.format("USER a\n" * 100_000),
    "many variables": WHOLE.format("ENV A=b\n" * 60_000),
    "distinct variables": WHOLE.format("".join(f"ENV A{number}=b\n" for number in range(20_000))),
    "variables in one ENV": WHOLE.format("ENV " + " ".join(f"A{number}=b" for number in range(12_000))),
    "many ARGs": WHOLE.format("".join(f"ARG A{number}\n" for number in range(1900))),
    "many ENVs": WHOLE.format("".join(f"ENV A{number}=$A{number - 1}b\n" for number in range(1, 1900))),
    "many RUNs": WHOLE.format("RUN uv sync\n" * 1900),
    "many COPYs": WHOLE.format("COPY a b\n" * 1900),
    "many stages": "".join(f"FROM a AS s{number}\n" for number in range(1900)) + HEAD + SYNC + START,
    "a chain of commands": WHOLE.format("RUN " + ";".join("a" * 60_000)),
    "a pipeline": WHOLE.format("RUN " + "|".join("a" * 60_000)),
    "a list": WHOLE.format("RUN " + " && ".join("a" * 25_000)),
    "many words": WHOLE.format("RUN a " + "b " * 60_000),
    "many flags": WHOLE.format("RUN " + "--a " * 30_000 + "x"),
    "substitutions": WHOLE.format("RUN " + "$(" * 5000 + ")" * 5000),
    "parentheses": WHOLE.format("RUN " + "(" * 10_000 + "a" + ")" * 10_000),
    "shells in shells": WHOLE.format('RUN sh -c "' * 500 + '"'),
    "quotes": WHOLE.format("RUN " + "\"'" * 30_000),
    "a heredoc of commands": WHOLE.format("RUN <<EOF\n" + "a\n" * 200_000 + "EOF"),
    "many heredocs": WHOLE.format("RUN " + "<<E " * 2000 + "\n" + "E\n" * 2000),
    "nothing to copy": WHOLE.format('COPY "" ""'),
    "an empty entry point": WHOLE.format("ENTRYPOINT []"),
    "a deep list": WHOLE.format("CMD " + "[" * 60_000),
    "half a character": HEAD + SYNC + 'CMD ["sh","-c","uv run \\udcc3 x; \\ud83d"]\n',
    "half a character alone": HEAD + SYNC + 'ENTRYPOINT ["bash","-c","uv run \\ud800"]\n',
    "half a character in a check": WHOLE.format('HEALTHCHECK CMD ["sh","-c","\\ud800 uv run x"]'),
    "half a character in a RUN": WHOLE.format('RUN ["uv","sync","\\ud800"]'),
    "half a character in a shell": WHOLE.format('SHELL ["/bin/sh","\\ud800"]\nRUN uv sync'),
    "half a character in a COPY": WHOLE.format('COPY ["\\ud800","/x"]'),
}


@pytest.mark.parametrize("name", CASES)
def test_dockerfiles_that_are_made_to_hang(name: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(CASES[name])
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    planned(tmp_path)


def planned(folder: Path) -> None:
    """A plan, a refusal or a clear error; ``plan_rewrite`` has its own deadline, which must not pass."""
    said = ""
    try:
        plan_rewrite(folder / "Dockerfile", None)
    except UsageError as error:
        said = error.what
    assert "can't be planned" not in said


FILES = {
    "compose.yaml": "services:\n  a:\n    command: uv " + "," * 60 + "x\n",
    "compose.yml": "a: &a [uv" + ",uv" * 9 + "]\n" + "b: [" + "*a," * 100_000 + "]\n",
    "docker-compose.yaml": "services:\n" + "".join(f"  a{n}:\n    command: uv run x\n" for n in range(5000)),
    "docker-compose.yml": "[" * 100_000 + "uv",
    "Makefile": "a:\n\tuv run x; " + "a;" * 60_000 + "\n",
    "justfile": "a:\n  uv run " + "'" * 100_001 + "\n",
    "Procfile": "web: uv run " + "\\" * 100_001 + "\n",
    "tasks.py": 'x = "uv run"\n' + "(" * 50_000 + "\n",
    "app.py": 'x = ["uv", ' + "-" * 100_000 + "1]\n",
    "other.py": 'x = "uv "\n' + "a=" * 100_000 + "1\n",
    "start.sh": "uv run x\n" + "a;a|a;" * 30_000 + "\n",
    "entry.sh": "uv run x " + "$(" * 3000 + ")" * 3000 + "\n",
    ".devcontainer/devcontainer.json": '{"a": "uv", "b": ' + "[" * 100_000,
    ".devcontainer.json": '"uv' + "/* " * 200_000,
    ".dockerignore": "*" * 100 + "a*" * 100_000 + "\n",
    "Dockerfile.dockerignore": ("**/" * 1000 + "b\n") * 10,
    ".python-version": "3" * 1_000_000,
    "uv.lock": ".".join("a" * 100_000) + " = 1\n",
    "uv.toml": ".".join("a" * 100_000) + " = 1\n",
    "pyproject.toml": ".".join("a" * 100_000) + " = 1\n",
}


@pytest.mark.parametrize("name", FILES)
def test_contexts_that_are_made_to_hang(name: str, tmp_path: Path) -> None:
    start = 'CMD ["./start.sh"]\n' if name == "start.sh" else 'CMD ["./entry.sh"]\n'
    (tmp_path / "Dockerfile").write_text(HEAD + SYNC + (start if name.endswith(".sh") else START))
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(FILES[name])
    planned(tmp_path)


def test_the_command_line_tells_of_it(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(CASES["many instructions"])
    outcome = run("rewrite", "--static", tmp_path, folder=tmp_path)
    assert outcome.code == 2
    assert "more than 2000 are not read" in outcome.err
