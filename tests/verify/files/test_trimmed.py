"""What the judge lets a plan take away (R62), and what not."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Want
from uvdive.verify.files.explained import Explanations
from uvdive.verify.files.trimmed import Trimmed, part_of

PYTHON = "/opt/uv-python/*/lib/python3.*"
SITE = "/app/.venv/lib/python3.13/site-packages"
TRIMMED = (
    f"idle:{PYTHON}/idlelib",
    f"python-tests:{PYTHON}/lib-dynload/_test*.so",
    f"bytecode:{SITE}/**/*.opt-[12].pyc",
    f"stubs:{SITE}/**/*.pyi",
    f"tests:{SITE}/numpy/**/tests",
)
BUILD = b"/opt/uv-python/cpython-3.13.5-linux/lib/python3.13"
AT = SITE.encode()


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (BUILD + b"/idlelib", "idle"),
        (BUILD + b"/idlelib/icons/a.png", "idle"),
        (BUILD + b"/idlelib2/a.py", None),
        (BUILD + b"/deep/idlelib/a.py", None),
        (BUILD + b"/lib-dynload/_testcapi.cpython-313.so", "python-tests"),
        (BUILD + b"/lib-dynload/_sqlite3.cpython-313.so", None),
        (AT + b"/a.pyi", "stubs"),
        (AT + b"/a/b/c.pyi", "stubs"),
        (AT + b"/a/b/c.py", None),
        (b"/app/src/a.pyi", None),
        (AT + b"/a/__pycache__/b.cpython-313.opt-1.pyc", "bytecode"),
        (AT + b"/a/__pycache__/b.cpython-313.pyc", None),
        (AT + b"/numpy/tests/a.py", "tests"),
        (AT + b"/numpy/core/tests/data/x.csv", "tests"),
        (AT + b"/scipy/tests/a.py", None),
        (AT + b"/numpy/testsuite/a.py", None),
    ],
)
def test_only_what_the_plan_named_may_be_missing(path: bytes, part: str | None) -> None:
    assert Trimmed(TRIMMED).part(path) == part
    assert Trimmed(TRIMMED).why(path) == (part and f"trimmed: {part}")
    assert Trimmed(()).why(path) is None


OLD = b"numpy/a.py,sha256=x,1\nnumpy/a.pyi,sha256=y,2\nnumpy/tests/b.py,,\nnumpy-1.dist-info/RECORD,,\n"
LIST = AT + b"/numpy-1.dist-info/RECORD"


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (b"numpy/a.py,sha256=x,1\nnumpy-1.dist-info/RECORD,,\n", True),
        (b"numpy/a.py,sha256=x,1\nnumpy/tests/b.py,,\nnumpy-1.dist-info/RECORD,,\n", True),
        (b"numpy-1.dist-info/RECORD,,\n", False),
        (b"numpy/a.py,sha256=OTHER,1\nnumpy-1.dist-info/RECORD,,\n", False),
        (b"numpy/a.py,sha256=x,1\nnumpy-1.dist-info/RECORD,,\nmore.py,,\n", False),
    ],
)
def test_a_list_may_lose_the_lines_of_what_is_gone_and_no_others(new: bytes, *, told: bool) -> None:
    assert Trimmed(TRIMMED).is_list_without(LIST, OLD, new, lambda _: True) is told


def test_a_list_may_not_lose_the_line_of_what_is_still_there() -> None:
    new = b"numpy/a.py,sha256=x,1\nnumpy-1.dist-info/RECORD,,\n"
    assert not Trimmed(TRIMMED).is_list_without(LIST, OLD, new, lambda path: path.endswith(b".pyi"))


@pytest.mark.parametrize(
    ("want", "part"),
    [
        (Want("module", "idlelib.run"), "idle"),
        (Want("module", "json"), None),
        (Want("path", f"{SITE}/a.pyi"), "stubs"),
        (Want("path", "/app/a"), None),
        (Want("package", "idlelib"), None),
    ],
)
def test_what_a_check_misses_is_told_by_its_part(want: Want, part: str | None) -> None:
    assert part_of(want, TRIMMED) == part


@pytest.mark.parametrize(
    ("pattern", "told"), [("/usr/local/lib/python3.*/idlelib", None), ("", "python of the base")]
)
def test_another_base_does_not_explain_what_a_trimmed_python_lacks(
    pattern: str, told: str | None, tmp_path: Path
) -> None:
    """A Python that goes over to a base that has none does so whole, but for what was named."""
    json = "usr/local/lib/python3.13/json.py"
    base = pairs.python() | {json: make.file(json, b"loads = 1\n")}
    before = pairs.read(tmp_path / "a.tar", base, pairs.application())
    after = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application())
    found = Explanations(before, after, Allowances(trimmed=(f"idle:{pattern}",) if pattern else ()))
    node = before.files.find(f"/{json}".encode())
    assert node is not None
    why = found.missing(f"/{json}".encode(), before.files.visible(node) or 0)
    assert why is None if told is None else (why or "").startswith(told)
