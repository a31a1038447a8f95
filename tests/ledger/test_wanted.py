"""What is kept of an image's contents, and that the quick look loses none of it."""

from __future__ import annotations

import pytest

from uvdive.ledger.wanted import _RPM, _SMALL, _WANTED, MAX_WANTED, wanted

SITE = b"app/.venv/lib/python3.13/site-packages"
WANTED = (
    b"var/lib/dpkg/status",
    b"var/lib/dpkg/status.d/libc6",
    b"var/lib/dpkg/status.d/libc6.md5sums",
    b"var/lib/dpkg/info/libc6:amd64.list",
    b"var/lib/dpkg/diversions",
    b"lib/apk/db/installed",
    b"usr/lib/apk/db/installed",
    b"etc/os-release",
    b"usr/lib/os-release",
    b"etc/passwd",
    b"etc/group",
    SITE + b"/flask-3.dist-info/RECORD",
    SITE + b"/flask-3.dist-info/METADATA",
    SITE + b"/flask-3.dist-info/direct_url.json",
    SITE + b"/flask-3.dist-info/top_level.txt",
    SITE + b"/old.egg-info/PKG-INFO",
    SITE + b"/old.egg-info/installed-files.txt",
    SITE + b"/old.egg/EGG-INFO/top_level.txt",
    b"opt/conda/conda-meta/python-3.13.json",
    b"app/.venv/pyvenv.cfg",
    b"app/uv.lock",
    SITE + b"/_editable.pth",
    SITE + b"/__editable___app_finder.py",
    SITE + b"/app.egg-link",
    b"var/lib/rpm/rpmdb.sqlite",
    b"usr/lib/sysimage/rpm/rpmdb.sqlite",
    b"app/.venv/bin/flask",
    b"usr/sbin/thing",
    b"app/.python-version",
    b"app/pyproject.toml",
    b"app/start.sh",
    b"app/main.py",
    b"usr/src/app/main.py",
    b"app/finder.py",
    b"srv/lib/tool.py",
)


@pytest.mark.parametrize("path", WANTED)
def test_it_is_kept(path: bytes) -> None:
    if not path.endswith(b".py") or b"site-packages" in path:
        assert any(rule.search(path) for rule in (_WANTED, _RPM, _SMALL))
    assert wanted(path, 100)


@pytest.mark.parametrize(
    "path",
    [
        *(b"usr/lib/x.so", SITE + b"/flask/app.py", SITE + b"/flask/status", b"etc/passwd-", b"home/passwd"),
        b"usr/local/lib/python3.13/ast.py",
        b"usr/lib/python3/dist-packages/apt.py",
        b"usr/share/gdb/a.py",
        b"root/.cache/uv/archive-v0/x1/flask/app.py",
        b"app/node_modules/node-gyp/gyp.py",
    ],
)
def test_it_is_not_kept(path: bytes) -> None:
    assert not wanted(path, 100)


def test_no_name_alone_fills_the_memory() -> None:
    assert not wanted(b"app/uv.lock", MAX_WANTED + 1)
    assert not wanted(b"app/.venv/bin/python3.13", 1 << 20)
    assert wanted(b"app/main.py", 64 << 10)
    assert not wanted(b"app/main.py", (64 << 10) + 1)
