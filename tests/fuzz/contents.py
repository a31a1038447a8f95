"""Fuzzers of what files in an image say: databases of packages, RECORDs, caches of uv, users, libraries."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import images
from cases import Area, Case
from hypothesis import strategies as st
from made_images import layers as make
from made_images.elves import elf

SITE = "app/.venv/lib/python3.13/site-packages"
PLACES: dict[str, tuple[str, ...]] = {
    "status": ("var/lib/dpkg/status", "var/lib/dpkg/status.d/one"),
    "list": ("var/lib/dpkg/info/one.list", "var/lib/dpkg/info/two:amd64.list"),
    "diversions": ("var/lib/dpkg/diversions",),
    "apk": ("lib/apk/db/installed", "usr/lib/apk/db/installed"),
    "rpm": ("var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"),
    "record": (f"{SITE}/flask-3.dist-info/RECORD", f"{SITE}/click-8.dist-info/RECORD"),
    "metadata": (f"{SITE}/old-1.egg-info/PKG-INFO", f"{SITE}/flask-3.dist-info/METADATA"),
    "url": (f"{SITE}/flask-3.dist-info/direct_url.json",),
    "top": (f"{SITE}/flask-3.dist-info/top_level.txt", f"{SITE}/old-1.egg-info/installed-files.txt"),
    "path": (f"{SITE}/a.pth", f"{SITE}/b.egg-link"),
    "finder": (f"{SITE}/__editable___a_1_finder.py",),
    "lock": ("app/uv.lock", "srv/uv.lock"),
    "project": ("app/pyproject.toml", "srv/pyproject.toml"),
    "venv": ("app/.venv/pyvenv.cfg", "opt/tools/ruff/pyvenv.cfg"),
    "users": ("etc/passwd",),
    "groups": ("etc/group",),
    "release": ("etc/os-release", "usr/lib/os-release"),
    "conda": ("opt/conda/conda-meta/a-1.json",),
    "script": ("app/.venv/bin/flask", "app/start.sh"),
    "version": ("app/.python-version", "usr/include/python3.13/patchlevel.h"),
    "library": (f"{SITE}/flask/_speed.so", "usr/lib/libx.so.1"),
    "cache": ("root/.cache/uv/archive-v0/x/flask-3.dist-info/RECORD", "root/.cache/uv/CACHEDIR.TAG"),
}
"""Where each kind of text may lie."""


def texts(*lines: str, ends: str = "\n") -> st.SearchStrategy[bytes]:
    """A few of these lines, some with a word more."""
    words = st.sampled_from(("", "one", "flask", "../..", "/usr/lib/x", "a,b", "é", " ", "0" * 30))
    one = st.builds(lambda line, word: line.replace("{}", word), st.sampled_from(lines), words)
    return st.lists(one, max_size=10).map(lambda some: ends.join(some).encode())


def _rpm_header(values: dict[int, tuple[int, list[bytes] | list[int]]]) -> bytes:
    store, index = b"", b""
    for tag, (kind, items) in values.items():
        offset = len(store)
        store += b"".join(
            struct.pack(">i", item) if isinstance(item, int) else item + b"\0" for item in items
        )
        index += struct.pack(">iIii", tag, kind, offset, len(items))
    return struct.pack(">II", len(values), len(store)) + index + store


def rpmdb(headers: list[bytes], folder: Path | None = None) -> bytes:
    """The bytes of a ``rpmdb.sqlite`` with these headers."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
        connection.commit()
        return connection.serialize()


def header_of(name: bytes, files: int) -> bytes:
    """A package's header with so many files."""
    names: list[bytes | int] = [b"%s%d" % (name, number) for number in range(files)]
    values = {
        1000: (6, [name]),
        1001: (6, [b"1"]),
        1116: (4, [0] * files),
        1117: (8, names),
        1118: (8, [b"/usr/lib/"]),
    }
    return _rpm_header(values)  # type: ignore[arg-type]


names = st.sampled_from((b"bash", b"glibc", b"", b"\xff", b"a" * 300))
headers = st.builds(
    _rpm_header,
    st.fixed_dictionaries(
        {1000: st.tuples(st.just(6), st.lists(names, min_size=1, max_size=1))},
        optional={
            1001: st.tuples(st.sampled_from((6, 4, 9)), st.lists(names, max_size=1)),
            1003: st.tuples(st.just(4), st.lists(st.integers(-(2**31), 2**31 - 1), max_size=2)),
            1116: st.tuples(st.just(4), st.lists(st.integers(-2, 3), max_size=3)),
            1117: st.tuples(st.just(8), st.lists(names, max_size=3)),
            1118: st.tuples(st.just(8), st.lists(st.just(b"/usr/bin/"), max_size=2)),
        },
    ),
)
jsons = images.plain.map(lambda value: json.dumps(value).encode())
MADE: dict[str, st.SearchStrategy[bytes]] = {
    "status": texts(
        "Package: one",
        "Package: {}",
        "Status: install ok installed",
        "Version: {}",
        "Section: {}",
        "Depends: a (>= 1) | {}, b:any",
        "Provides: {}",
        " more",
        "",
        "",
    ),
    "list": texts("/.", "/usr/lib/{}", "/usr/lib/libx.so.1", "{}", "/app/start.sh", ""),
    "diversions": texts("/bin/sh", "/bin/sh.distrib", ":", "one", "{}"),
    "apk": texts(
        "P:one", "P:{}", "V:{}", "F:usr/lib", "F:{}", "R:libx.so.1", "R:{}", "D:so:{} !b a<1", "p:so:{}=1", ""
    ),
    "rpm": st.lists(headers, max_size=3).map(rpmdb),
    "record": texts(
        "flask/__init__.py,sha256=x,1",
        "flask/{},,",
        '"flask/a,b.py",,',
        "../../../bin/flask,,",
        "{}",
        '"',
        '""",,',
        "/usr/lib/{},,",
        "../../../../../../{},,",
    ),
    "metadata": texts(
        "Metadata-Version: 2.1", "Name: {}", "Version: {}", "Requires-Dist: {}", "", " x", "{}"
    ),
    "url": jsons
    | texts('{"url": "file:///app", "dir_info": {"editable": true}}', '{"url": "{}", "vcs_info": {}}'),
    "top": texts("flask", "{}", "../{}", "flask/__init__.py"),
    "path": texts("/app/src", "{}", "import {}", "./x", "../.."),
    "finder": texts(
        "MAPPING: dict[str, str] = {'a': '/app/a'}",
        "MAPPING = {",
        "'{}': '/app'",
        "}",
        "{}",
        "NAMESPACES = {}",
    ),
    "lock": texts(
        "version = 1",
        "[[package]]",
        'name = "flask"',
        'version = "{}"',
        'name = "{}"',
        "[manifest]",
        'source = { registry = "https://x" }',
        'source = { editable = "." }',
        'members = ["{}"]',
        "[package.dev-dependencies]",
        'dev = [{ name = "{}", marker = "{}" }]',
        'dependencies = [{ name = "click", extra = ["{}"] }]',
        'wheels = [{ url = "https://x/a-1-cp313-cp313-{}.whl" }]',
        "[package.optional-dependencies]",
        "[package.metadata]",
    ),
    "project": texts(
        "[project]",
        'name = "{}"',
        'dependencies = ["{}"]',
        "[tool.uv]",
        "package = false",
        "[project.scripts]",
        'flask = "flask:{}"',
        "[tool.uv.workspace]",
        'members = ["{}"]',
        "[build-system]",
        "[dependency-groups]",
        'dev = ["{}", {include-group = "dev"}]',
        'requires-python = "{}"',
    ),
    "venv": texts(
        "home = /usr/bin",
        "home = {}",
        "uv = {}",
        "version_info = 3.13.{}",
        "version = {}",
        "prompt = {}",
        "=",
    ),
    "users": texts(
        "root:x:0:0:root:/root:/bin/sh", "{}:x:1:1::/home/{}:", "app:x:{}:1000::/app:/bin/sh", ":::::::"
    ),
    "groups": texts("root:x:0:", "{}:x:{}:a,b", "app:x:1000:{}", "::"),
    "release": texts(
        "ID=debian", "ID={}", 'VERSION_ID="{}"', "VERSION_CODENAME='{}'", "PRETTY_NAME={}", "=", "#"
    ),
    "conda": jsons | texts('{"name": "{}", "version": "1", "files": ["lib/{}"]}'),
    "script": texts(
        "#!/app/.venv/bin/python",
        "#!/usr/bin/env {}",
        "from flask import {}",
        "exec uv run {}",
        "#!",
        "set -e",
    ),
    "version": texts("3.13", "{}", '#define PY_VERSION "{}"', '#define PYPY_VERSION "7"', "cpython@{}"),
    "library": st.one_of(
        st.just(elf("libx.so.1")), st.binary(max_size=200).map(lambda data: b"\x7fELF\x02\x01\x01" + data)
    ),
    "cache": texts("flask/__init__.py,,", "{}", "Signature: 8a477f597d28d172789f06886806bc55"),
}

INTERPRETER = make.file("usr/bin/python3.13", bytes(30), 0o755)
LINK = make.symlink("app/.venv/bin/python", "/usr/bin/python3.13")


def check(case: Case, folder: Path) -> None:
    """An image of two layers: all texts but the last, then the last, and the first one gone."""
    files = [(place, data) for place, data in case.items() if place in ALL]
    first = [make.file(place, data, 0o755 if "/bin/" in place else 0o644) for place, data in files]
    gone = [make.whiteout(files[0][0])] if len(files) > 2 else []
    layers = [make.layer(INTERPRETER, LINK, *first[:-1]), make.layer(*first[-1:], *gone)]
    images.read(
        make.archive(folder / "image.tar", layers, commands=["RUN apt-get install one", "RUN uv sync"])
    )


ALL = frozenset(place for places in PLACES.values() for place in places)


@st.composite
def made(draw: st.DrawFn) -> Case:
    """Up to six files of any kinds."""
    case: Case = {}
    for kind in draw(st.lists(st.sampled_from(sorted(PLACES)), min_size=1, max_size=6)):
        case[draw(st.sampled_from(PLACES[kind]))] = draw(MADE[kind])
    return case


WORDS = (
    *(
        b"Package: ",
        b"Version: ",
        b"\n\n",
        b"P:",
        b"F:",
        b"R:",
        b",,",
        b'"',
        b"/",
        b"../",
        b"MAPPING = {",
        b"[[package]]",
    ),
    *(
        b"name = ",
        b"'",
        b"[",
        b"]",
        b"{",
        b"}",
        b":",
        b"=",
        b"#!",
        b"SQLite format 3\0",
        b"\x7fELF",
        b"file://",
        b"\n",
    ),
)
AREAS = (Area("contents", made(), check, WORDS),)
