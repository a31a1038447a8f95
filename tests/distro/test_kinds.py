"""Which packages only build: the one table that findings and the rewrite ask (R33)."""

from __future__ import annotations

import pytest

from uvdive.distro.kinds import BUILD_TOOL, HEADERS, only_builds, package_kind, runs_too

# Every name of the table, with versions and suffixes where it has some.
TOOLS = """
gcc gcc-14 gcc-14-x86-64-linux-gnu g++ g++-14 cpp cpp-14 gfortran gfortran-14 gobjc gnat gdc gccgo
clang clang-19 llvm llvm-19 lld flang binutils binutils-common build-essential build-base alpine-sdk
.build-deps dpkg-dev fakeroot debhelper devscripts make cmake cmake-data ninja ninja-build meson
samurai autoconf autoconf2.69 automake automake1.16 autotools-dev autopoint libtool libtool-bin m4
bison flex patch patchutils quilt pkg-config pkgconfig pkgconf pkgconf-bin swig swig4.0 nasm yasm
rust rustc rustup cargo cargo-auditable golang golang-go go ghc mold ccache scons gperf texinfo
cython3 python3-distutils python3-pip python3-setuptools python3-wheel py3-pip py3-setuptools
py3-wheel libasan8 liblsan0 libtsan2 libubsan1 libhwasan0 libitm1 libcc1-0 libctf0 libctf-nobfd0
libbinutils libisl23 libmpc3 libgprofng0 libsframe1 libdpkg-perl
"""
ASKED = """
git git-lfs mercurial mercurial-common subversion cvs gdb gdb-minimal lldb lldb-19 strace valgrind
javac openjdk-21-jdk openjdk-21-jdk-headless default-jdk default-jdk-headless gradle maven ant
gettext
"""
HEADER_PACKAGES = """
libpq-dev musl-dev openssl-devel linux-headers kernel-headers linux-libc-dev zlib-static
"""
NEITHER = """
libpq5 libgomp1 libgcc-s1 libstdc++6 ffmpeg nodejs make-guile makeself device python3 python3-yaml
openjdk-21-jre-headless default-jre gettext-base curl wget unzip gnupg ca-certificates
"""


@pytest.mark.parametrize("name", TOOLS.split())
def test_r33_a_build_tool_only_builds(name: str) -> None:
    assert (package_kind(name), only_builds(name), runs_too(name)) == (BUILD_TOOL, True, False)


@pytest.mark.parametrize("name", ASKED.split())
def test_r33_a_tool_that_programs_call_too_is_asked_about(name: str) -> None:
    assert (package_kind(name), only_builds(name), runs_too(name)) == (BUILD_TOOL, False, True)


@pytest.mark.parametrize("name", HEADER_PACKAGES.split())
def test_r33_headers_only_build(name: str) -> None:
    assert (package_kind(name), only_builds(name)) == (HEADERS, True)


@pytest.mark.parametrize("name", NEITHER.split())
def test_r33_what_is_not_known_stays(name: str) -> None:
    assert not only_builds(name)
    assert not runs_too(name)
