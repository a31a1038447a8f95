"""The build's own variables stand behind RUNs that only install packages, which keep their layer.

What BuildKit keeps a RUN's layer under holds its variables: so what stands in front of the last of those
has to be what the original has there, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.rewrite.planner import plan

OWN = "ENV UV_PYTHON_DOWNLOADS=never"
FROM, UV = "FROM python:3.13-slim\n", "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n"
GCC = "RUN apt-get update && apt-get install -y gcc\n"
SYNC = "RUN uv sync --frozen\n"
REST = f'WORKDIR /app\nCOPY . .\n{SYNC}CMD ["uv", "run", "--no-sync", "main.py"]\n'
DROP = {"build-packages": "drop"}


def in_front(text: str, folder: Path) -> str:
    """What the build stage has in front of its own variables, without FROM's line and blank ones."""
    (folder / ".dockerignore").write_text(".venv\n")
    (folder / "pyproject.toml").write_text("[project]\nname = 'a'\n")
    (folder / "uv.lock").write_text("version = 1\n")
    (folder / "main.py").touch()
    made = plan(text, None, lambda _: None, context=folder, choices=DROP)
    assert made.outcome == "rewritten", made.refusal
    lines = made.text[: made.text.index(OWN)].splitlines()
    return "".join(f"{line}\n" for line in lines[1:] if line and not line.startswith("#"))


@pytest.mark.parametrize(
    "leading", [UV + GCC, GCC + UV, UV + "ENV A=1\nWORKDIR /srv\n" + GCC, UV + GCC + GCC]
)
def test_what_only_installs_packages_has_what_it_had_in_the_original(tmp_path: Path, leading: str) -> None:
    found = in_front(FROM + leading + REST, tmp_path)
    assert GCC in found
    assert leading.startswith(found)


@pytest.mark.parametrize(
    "leading",
    [
        UV + "RUN mkdir /app\n" + GCC,  # the build alone does that
        UV + "RUN uv --version\n" + GCC,
        UV + "ENV PYTHONUNBUFFERED=1\n" + GCC,  # which the build does without: the layer is another one
    ],
)
def test_where_the_layer_is_another_one_or_uv_may_be_called_they_stand_behind_from(
    tmp_path: Path, leading: str
) -> None:
    assert not in_front(FROM + leading + REST, tmp_path)


def test_they_stand_in_front_of_what_is_installed_first(tmp_path: Path) -> None:
    """The dependencies' own layer stands in front of the author's COPY, and so of the RUN behind it."""
    text = f'{FROM}{UV}WORKDIR /app\nCOPY . .\n{GCC}{SYNC}CMD ["uv", "run", "--no-sync", "main.py"]\n'
    found = in_front(text, tmp_path)
    assert "uv sync" not in found
