"""The command line repairs a rewrite that lost a file, on the real engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.cli.main import main

pytestmark = pytest.mark.engine

DOCKERFILE = """\
FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml app.py ./
RUN uv venv -q
CMD ["/app/.venv/bin/python", "app.py"]
"""
LOSES = ("--choose", "project-files=leave-out")


@pytest.fixture
def folder(tmp_path: Path):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "app.py").write_text("print(open('/app/pyproject.toml').read())\n")
    with removes_images_of(tmp_path):
        yield tmp_path


def rewrite(folder: Path, capsys: pytest.CaptureFixture[str], *argv: str, code: int) -> dict:
    assert main(["rewrite", str(folder), "--start", "--json", *argv]) == code
    return json.loads(capsys.readouterr().out)


def status(data: dict, name: str) -> str:
    return next(check["status"] for check in data["verification"]["checks"] if check["name"] == name)


def test_what_the_new_image_misses_is_offered_and_with_a_yes_repaired(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = rewrite(folder, capsys, *LOSES, code=1)
    assert status(lost, "start") == "failed"
    (repair,) = lost["repairs"]
    assert (repair["choice"], repair["value"]) == ("extra-paths", "/app/pyproject.toml")
    mended = rewrite(folder, capsys, *LOSES, "--repair", code=0)
    assert status(mended, "start") == "passed"
    assert mended["repaired"] == [repair]
    assert "COPY --from=builder /app/pyproject.toml /app/pyproject.toml" in mended["text"]
    assert (folder / "Dockerfile").read_text() == DOCKERFILE
