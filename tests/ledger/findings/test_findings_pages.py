"""Each finding has one long text, and each text a finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import uvdive.ledger.findings
from uvdive.base.errors import UsageError
from uvdive.ledger.findings.explain import explain, ids
from uvdive.ledger.findings.registry import REGISTRY

FOLDER = Path(uvdive.ledger.findings.__file__).parent
RELEASED = {
    "all-extras-asked",
    "apt-lists-in-image",
    "build-tools-in-image",
    "bytecode-compiled",
    "bytecode-missing",
    "cache-mount-wrong-path",
    "console-scripts-dead",
    "cuda-wheels-without-cuda",
    "deleted-later",
    "dev-group-in-image",
    "dev-packages-in-image",
    "editable-source-missing",
    "git-folder-in-image",
    "host-environment-copied",
    "interpreter-dangling",
    "lighter-package-exists",
    "link-mode-copy",
    "package-tests-in-image",
    "rewritten-later",
    "same-library-twice",
    "second-environment",
    "secrets-in-image",
    "secrets-in-settings",
    "uv-cache-in-image",
    "uv-in-image",
    "uv-tag-frozen",
    "uv-tag-unpinned",
}


def test_no_id_is_ever_taken_away() -> None:
    assert set(ids()) >= RELEASED


def test_every_id_in_the_code_has_a_page_and_every_page_an_id() -> None:
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', code))
    assert set(ids()) <= used
    emitted = set(re.findall(r'finding\(\s*"([a-z-]+)"', code)) | set(re.findall(r'"([a-z]+-later)"', code))
    assert emitted <= set(ids())
    assert len(REGISTRY) <= len(ids())


@pytest.mark.parametrize("name", ids())
def test_a_page_says_what_is_measured_and_what_to_do(name: str) -> None:
    page = explain(name)
    assert page.startswith(f"# {name}\n\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["Measured", "What to do", "Leave it if"]
    assert all(len(part.split()) >= 5 for part in page.split("\n## "))
    assert page.endswith("\n")


def test_an_id_that_is_none() -> None:
    with pytest.raises(UsageError, match=r"no finding uv-in-imag\.") as raised:
        explain("uv-in-imag")
    assert "uv-in-image" in raised.value.do
    with pytest.raises(UsageError) as raised:
        explain("../../../etc/passwd")
    assert raised.value.do == "To list all: uvdive --explain list"
