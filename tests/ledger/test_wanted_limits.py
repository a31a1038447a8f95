"""Which contents are kept, at the limit of each and one byte beyond, and the nearest names that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvdive.ledger import wanted as rules
from uvdive.ledger.wanted import wanted

SITE = "app/.venv/lib/python3.13/site-packages"
KIB, MIB = 1 << 10, 1 << 20

DATABASES = f"""
var/lib/dpkg/status var/lib/dpkg/status.d/libc6 var/lib/dpkg/info/libc6:amd64.list var/lib/dpkg/diversions
rootfs/var/lib/dpkg/status lib/apk/db/installed usr/lib/apk/db/installed etc/os-release usr/lib/os-release
etc/passwd etc/group {SITE}/flask-3.dist-info/RECORD {SITE}/flask-3.dist-info/direct_url.json
{SITE}/flask-3.dist-info/top_level.txt {SITE}/old.egg-info/PKG-INFO {SITE}/old.egg-info/installed-files.txt
{SITE}/flask-3.dist-info/METADATA {SITE}/old.egg-info/top_level.txt {SITE}/old.egg/EGG-INFO/top_level.txt
opt/conda/conda-meta/python-3.13.json
conda-meta/x.json app/.venv/pyvenv.cfg pyvenv.cfg app/uv.lock uv.lock {SITE}/x.pth {SITE}/x.egg-link
{SITE}/__editable___app_finder.py usr/lib/python3/dist-packages/x.pth
"""
SMALL = """
app/.venv/bin/flask usr/sbin/thing usr/bin/x app/.python-version .python-version app/pyproject.toml
pyproject.toml app/start.sh usr/include/python3.13/patchlevel.h opt/pypy/include/pypy3.11/patchlevel.h
"""
RPM = "var/lib/rpm/rpmdb.sqlite usr/lib/sysimage/rpm/rpmdb.sqlite usr/share/rpm/rpmdb.sqlite"
NEAR = f"""
var/lib/dpkg/status-old var/lib/dpkg/available var/lib/dpkg/info/libc6.md5sums var/lib/dpkg/statuses
var/lib/dpkg/status.d/a/b xvar/lib/dpkg/status lib/apk/db/installed2 lib/apk/db/triggers
rootfs/etc/os-release usr/lib64/os-release rootfs/etc/passwd etc/passwd- etc/shadow
{SITE}/flask-3.dist-info/METADATA.x {SITE}/flask-3.dist-info/RECORD.jws {SITE}/x.dist-info/sub/RECORD
{SITE}/old.egg-info/requires.txt {SITE}/old.egg/top_level.txt {SITE}/flask/x.pth {SITE}/x.py
{SITE}/finder.py {SITE}/my_finder.py opt/conda/conda-meta/history opt/conda/conda-meta/x/y.json
app/xpyvenv.cfg app/poetry.lock app/xuv.lock app/uv.lock.bak lib/x.pth
usr/bin/x/y bin app/cabin/x usr/xbin/x app/python-version app/setup.toml app/start.bash sh
usr/include/python3.13/Python.h usr/include/patchlevel.h usr/include/ruby/patchlevel.h
var/lib/rpm/Packages rpmdb.sqlite var/lib/rpm/rpmdb.sqlite-wal var/lib/rpm/x/rpmdb.sqlite
"""


@pytest.mark.parametrize(
    ("paths", "limit"),
    [(DATABASES, 8 * MIB), (SMALL, 64 * KIB), (RPM, 64 * MIB)],
    ids=["databases", "small files", "rpm's database"],
)
def test_kept_up_to_its_limit(paths: str, limit: int) -> None:
    for path in paths.split():
        assert wanted(path.encode(), 0), path
        assert wanted(path.encode(), limit), path
        assert not wanted(path.encode(), limit + 1), path


def test_names_beside_them_are_not_kept_whatever_their_size() -> None:
    assert [path for path in NEAR.split() if wanted(path.encode(), 100)] == []


def test_the_quick_look_lets_every_one_of_them_through() -> None:
    for path in f"{DATABASES} {SMALL} {RPM}".split():
        folder, _, name = path.encode().rpartition(b"/")
        may, common = wanted.sift([name])
        assert may or wanted.may_folder(folder) or (common and wanted.opens(folder)), path
    assert not wanted.opens(b"usr/lib/python3/dist-packages/x")
    assert wanted.sift([b"libc.so.6"]) == ([], [])
    assert not wanted.may_folder(b"usr/lib")


PARTS = """
var lib dpkg info status.d conda-meta etc usr site-packages dist-packages bin sbin x-1.dist-info rpm app
x.egg-info x.egg EGG-INFO apk db include python3.13 archive-v0 node_modules
"""
ENDS = """
status a.list diversions installed os-release passwd group RECORD direct_url.json top_level.txt PKG-INFO
installed-files.txt a.json pyvenv.cfg uv.lock a.pth __editable__a_finder.py afinder.py a.egg-link
rpmdb.sqlite .python-version patchlevel.h pyproject.toml a.sh a.py b.txt setup.cfg python3
"""
LIMITS = (1, rules._MAX_SMALL, rules.MAX_WANTED, rules.MAX_RPM)


@given(
    st.lists(st.sampled_from(PARTS.split()), max_size=5),
    st.sampled_from(ENDS.split()),
    st.sampled_from(LIMITS),
)
def test_the_quick_look_says_what_the_expressions_say(above: list[str], name: str, size: int) -> None:
    path = "/".join([*above, name]).encode()
    folder = path.rpartition(b"/")[0]
    own_code = name.endswith(".py") and size <= rules._MAX_SMALL and not rules._LIBRARY.search(folder)
    small = size <= rules._MAX_SMALL and rules._SMALL.search(path) is not None
    database = size <= rules.MAX_WANTED and rules._WANTED.search(path) is not None
    rpm = rules._RPM.search(path) is not None
    plain_code = name.endswith(".py") and not name.endswith("finder.py")
    assert wanted(path, size) == (own_code or (not plain_code and (small or database or rpm)))
