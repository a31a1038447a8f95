"""Files in an image that are made to hang whoever reads them, to fill the memory, or to crash it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.session.opening.reading import read_image

SITE = "app/.venv/lib/python3.13/site-packages"
VENV = (
    make.file("usr/local/bin/python3.13", bytes(30), 0o755),
    make.file("app/.venv/pyvenv.cfg", b"home = /usr/local/bin\nversion_info = 3.13.1\n"),
    make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.13"),
    make.file(f"{SITE}/flask-3.dist-info/RECORD", b"flask/__init__.py,,\n"),
    make.file(f"{SITE}/flask/__init__.py", b"x"),
)
KEY = b".".join([b"a"] * 200_000)
TABLES = b"".join(b"[" + b".".join([b"a"] * 300 + [b"b%d" % number]) + b"]\n" for number in range(1000))
CASES = {
    "a key of many parts": ("app/uv.lock", b"version = 1\n" + KEY + b" = 1\n"),
    "tables below tables": ("app/uv.lock", TABLES),
    "a key of a project": ("app/pyproject.toml", b"[project]\nname = 'x'\n" + KEY[:60_000] + b" = 1\n"),
    "a key in a table": ("app/uv.lock", b"a = {" + KEY + b" = 1}\n"),
    "a key with strings": ("app/uv.lock", b'"a".' * 100_000 + b"b = 1\n"),
    "a million values": ("app/uv.lock", b"a = [" + b"{}," * 1_000_000 + b"]\n"),
    "lists in lists": ("app/uv.lock", b"a = " + b"[" * 100_000),
    "a number": ("app/uv.lock", b"version = " + b"9" * 1_000_000 + b"\n"),
    "a finder that never ends": (f"{SITE}/__editable___a_finder.py", b"MAPPING={\n" * 700_000),
    "a finder without a mapping": (f"{SITE}/__editable___a_finder.py", b"MAPPING\n" * 900_000),
    "a finder of blanks": (f"{SITE}/__editable___a_finder.py", b"MAPPING = {} " + b"} " * 3_000_000 + b"x"),
    "a finder that is deep": (f"{SITE}/__editable___a_finder.py", b"MAPPING = " + b"{" * 60_000 + b"}\n"),
    "a deep direct_url.json": (
        f"{SITE}/flask-3.dist-info/direct_url.json",
        b'{"dir_info":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ),
    "a direct_url.json of lists": (f"{SITE}/flask-3.dist-info/direct_url.json", b"[[]]"),
    "a direct_url.json of numbers": (f"{SITE}/flask-3.dist-info/direct_url.json", b'{"url":1,"dir_info":2}'),
    "a number in direct_url.json": (
        f"{SITE}/flask-3.dist-info/direct_url.json",
        b'{"url": "x", "dir_info": {"editable": ' + b"9" * 100_000 + b"}}",
    ),
    "conda's record": ("opt/conda/conda-meta/a.json", b"[" * 100_000),
    "conda's other record": ("opt/conda/conda-meta/a.json", json.dumps({"name": 1, "files": 2}).encode()),
    "a long egg": (f"{SITE}/" + "-a" * 120 + ".eg", b"x"),
    "commas": (f"{SITE}/flask-3.dist-info/RECORD", b'"' * 8_000_000),
    "dpkg's status": ("var/lib/dpkg/status", b"Package: a\n " * 600_000),
    "a list of lists": ("var/lib/dpkg/info/a.list", b"/" * 8_000_000),
    "apk's database": ("lib/apk/db/installed", b"P:\nF:\nR:\n" * 800_000),
    "users": ("etc/passwd", b":::::::\n" * 1_000_000),
    "a release": ("etc/os-release", b"=" * 8_000_000),
    "settings": ("app/.venv/pyvenv.cfg", b"=\n" * 4_000_000),
    "a path file": (f"{SITE}/a.pth", b"/\n" * 4_000_000),
    "top levels": (f"{SITE}/flask-3.dist-info/top_level.txt", b"a\n" * 4_000_000),
    "a shebang": ("app/.venv/bin/x", b"#!" + b"/" * 60_000),
}


@pytest.mark.parametrize("name", CASES)
def test_contents_that_are_made_to_hang(name: str, tmp_path: Path) -> None:
    path, data = CASES[name]
    layer = make.layer(*VENV, make.file(path, data, 0o755 if "/bin/" in path else 0o644))
    image = make.archive(tmp_path / "image.tar", [layer])
    report, _ = read_image(Target("archive", str(image)), None, on_event=ignore)  # in its own deadline
    assert report.files.find(b"/" + path.encode()) is not None
