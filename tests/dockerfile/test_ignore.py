"""What ``.dockerignore`` leaves out, in BuildKit's words (moby/patternmatcher)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvdive.dockerfile import ignore
from uvdive.dockerfile.ignore import Ignored, ignore_file, read_ignored


@pytest.mark.parametrize(
    ("text", "path", "out"),
    [
        (".venv", ".venv", True),
        (".venv/", ".venv/bin/python", True),
        ("/.venv", ".venv", True),
        ("**/.venv", ".venv", True),
        ("**/.venv", "a/b/.venv/x", True),
        ("*/.venv", ".venv", False),
        (".venv", "sub/.venv", False),
        (".*", ".venv", True),
        ("*", ".venv/x", True),
        ("*\n!.venv", ".venv/x", False),
        ("*\n!src\nsrc/*.pyc", "src/a.pyc", True),
        ("*\n!src\nsrc/*.pyc", "src/a.py", False),
        ("Tests/", "tests/test_app.py", False),
        ("Tests/", "Tests/test_app.py", True),
        ("*.PYC", "a.pyc", False),
        ("# .venv", ".venv", False),
        ("  .venv  ", ".venv", True),
        ("\ufeff.venv", ".venv", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**", "a/b", True),
        ("**.pyc", "a/b.pyc", False),
        ("**/*.pyc", "a/b.pyc", True),
        ("[ab].txt", "b.txt", True),
        ("[^ab].txt", "b.txt", False),
        ("[a&&b||c~~].txt", "&.txt", True),
        ("[a&&b||c~~].txt", "c.txt", True),
        ("[a&&b].txt", "c.txt", False),
        ("[a-].txt", "-.txt", True),
        ("[!--a]", "+", True),
        ("[a&&b]", "&", True),
        ("[a||b~~c]", "~", True),
        ("[a\\&b]", "\\", False),
        ("[x\\[]", "[", True),
        ("[b--a]", "[b--a]", True),
        ("?.txt", "ab.txt", False),
        ("\\*.txt", "*.txt", True),
        ("\\*.txt", "a.txt", False),
        ("a+b(c)", "a+b(c)", True),
        ("./x/../y", "y", True),
        ("[z-a]", "[z-a]", True),
        ("*a*a*b", "aab", True),
        ("*a*b*", "xaxbx", True),
        ("*a/b*", "xa/bx", True),
        ("*a**/b", "aab", True),
        ("*/*/c", "a/b/c", True),
        ("a*a", "a", False),
        ("[]x", "[]x", True),
        ("x\\", "x\\", True),
        ("", "x", False),
        ("!x", "x", False),
    ],
)
def test_the_last_pattern_that_matches_holds(text: str, path: str, out: bool) -> None:
    assert (path in Ignored.read(text)) is out


def test_a_dockerfiles_own_ignore_file_comes_first(tmp_path: Path) -> None:
    assert ignore_file(tmp_path, tmp_path / "web.Dockerfile") is None
    assert "a" not in read_ignored(tmp_path)
    (tmp_path / ".dockerignore").write_text("a")
    (tmp_path / "web.Dockerfile.dockerignore").write_text("b")
    assert ignore_file(tmp_path) == tmp_path / ".dockerignore"
    mine = read_ignored(tmp_path, tmp_path / "web.Dockerfile")
    assert "b" in mine
    assert "a" not in mine


def test_the_files_that_a_build_gets(tmp_path: Path) -> None:
    for name in ("keep/a", "keep/b.pyc", "drop/c", "drop/but/d", ".dockerignore"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("drop\n**/*.pyc\n!drop/but\n" if name == ".dockerignore" else "")
    (tmp_path / "link").symlink_to("keep/a")
    assert sorted(read_ignored(tmp_path).files(tmp_path)) == [".dockerignore", "drop/but/d", "keep/a"]


def test_a_hostile_pattern_takes_no_time_that_grows_with_its_stars() -> None:
    assert "a" * 4000 not in Ignored.read("*a" * 40 + "*b")


TREE = [
    f"{a}{b}{c}" for a in ("", "x/", "y/", ".v/") for b in ("", "x/", "k/") for c in ("a.py", "b.js", "k")
]
LINES = ["x", "y", "*", "**/x", "**/*.py", "x/*", "x/k", "*/k", "k", "x/x/a.py", "**/k/**", ".v", "?", "*.js"]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    context = tmp_path_factory.mktemp("context")
    for path in sorted(TREE, key=len, reverse=True):
        (context / path).parent.mkdir(parents=True, exist_ok=True)
        if not (context / path).exists():
            (context / path).touch()
    return context


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(LINES)), max_size=5))
def test_the_files_are_those_that_no_pattern_leaves_out(context: Path, lines: list[tuple[bool, str]]) -> None:
    ignored = Ignored.read("\n".join(f"{'!' * back}{line}" for back, line in lines))
    names = sorted(path for path in set(TREE) if (context / path).is_file())
    assert sorted(ignored.files(context)) == [path for path in names if path not in ignored]


@pytest.mark.parametrize(
    ("text", "looked_into"),
    [
        ("x\ny", {"", "k/", ".v/", ".v/k/", ".v/x/"}),
        ("*", {""}),
        ("*\n!y/k/b.js", {"", "y/", "y/k/"}),
        ("*\n!y/*/b.js\nx", {"", "y/", "y/k/", "y/x/"}),
        ("y\n!x/a.py\nx\n.v", {"", "k/"}),
    ],
)
def test_a_folder_that_is_left_out_is_not_looked_into(
    context: Path, monkeypatch: pytest.MonkeyPatch, text: str, looked_into: set[str]
) -> None:
    seen: set[str] = set()
    entries = ignore._entries

    def noted(folder: Path, prefix: str) -> list[os.DirEntry[str]]:
        seen.add(prefix)
        return entries(folder, prefix)

    monkeypatch.setattr(ignore, "_entries", noted)
    list(Ignored.read(text).files(context))
    assert seen == looked_into
