"""What the proof is told of distributions that come back in another version: their programs too (R14)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.rewrite.builder.at_start import AtStart, _announce
from uvdive.rewrite.environment import Change, EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.notes import Notes

SITE = "app/.venv/lib/python3.13/site-packages"


@pytest.mark.parametrize(
    ("change", "programs"),
    [
        (Change("idna", "3.20", "3.4"), {"/app/.venv/bin/idna"}),
        # The author's own is installed again as it is.
        (Change("idna", "3.20", "3.20", local=True), set()),
    ],
)
def test_a_program_may_go_with_the_version_that_had_it(
    tmp_path: Path, change: Change, programs: set[str]
) -> None:
    idna = pairs.installed(SITE, "idna", "3.20", {"idna/core.py": b"1", "../../../bin/idna": b"#!/x\n"})
    idna["program"] = make.file("app/.venv/bin/idna", b"#!/app/.venv/bin/python\n", 0o755)
    del idna[f"{SITE}/../../../bin/idna"]
    paths = (f"{SITE}/idna", f"{SITE}/idna-3.20.dist-info", "app/.venv/bin")
    around = {above for path in paths for above in (path, *map(str, Path(path).parents)) if above != "."}
    folders = {path: make.folder(path) for path in sorted(around)}
    report = pairs.read(tmp_path / "x.tar", pairs.python(), folders | pairs.application() | idna)
    evidence: Any = SimpleNamespace(report=report)
    env = EnvironmentFacts("/app/.venv", "3.13")
    notes = Notes()
    _announce(evidence, env, Files(report, 1), AtStart(changes=(change,)), notes)
    assert f"/{SITE}/idna" in notes.allowed.paths
    assert {path for path in notes.allowed.paths if path.startswith("/app/.venv/bin/")} == programs
