"""Bytecode that a build made on purpose is missed, what Python's own runs left behind is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.ledger.report import Base
from uvdive.rewrite.plan import Allowances
from uvdive.verify.files.bytecode import source_of
from uvdive.verify.files.check import check_files

SITE = "app/.venv/lib/python3.13/site-packages"
CACHE = f"{SITE}/big/__pycache__"
NAMES = tuple(f"m{number}" for number in range(10))


def modules(folder: str = f"{SITE}/big", names: tuple[str, ...] = NAMES, size: int = 1) -> pairs.Files:
    return {f"{folder}/{name}.py": make.file(f"{folder}/{name}.py", b"1" * size) for name in names}


def compiled(
    folder: str = f"{SITE}/big", names: tuple[str, ...] = NAMES, tag: str = "cpython-313"
) -> pairs.Files:
    paths = (f"{folder}/__pycache__/{name}.{tag}.pyc" for name in names)
    around = {f"{folder}/__pycache__": make.folder(f"{folder}/__pycache__")} if names else {}
    return around | {path: make.file(path, b"c") for path in paths}


def installed(version: str) -> pairs.Files:
    return pairs.installed(SITE, "big", version, {f"big/{name}.py": b"1" for name in NAMES[:2]})


def judged(
    tmp_path: Path,
    old: pairs.Files,
    new: pairs.Files,
    allowed: Allowances = pairs.ALLOWED,
    commands: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """What the judge finds, where all of ``old`` comes in one layer on the base."""
    before = pairs.read(tmp_path / "b.tar", pairs.python(), old, commands=commands)
    return check_files(before, pairs.read(tmp_path / "a.tar", pairs.python(), new), allowed).differences


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (b"/a/__pycache__/m.cpython-313.pyc", b"/a/m.py"),
        (b"/a/__pycache__/m.cpython-313.opt-1.pyc", b"/a/m.py"),
        (b"/a/m.pyc", b"/a/m.py"),
        (b"/a/__pycache__", None),
        (b"/a/m.py", None),
    ],
)
def test_the_module_of_a_bytecode_file(path: bytes, source: bytes | None) -> None:
    assert source_of(path) == source


def test_an_environment_that_was_compiled_stays_so(tmp_path: Path) -> None:
    all_of_it = modules() | compiled()
    lost = (f"missing: /{CACHE}/ (10 files, 10 B)",)
    assert judged(tmp_path, all_of_it, modules()) == lost
    assert judged(tmp_path, all_of_it, all_of_it) == ()
    fewer = modules() | compiled(names=NAMES[1:])
    assert judged(tmp_path, all_of_it, fewer) == (f"missing: /{CACHE}/m0.cpython-313.pyc (1 B)",)
    # Nine of ten are compiled as a whole, too: templates are no Python.
    assert judged(tmp_path, fewer, modules()) == (f"missing: /{CACHE}/ (9 files, 9 B)",)


def test_what_python_compiled_by_the_way_is_no_loss(tmp_path: Path) -> None:
    old = modules() | compiled(names=NAMES[2:])
    assert judged(tmp_path, old, modules()) == ()
    own = modules("app/src") | compiled("app/src")
    assert judged(tmp_path, own, modules("app/src")) == ()
    # A folder alone holds nothing.
    folder = {CACHE: make.folder(CACHE)}
    assert judged(tmp_path, modules() | folder, modules()) == ()


def test_bytecode_of_other_modules_is_not_asked_for(tmp_path: Path) -> None:
    old = modules() | compiled()
    assert judged(tmp_path, old, modules() | compiled(tag="cpython-314")) == ()
    gone = replace(pairs.ALLOWED, paths=(f"/{SITE}/big",))
    assert judged(tmp_path, old, {}, gone) == ()
    # Files of two versions are often the same.
    old_version = installed("1") | compiled(names=NAMES[:2])
    assert f"missing: /{CACHE}/ (2 files, 2 B)" in judged(tmp_path, old_version, installed("1"))
    assert not any("__pycache__" in line for line in judged(tmp_path, old_version, installed("2")))
    # Of another size, so of another version: the modules are told of, not their bytecode.
    other = judged(tmp_path, old, modules(size=2))
    assert len(other) == len(NAMES)
    assert all(line.startswith("changed: ") and ".py:" in line for line in other)


def test_an_announced_path_takes_its_bytecode_along(tmp_path: Path) -> None:
    allowed = replace(pairs.ALLOWED, paths=(f"/{CACHE}",))
    assert judged(tmp_path, modules() | compiled(), modules(), allowed) == ()


@pytest.mark.parametrize(
    ("command", "inside", "outside"),
    [
        ("RUN /bin/sh -c python -m compileall -q /app # buildkit", True, True),
        ("RUN /bin/sh -c python -m py_compile m.py # buildkit", True, True),
        ("RUN /bin/sh -c uv pip install --compile-bytecode big # buildkit", True, False),
        ("RUN /bin/sh -c UV_COMPILE_BYTECODE=1 uv sync # buildkit", True, False),
        ("RUN |1 UV_COMPILE_BYTECODE=true /bin/sh -c uv sync # buildkit", True, False),
        ("RUN /bin/sh -c UV_COMPILE_BYTECODE=0 uv sync # buildkit", False, False),
        ("RUN /bin/sh -c uv pip install --no-compile-bytecode big # buildkit", False, False),
        ("RUN /bin/sh -c python m.py # buildkit", False, False),
    ],
)
def test_the_command_that_made_it_tells_whether_it_was_meant(
    tmp_path: Path, command: str, *, inside: bool, outside: bool
) -> None:
    few = NAMES[:2]
    for folder, missed in ((f"{SITE}/big", inside), ("app/src", outside)):
        old = modules(folder) | compiled(folder, few)
        expected = (f"missing: /{folder}/__pycache__/ (2 files, 2 B)",) if missed else ()
        assert judged(tmp_path, old, modules(folder), commands=("FROM", command)) == expected


def test_what_a_compiler_itself_imports_is_no_loss(tmp_path: Path) -> None:
    library, command = "usr/local/lib/python3.13", "RUN /bin/sh -c python -m compileall /app # buildkit"
    few = modules(library) | compiled(library, NAMES[:2])
    assert judged(tmp_path, few, modules(library), commands=("FROM", command)) == ()
    # os.py is one more: ten of eleven.
    all_of_it = modules(library) | compiled(library)
    lost = judged(tmp_path, all_of_it, modules(library))
    assert lost == (f"missing: /{library}/__pycache__/ (10 files, 10 B)",)


def test_bytecode_that_the_new_base_has_stays(tmp_path: Path) -> None:
    folder = "usr/local/lib/python3.13/__pycache__"
    base = pairs.python() | {folder: make.folder(folder)}
    before = pairs.read(tmp_path / "b.tar", base, pairs.application())
    for by, lost in (("image", (f"missing: /{folder}/ (0 files, 0 B)",)), ("history", ())):
        gone = pairs.application() | {"gone": make.whiteout(folder)}
        after = pairs.read(tmp_path / "a.tar", base, gone)
        after = replace(after, image=replace(after.image, base=Base("python", 1, by)))
        assert check_files(before, after, pairs.ALLOWED).differences == lost


def test_a_folder_of_bytecode_keeps_its_owner_and_mode(tmp_path: Path) -> None:
    old = modules() | compiled()
    other = old | {CACHE: make.folder(CACHE, 0o700)}
    assert judged(tmp_path, old, other) == (f"changed: /{CACHE}: mode 0755 -> 0700",)
    path = f"{CACHE}/m0.cpython-313.pyc"
    assert judged(tmp_path, old, old | {path: make.file(path, b"other")}) == ()
