"""Random damage to what strangers hand over: it is read, or told of by an error of ours, never more.

In CI each area gets a few hundred inputs by fixed seeds. For an hour or a night:
``UVDIVE_FUZZ_EXAMPLES=100000 uv run pytest tests/fuzz -k tar`` (other seeds each time).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import layers as make
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import Layout
from samples import sample_report

from uvdive.base import toml
from uvdive.base.deadline import deadline
from uvdive.base.errors import UvdiveError
from uvdive.base.progress import ignore
from uvdive.base.secret_words import redact
from uvdive.dockerfile.ignore import Ignored
from uvdive.dockerfile.patterns import cut, replaced
from uvdive.dockerfile.shelltree import read
from uvdive.dockerfile.syntax import parse, render
from uvdive.image.reference import Target
from uvdive.ledger.saved import report_file
from uvdive.rewrite.planner import plan
from uvdive.session.reading import read_image

EXAMPLES = int(os.environ.get("UVDIVE_FUZZ_EXAMPLES", "100"))
SECONDS = 20
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="UVDIVE_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)

LAYER = make.layer(
    make.file("etc/os-release", b"ID=debian\n"),
    make.file("var/lib/dpkg/status", b"Package: a\nStatus: install ok installed\nVersion: 1\n\n"),
    make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\n"),
    make.file("app/.venv/lib/python3.13/site-packages/a-1.dist-info/RECORD", b"a.py,,\n"),
    make.file("app/uv.lock", b'version = 1\n[[package]]\nname = "a"\n'),
    make.symlink("app/.venv/bin/python", "/usr/bin/python3"),
    make.whiteout("srv/x"),
    make.file("app/" + "n" * 150, b"x"),
)
damages = st.lists(
    st.tuples(st.integers(0, len(LAYER) - 1), st.one_of(st.binary(max_size=12), st.just(b"\xff" * 8))),
    max_size=6,
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def quietly(work: Callable[[], object]) -> None:
    """It ends in time, and raises nothing but errors with words for people."""
    with contextlib.suppress(UvdiveError), deadline(SECONDS):
        work()


def opened(path: Path, kind: Any = "archive") -> None:
    quietly(lambda: read_image(Target(kind, str(path)), None, on_event=ignore))


def damaged(data: bytes, places: list[tuple[int, bytes]]) -> bytes:
    for at, piece in places:
        data = data[:at] + piece + data[at + len(piece) :]
    return data


@fuzz
@given(damages, st.booleans(), st.integers(0, len(LAYER)))
def test_fuzz_tar(places: list[tuple[int, bytes]], packed: bool, end: int) -> None:
    layer = damaged(LAYER, places)[: end or None]
    with tempfile.TemporaryDirectory() as folder:
        opened(make.archive(Path(folder) / "image.tar", [layer, LAYER], compress=packed))


@fuzz
@given(st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=8)), max_size=6))
def test_fuzz_archive(places: list[tuple[int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = make.archive(Path(folder) / "image.tar", [LAYER])
        path.write_bytes(damaged(path.read_bytes(), places))
        opened(path)


@fuzz
@given(values, st.sampled_from(["index", "manifest", "config", "platform", "layers", "history"]))
def test_fuzz_oci(value: Any, where: str) -> None:
    layout = Layout()
    diff = "sha256:" + hashlib.sha256(LAYER).hexdigest()
    config: Any = {"rootfs": {"diff_ids": [diff]}, "history": value if where == "history" else []}
    manifest: Any = {
        "config": layout.add(json.dumps(value if where == "config" else config).encode()),
        "layers": value if where == "layers" else [layout.add(LAYER)],
    }
    entry = layout.add(json.dumps(value if where == "manifest" else manifest).encode())
    if where == "platform":
        entry["platform"] = value
    with tempfile.TemporaryDirectory() as folder:
        path = layout.folder(Path(folder), entry)
        if where == "index":
            (path / "index.json").write_text(json.dumps(value))
        opened(path, "oci")


SAVED = report_file.dump(sample_report())


@fuzz
@given(st.lists(st.tuples(st.integers(0, len(SAVED)), st.binary(max_size=8)), max_size=6))
def test_fuzz_saved(places: list[tuple[int, bytes]]) -> None:
    quietly(lambda: report_file.load(damaged(SAVED, places)))


PIECES = st.sampled_from(
    (
        *("FROM a AS b\n", "RUN uv sync\n", "RUN <<E\nx\nE\n", "ENV A=$B ", "${A:-", "}", '["', '"]', "\\\n"),
        *("COPY --from=b / /\n", "# escape=`\n", "ARG A\n", "CMD uv run x\n", "'", '"', "$(", ")", "&&", ";"),
        *("\ud800", "\0", "é", "\ufeff", "--mount=type=cache,target=/x ", "ONBUILD ", "HEALTHCHECK CMD x\n"),
        *("ENTRYPOINT []\n", "WORKDIR $A/..\n", "SHELL []\n", "COPY uv.lock ./\n", "USER 1:1\n", " ", "\n"),
    )
)


@fuzz
@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_fuzz_dockerfile(text: str) -> None:
    def work() -> None:
        assert render(parse(text)) == text
        plan(
            f"FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\n{text}", None, lambda _: None
        )

    quietly(work)


@fuzz
@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_fuzz_shell_and_secrets(text: str) -> None:
    quietly(lambda: (read(text), redact(text)))


@fuzz
@given(
    st.lists(
        st.sampled_from(("[", "]", "a", ".", "=", '"', "'", '"""', "\n", "{", "}", ",", "1", "#")),
        max_size=80,
    )
)
def test_fuzz_toml(pieces: list[str]) -> None:
    with contextlib.suppress(toml.TomlError):
        toml.loads("".join(pieces))


WILD = st.text("ab*?\\", max_size=8)


@fuzz
@given(st.text("ab", max_size=12), WILD, st.sampled_from(["#", "##", "%", "%%"]))
def test_fuzz_patterns_cut_a_beginning_or_an_end(value: str, pattern: str, operator: str) -> None:
    found = cut(value, operator, pattern)
    assert value.endswith(found) if operator[0] == "#" else value.startswith(found)
    assert replaced(value, "//", "", "x") == value


@fuzz
@given(st.lists(st.text("ab*/?!.[]", max_size=12), max_size=6).map("\n".join), st.text("ab/", max_size=20))
def test_fuzz_ignore(text: str, path: str) -> None:
    quietly(lambda: path in Ignored.read(text))
