"""What the app's code and its packages name of Python's parts and of tests; the image is by hand."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.reading.elf import debug_bytes
from uvdive.rewrite.evidence.system.uses import Asked, Uses, read_uses

SITE = "app/.venv/lib/python3.13/site-packages"


def uses(tmp_path: Path, **code: bytes) -> Uses:
    """What is named by files of these paths, of which ``/`` is ``__`` and ``SITE`` is ``site``."""
    app = pairs.application()
    for name, data in code.items():
        path = name.replace("__", "/").replace("site/", f"{SITE}/", 1)
        path = path if path.endswith("entry_points.txt") else f"{path}.py"
        app[path] = make.file(path, data)
    report, index = pairs.read_with_contents(tmp_path / "a.tar", pairs.python(), app)
    return read_uses(report, ContentPlace(index=index))


@pytest.mark.parametrize(
    ("code", "module"),
    [
        (b"import pip\n", "pip"),
        (b"import os, pip as p\n", "pip"),
        (b"    from pip._internal import main\n", "pip"),
        (b"from test import support\n", "test"),
        (b"import test.support.os_helper\n", "test"),
        (b"import tkinter as tk\n", "tkinter"),
        (b"from lib2to3 import (\n    pygram,\n    pytree,\n)\n", "lib2to3"),
        (b'importlib.import_module("idlelib.run")\n', "idlelib"),
        (b'runpy.run_module("ensurepip")\n', "ensurepip"),
        (b'subprocess.run([sys.executable, "-m", "pip", "install", x])\n', "pip"),
        (b'os.system("pip install x")\n', "pip"),
        (b"try:\n    import pkg_resources\nexcept ImportError:\n    pass\n", "pkg_resources"),
    ],
)
def test_what_code_imports_or_starts_is_used(tmp_path: Path, code: bytes, module: str) -> None:
    assert uses(tmp_path, site__tool__run=code).modules == {module: f"/{SITE}/tool/run.py"}
    assert uses(tmp_path, app__run=code).modules == {module: "/app/run.py"}


@pytest.mark.parametrize(
    "code",
    [
        b"# import pip\n",
        b"import pipeline, tester, venvs\n",
        b"from .test import x\n",
        b"from app.pip import x\n",
        b'name = "pip"\n',
        b'raise ImportError("Please `pip install rich`")\n',
    ],
)
def test_words_that_only_look_like_it_are_not(tmp_path: Path, code: bytes) -> None:
    assert not uses(tmp_path, site__tool__run=code).modules


def test_a_package_names_itself_and_its_tests_name_what_they_like(tmp_path: Path) -> None:
    found = uses(
        tmp_path,
        site__pip__main=b"import pip\n",
        site__tool__tests__test_it=b"import tkinter, tool.tests.data\n",
    )
    assert (found.modules, found.tests) == ({}, {})


@pytest.mark.parametrize(
    ("name", "code", "package"),
    [
        ("site__tool__run", b"from tool.tests import data\n", "tool"),
        ("site__tool__run", b"from .tests.data import rows\n", "tool"),
        ("site__tool__deep__run", b"from ..core import tests\n", "tool"),
        ("site__other__run", b"import tool.core.tests.helpers\n", "tool"),
        ("site__tool__run", b'path = join(HERE, "tests", "data")\n', "tool"),
        ("site__tool__run", b'open(HERE / "core/tests/data.csv")\n', "tool"),
        ("app__settings", b'INSTALLED_APPS = ["tool.tests.app"]\n', "tool"),
        ("site__tool-1.dist-info__entry_points.txt", b"[x]\ncheck = tool.tests.run:main\n", "tool"),
    ],
)
def test_who_names_tests_of_a_package_keeps_them(
    tmp_path: Path, name: str, code: bytes, package: str
) -> None:
    assert package in uses(tmp_path, **{name: code}).tests


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("app__run", b"from tests import data\n"),
        ("app__run", b'unittest.main("tests")\n'),
        ("site__tool__conftest", b"from tool.tests import data\n"),
        ("site__tool__run", b"from tool.testsuite import data\n"),
    ],
)
def test_tests_of_nobody_s_package_keep_nothing(tmp_path: Path, name: str, code: bytes) -> None:
    assert not uses(tmp_path, **{name: code}).tests


def test_readers_of_stubs_and_of_catalogs_are_told(tmp_path: Path) -> None:
    found = uses(tmp_path, site__lazy__loader=b'path.with_suffix(".pyi")\n', app__po=b"import polib\n")
    assert (found.stubs, found.catalogs) == (f"/{SITE}/lazy/loader.py", "/app/po.py")
    none = uses(tmp_path, site__dj__management__commands__make=b'if name.endswith(".po"):\n    pass\n')
    assert (none.stubs, none.catalogs) == ("", "")


def library(debug: int) -> bytes:
    """An ELF file with a section for debuggers of so many bytes, and one for the loader."""
    names = b"\0.text\0.debug_info\0.shstrtab\0"
    sections = [(0, 0), (1, 40), (7, debug), (19, len(names))]
    table = b"".join(
        struct.pack("<IIQQQQIIQQ", name, 1, 0, 0, 64, size, 0, 0, 1, 0) for name, size in sections
    )
    head = b"\x7fELF\x02\x01" + bytes(34) + struct.pack("<QIHHHHHH", 64 + len(names), 0, 64, 0, 0, 64, 4, 3)
    return head + names + table


def test_what_only_debuggers_read_of_libraries_is_told(tmp_path: Path) -> None:
    app = pairs.application()
    for name, data in (("a.so", library(700)), ("b.so.1", library(0)), ("c.so", b"/* no library */")):
        app[f"{SITE}/tool/{name}"] = make.file(f"{SITE}/tool/{name}", data)
    report, index = pairs.read_with_contents(tmp_path / "a.tar", pairs.python(), app)
    found = read_uses(report, ContentPlace(index=index))
    assert found.debug == {f"/{SITE}/tool/a.so": 700}
    assert found.odd == f"/{SITE}/tool/c.so"


@pytest.mark.parametrize("cut", [0, 5, 63, 100, 200])
def test_a_library_that_ends_early_says_nothing(cut: int) -> None:
    assert not debug_bytes(io.BytesIO(library(700)[:cut]))


def test_it_is_read_once_when_somebody_asks() -> None:
    read: list[int] = []

    def reading() -> Uses:
        read.append(1)
        return Uses()

    asked = Asked(reading)
    assert asked.uses is None
    assert asked.ask()
    assert not asked.ask()
    assert asked.uses == Uses()
    assert read == [1]
    assert not Asked(lambda: None).ask()
