"""An image that installs whenever it starts (R15, R33), rewritten, built and started for real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.base.errors import ExitCode
from uvdive.cli.main import main

FILES = {
    "pyproject.toml": (
        '[project]\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        'dependencies = ["python-magic"]\n'
    ),
    "uv.lock": (
        'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "app"\nversion = "0.1.0"\n'
        'source = { virtual = "." }\ndependencies = [{ name = "python-magic" }]\n'
        '[package.metadata]\nrequires-dist = [{ name = "python-magic" }]\n'
        '[[package]]\nname = "python-magic"\nversion = "0.4.27"\n'
        'source = { registry = "https://pypi.org/simple" }\n'
        'wheels = [{ url = "https://files.pythonhosted.org/packages/6c/73/'
        '9f872cb81fc5c3bb48f7227872c28975f998f3e7c2b1c16e95e6432bbb90/python_magic-0.4.27-py2.py3-none-any.whl",'
        ' hash = "sha256:c212960ad306f700aa0d01e5d7a325d20548ff97eb9920dcd29513174f0294d3", size = 13840 }]\n'
    ),
    "server.py": (
        "import http.server\n\nimport magic\n\nprint(magic.from_buffer(b'%PDF-1.4'), flush=True)\n"
        "http.server.HTTPServer(('', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    ),
    "Dockerfile": (
        "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends libmagic-dev\n"
        'WORKDIR /app\nCOPY . .\nEXPOSE 8000\nCMD ["uv", "run", "server.py"]\n'
    ),
}
"""Its library comes with a package that only builds, and the image has nothing that needs it."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    with removes_images_of(tmp_path):
        yield tmp_path


@pytest.mark.engine
def test_r15_and_r33_the_build_installs_and_the_first_one_tells_what_that_needs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rewrite", str(project), "--start", "--json"]) == ExitCode.DONE
    said = capsys.readouterr()
    assert said.err.count("Building the rewrite\n") == 2
    data = json.loads(said.out)
    assert (data["verified"], data["verification"]["level"]) == (True, "start")
    found = {decision["id"]: decision for decision in data["decisions"]}
    assert found["build-packages"]["chosen"] == "drop"
    assert "was built once" in found["build-packages"]["reason"]
    assert "libmagic1t64" in found["runtime-libraries"]["summary"]
    last = data["text"].rpartition("\nFROM ")[2]
    assert "libmagic1t64" in last
    assert "libmagic-dev" not in last
    checks = {check["name"]: check for check in data["verification"]["checks"]}
    assert (checks["start"]["status"], checks["libraries"]["status"]) == ("repaired", "passed")
    assert "listens on port 8000 HTTP 200" in checks["start"]["detail"]
    before, after = data["measured"]["owners"]["venv"]
    assert before == 0 < after
