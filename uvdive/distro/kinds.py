"""What an OS package is for, by rules that hold for dpkg, apk and rpm alike.

The names are those of Debian, Alpine and Fedora; a Section is dpkg's.
"""

from __future__ import annotations

import re

BUILD_TOOL, HEADERS, RUNTIME = "build tool", "headers", "runtime"

_HEADERS = re.compile(r"-(?:dev|devel|headers)$|^(?:linux|kernel)-(?:libc-dev|headers)|-static$")
_TOOLS = re.compile(
    r"""^(?:
      (?:gcc|g\+\+|cpp|gfortran|gobjc|gnat|gdc|gccgo|clang|llvm|lld|lldb|flang)(?:-[\d.]+)?(?:-.*)?
    | binutils(?:-.*)? | build-essential | build-base | alpine-sdk | \.[\w.-]+
    | dpkg-dev | fakeroot
    | debhelper
    | devscripts | make | cmake(?:-.*)? | ninja(?:-build)? | meson | samurai | autoconf[\d.]* | automake[\d.]*
    | autotools-dev | autopoint | libtool(?:-bin)? | m4 | bison | flex | patch | patchutils
    | quilt
    | pkg-?config | pkgconf(?:-.*)? | gettext | swig[\d.]* | nasm | yasm | gdb(?:-.*)? | strace | valgrind
    | rustc?(?:-.*)?
    | cargo(?:-.*)? | rustup | go | golang(?:-.*)? | ghc(?:-.*)? | gradle | maven | ant | mold
    | cython3 | python3-(?:distutils|pip|setuptools|wheel) | py3-(?:pip|setuptools|wheel)
    | javac | openjdk-[\d.]+-jdk(?:-headless)? | default-jdk(?:-headless)? | ccache | scons | gperf | texinfo
    | git(?:-.*)? | mercurial(?:-.*)? | subversion | cvs
    | lib(?:asan|lsan|tsan|ubsan|hwasan|itm|cc1|ctf|ctf-nobfd|binutils|isl|mpc|gprofng|sframe)[\d.-]*
    | libdpkg-perl
    )$""",
    re.VERBOSE,
)
_ALSO_RUN = re.compile(
    r"""^(?:
      (?:git|mercurial|subversion|cvs)(?:-.*)?        # GitPython, pre-commit, dvc call them
    | (?:gdb|lldb)(?:-.*)? | strace | valgrind        # py-spy's kind, and people in a container
    | openjdk-[\d.]+-jdk(?:-headless)? | default-jdk(?:-headless)? | javac | gradle | maven | ant
    | gettext                                         # Django's makemessages
    )$""",
    re.VERBOSE,
)
_LIBRARY = re.compile(r"^lib[\w+.-]+\d")
_TOOL_SECTIONS = frozenset({"devel", "vcs", "debug", "haskell", "rust", "golang"})
_HEADER_SECTIONS = frozenset({"libdevel"})


def package_kind(name: str, section: str = "") -> str:
    """Build tool, headers or runtime.

    Args:
        name: the package's name, without an architecture.
        section: dpkg's Section (``devel``, ``non-free/libdevel``), where there is one.
    """
    section = section.rpartition("/")[2]
    if section in _HEADER_SECTIONS or _HEADERS.search(name):
        # build-essential's friends end in -dev as well; a tool is what one can start.
        return BUILD_TOOL if name in ("dpkg-dev", "autotools-dev") else HEADERS
    if _TOOLS.match(name):
        return BUILD_TOOL
    if section in _TOOL_SECTIONS and not _LIBRARY.match(name):
        return BUILD_TOOL
    return RUNTIME


def runs_too(name: str) -> bool:
    """Is it a build tool that programs call as well when they run, so that its name decides nothing?"""
    return _ALSO_RUN.match(name) is not None


def only_builds(name: str) -> bool:
    """Is a package one that only builds need (R33): headers, or a build tool that no program calls later?"""
    return package_kind(name) != RUNTIME and not runs_too(name)


_PYTHON = re.compile(r"^(?:lib)?(?:python|pypy)[\d.]*t?(?:-|$)|^py3-")


def is_python(name: str) -> bool:
    """Is it an interpreter's package or one of the distribution's own Python packages?"""
    return _PYTHON.match(name) is not None
