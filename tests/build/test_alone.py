"""Two proofs of one Dockerfile at once: the second is told, and nothing of the first is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from uvdive.base.errors import BuildError
from uvdive.build.alone import alone

HOLD = """
import sys
from pathlib import Path
from uvdive.build.alone import alone
with alone(Path(sys.argv[1]), Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_another_process_is_told_and_may_go_on_afterwards(tmp_path: Path) -> None:
    ours = tmp_path, tmp_path / "Dockerfile"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, *map(str, ours)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BuildError, match="Another uvdive is building and checking"), alone(*ours):
            pass
        with alone(tmp_path, tmp_path / "Dockerfile.other"):
            pass
        other.kill()
    with alone(*ours):
        pass


def test_a_home_that_cannot_be_written_is_no_reason_not_to_prove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    ran = []
    with alone(tmp_path, tmp_path / "Dockerfile"):
        ran.append(True)
    assert ran
