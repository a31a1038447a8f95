"""Whose processor decides whether a start is emulated: the engine's, wherever the client runs."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import pytest
from engines.small_project import small_project
from engines.stand_in_engine import stand_in_engine

from uvdive.cli.main import main

INFO = {"Driver": "none", "Name": "elsewhere", "MemoryLimit": True, "PidsLimit": True}


@pytest.mark.parametrize(
    ("client", "engine", "told"),
    [("x86_64", "aarch64", True), ("arm64", "x86_64", False), ("x86_64", "x86_64", False)],
)
def test_the_engine_s_processor_decides_and_not_the_client_s(
    client: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], *, told: bool,
) -> None:  # fmt: skip
    """The made-up images are of linux/amd64."""
    project = small_project(tmp_path / "project")
    monkeypatch.setattr(platform, "machine", lambda: client)
    with stand_in_engine(tmp_path) as found:
        found.instead["info"] = {**INFO, "Architecture": engine}
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'real.sock'}")
        monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            monkeypatch.setenv(name, str(tmp_path / name))
        assert main(["rewrite", str(project / "Dockerfile"), "--start", "--json"]) == 0
        checks = json.loads(capsys.readouterr().out)["verification"]["checks"]
        (start,) = [check for check in checks if check["name"] == "start"]
        said = "amd64 image on an arm64 engine: the start check ran emulated."
        assert (said in start["detail"]) is told
        assert main(["rewrite", str(project / "Dockerfile"), "--start", "--report"]) == 0
        text = " ".join(capsys.readouterr().out.split())
        assert (said in text) is told
