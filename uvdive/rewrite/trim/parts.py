"""The parts that can go: where they lie, and whose names keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["python", "packages"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part that ``--choose trim=`` names.

    Attributes:
        id: its name.
        words: what it is, as a noun.
        where: below each interpreter that is copied, or in the packages of the environments.
        patterns: paths below an interpreter, ``*`` in place of anything within one name; of
            packages the names of files.
        kept_by: the modules whose use keeps it, of ``uses.MODULES``.
    """

    id: str
    words: str
    where: Where
    patterns: tuple[str, ...] = ()
    kept_by: frozenset[str] = frozenset()


def _lib(*names: str) -> tuple[str, ...]:
    return tuple(f"lib/python3.*/{name}" for name in names)


_TESTED = ("ctypes/test", "distutils/tests", "lib2to3/tests", "sqlite3/test", "tkinter/test", "unittest/test")
_TEST_MODULES = ("_test*.so", "_ctypes_test*.so", "_xxtestfuzz*.so", "xxlimited*.so", "xxsubtype*.so")

PARTS = (
    Part(
        "python-tests",
        "Python's own tests",
        "python",
        _lib("test", *_TESTED, *(f"lib-dynload/{name}" for name in _TEST_MODULES)),
        frozenset({"test"}),
    ),
    Part(
        "idle",
        "the editor IDLE and the turtle demo",
        "python",
        (*_lib("idlelib", "turtledemo"), "bin/idle3*"),
        frozenset({"idlelib", "turtledemo"}),
    ),
    Part(
        "tkinter",
        "windows by Tk",
        "python",
        (
            *_lib("tkinter", "turtle.py", "lib-dynload/_tkinter*.so"),
            *("lib/tcl*", "lib/tk*", "lib/itcl*", "lib/thread*", "lib/libtcl*", "lib/libtk*"),
        ),
        frozenset({"tkinter", "turtle", "turtledemo", "idlelib"}),
    ),
    Part("ensurepip", "the wheel of pip", "python", _lib("ensurepip"), frozenset({"ensurepip", "venv"})),
    Part(
        "pip",
        "pip, setuptools and wheel beside Python",
        "python",
        (
            *_lib("site-packages/pip", "site-packages/pip-*.dist-info"),
            *_lib("site-packages/setuptools", "site-packages/setuptools-*.dist-info"),
            *_lib("site-packages/pkg_resources", "site-packages/_distutils_hack"),
            *_lib("site-packages/distutils-precedence.pth"),
            *_lib("site-packages/wheel", "site-packages/wheel-*.dist-info"),
            "bin/pip*",
            "bin/wheel",
        ),
        frozenset({"pip"}),
    ),
    Part(
        "headers",
        "what compiles against Python",
        "python",
        ("include", "lib/pkgconfig", "lib/python3.*/config-*", "share/man", "bin/python3*-config"),
    ),
    Part("bytecode", "bytecode for other runs of Python", "packages", ("*.opt-[12].pyc",)),
    Part("stubs", "type stubs", "packages", ("*.pyi",)),
    Part("tests", "tests of packages", "packages", ("tests",)),
    Part("catalogs", "sources of translations", "packages", ("*.po",)),
    Part("debug", "what only debuggers read of libraries", "packages", ("*.so", "*.so.*")),
)

BY_ID = {part.id: part for part in PARTS}
ALL, PYTHON, NOTHING = "all", "python", "none"


def chosen_parts(value: str) -> frozenset[str]:
    """The ids that a value of the choice means."""
    if value == NOTHING:
        return frozenset()
    if value in (ALL, PYTHON):
        return frozenset(part.id for part in PARTS if value == ALL or part.where == PYTHON)
    return frozenset(value.split(","))
