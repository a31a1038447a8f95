"""A `.dive-ci` means to `uvdive check` what it means to dive itself, where both count the same waste."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_images import layers as make

MB = 1_000_000
DIVE = shutil.which("dive", path=str(Path(sys.executable).parent))
RULES = {"min-efficiency": "lowestEfficiency", "max-waste": "highestWastedBytes",
         "max-user-waste": "highestUserWastedPercent"}  # fmt: skip


ONE_ALONE = (
    "rules:\n  highestWastedBytes: 4MB\n  lowestEfficiency: disabled\n  highestUserWastedPercent: disabled\n"
)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One image without waste, and one where 5 MB of 25 are removed later.

    A file that is replaced is another matter: dive counts both of its copies as wasted.
    """
    folder = tmp_path_factory.mktemp("images")
    base = make.layer(make.folder("base"), make.file("base/keep", make.content(10 * MB, "k")))
    first = make.layer(make.file("f", make.content(5 * MB, "a")))
    more = make.layer(make.file("g", make.content(10 * MB, "g")))
    gone = make.layer(make.whiteout("f"))
    return {
        "clean": make.archive(folder / "clean.tar", [base, first]),
        "wasted": make.archive(folder / "wasted.tar", [base, first, more, gone]),
    }


def dives(image: Path, folder: Path) -> dict[str, str]:
    """What dive says of each rule: PASS, FAIL or SKIP."""
    assert DIVE is not None
    done = subprocess.run(
        [DIVE, "--source", "docker-archive", str(image), "--ci", "--ci-config", ".dive-ci"],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "CI": "true"},
    )  # fmt: skip
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
    found = {key: word for word, key in re.findall(r"(PASS|FAIL|SKIP)\S*: (\w+)", plain)}
    assert (done.returncode == 0) == ("FAIL" not in found.values()), done.stdout + done.stderr
    return found


def ours(image: Path, folder: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "uvdive", "check", str(image), "--json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = {rule["id"]: rule["status"] for rule in json.loads(done.stdout)["checked"][0]["rules"]}
    assert (done.returncode == 0) == ("failed" not in told.values()), done.stderr
    words = {"passed": "PASS", "failed": "FAIL"}
    return {key: words[told[rule]] if rule in told else "SKIP" for rule, key in RULES.items()}


@pytest.mark.parametrize("image", ["clean", "wasted"])
@pytest.mark.parametrize(
    "text",
    [
        "rules: {}\n",
        "rules:\n  lowestEfficiency: 0.95\n",
        "rules:\n  lowestEfficiency: 0.6\n  highestUserWastedPercent: 0.99\n",
        ONE_ALONE,
        "rules:\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: 0.05\n",
    ],
)
def test_each_rule_comes_to_the_same(images: dict[str, Path], image: str, text: str, tmp_path: Path) -> None:
    (tmp_path / ".dive-ci").write_text(text)
    theirs = dives(images[image], tmp_path)
    assert set(theirs) == set(RULES.values())
    assert ours(images[image], tmp_path) == theirs
