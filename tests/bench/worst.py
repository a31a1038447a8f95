"""What the worst inputs of up to 4 MB cost: each is read by uvdive in a process of its own.

    uv run python tests/bench/worst.py [NAME...]     print the table
    uv run python tests/bench/worst.py --write       and put it into docs/measurements.md

Each input is made on the fly, of one kind of thing again and again, up to 4 MB (packed, where it is
packed) or to the bound at which it is refused. Measured is the whole of ``uvdive FILE --report`` or
``uvdive rewrite --static FOLDER``: time of the clock and of the processor, and the peak of the largest
of its processes (wait4). Nothing is asserted; what is promised stands in SECURITY.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "fuzz"), str(ROOT)]

import contents
import kept
import table
from made_images import layers as make
from made_images.layouts import Layout
from made_images.odd_tars import extended, file, header, record

SIZE = 4_000_000
SITE = "app/.venv/lib/python3.13/site-packages"
HEAD = "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/uv\nWORKDIR /app\nCOPY . .\n"
WHOLE = HEAD + "RUN uv sync\n{}\n" + 'CMD ["uv","run","app.py"]\n'
PROJECT = '[project]\nname = "x"\nversion = "1"\n'

Made = Callable[[Path], Path]
"""Writes an input into a folder; what uvdive is to read."""


def lines(text: str | bytes, size: int = SIZE) -> bytes:
    """A text with ``{}`` for a number, again and again."""
    plain = text.encode() if isinstance(text, str) else text
    pieces, length, number = [], 0, 0
    while length < size:
        pieces.append(plain.replace(b"{}", b"%d" % number))
        length, number = length + len(pieces[-1]), number + 1
    return b"".join(pieces)


def packed(layer: bytes, times: int = 1) -> Made:
    """A packed layer in a layout, listed so many times."""

    def made(folder: Path) -> Path:
        layout = Layout()
        return layout.archive(folder / "image.tar", layout.image([layer] * times))

    return made


def holding(**texts: bytes | str) -> Made:
    """An image with an environment, whose files of these kinds hold these texts."""

    def made(folder: Path) -> Path:
        files = [
            make.file(contents.PLACES[kind][0], data if isinstance(data, bytes) else data.encode())
            for kind, data in texts.items()
        ]
        first = [contents.INTERPRETER, contents.LINK, make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\n")]
        return make.archive(folder / "image.tar", [make.layer(*first, *files)], commands=["RUN x"])

    return made


def project(text: str, **files: str) -> Made:
    """A Dockerfile and the files beside it (``__`` for a dot, ``_in_`` for a slash)."""

    def made(folder: Path) -> Path:
        for name, content in {"pyproject__toml": PROJECT, "Dockerfile": text, **files}.items():
            path = folder / name.replace("__", ".")
            path.write_text(content)
        return folder

    return made


def members(count: int, name: Callable[[int], bytes], flag: bytes = b"0", link: bytes = b"") -> bytes:
    """A tar of empty members."""
    return b"".join(header(name(number), flag, link=link) for number in range(count)) + bytes(1024)


def distributions(count: int) -> Made:
    """Many small distributions in one environment, in a packed layer."""
    first = [contents.INTERPRETER, contents.LINK, make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\n")]
    files = [make.file(f"{SITE}/a{n}-1.dist-info/RECORD", b"a%d.py,,\n" % n) for n in range(count)]
    return packed(make.layer(*first, *files))


def of_layers(count: int) -> Made:
    """Many layers, each with a link more to one file."""

    def made(folder: Path) -> Path:
        tars = [make.layer(make.file("a", b"x"))]
        tars += [
            make.layer(make.hard_link(f"l{number}", "a"), make.file(f"l{number - 1}", b"y"))
            for number in range(1, count)
        ]
        return make.archive(folder / "image.tar", tars)

    return made


def saved(folder: Path) -> Path:
    """A saved report that unpacks to as much as is read."""
    case = {**kept.SAMPLE, "columns": kept.SAMPLE["columns"] + bytes(60 << 20)}
    path = folder / "x.uvdive"
    path.write_bytes(kept.together(case))
    return path


def nested(folder: Path) -> Path:
    """Indexes in indexes."""
    layout = Layout()
    below = layout.image([make.layer(make.file("a", b"x"))])
    for _ in range(7):
        below = layout.index(*[below] * 10)
    return layout.folder(folder / "layout", below)


def context(folder: Path) -> Path:
    """Many files beside a Dockerfile, and an ignore file with many patterns."""
    project(WHOLE.format("COPY *.py /x/"), __dockerignore=lines("**/a{}*b?\n!c{}\n", 250_000).decode())(
        folder
    )
    for number in range(5_000):
        (folder / f"f{number}.py").write_text("uv run x\n" * 50)
    return folder


def services(folder: Path) -> Path:
    """A compose file with as many values as are read, and an .env of a million bytes."""
    text = "services:\n" + lines("  a{}: {build: ., command: uv run x, extends: a}\n", 900_000).decode()
    project(WHOLE.format(""), compose__yaml=text, __env=lines("A{}=$A1$B{}\n", 1_000_000).decode())(folder)
    return folder / "compose.yaml:a7"


MIB = 1_000_000
INPUTS: dict[str, Made] = {
    "400,000 files in a packed layer": packed(members(400_000, lambda n: b"%x/%x" % (n % 999, n))),
    "400,000 whiteouts": packed(members(400_000, lambda n: b"%x/.wh.%x" % (n % 999, n))),
    "400,000 hard links to one file": packed(
        file(b"a", b"x", b"0", b"\0") + members(400_000, lambda n: b"l%x" % n, b"1", b"a")
    ),
    "one layer of 5,000 files, listed 90 times": packed(members(5_000, lambda n: b"%x" % n), 90),
    "500 layers with links": of_layers(500),
    "names of 4,000 bytes": packed(
        b"".join(extended(b"L", b"%05d/" % n + b"ab/" * 1300) + header(b"a") for n in range(800))
        + bytes(1024)
    ),
    "global headers of a tar": packed(
        b"".join(extended(b"g", record(b"k%d" % n, b"v" * 40)) + header(b"f%d" % n) for n in range(30_000))
        + bytes(1024)
    ),
    "indexes in indexes": nested,
    "dpkg's status": holding(
        status=lines("Package: a{}\nStatus: install ok installed\nVersion: 1\nDepends: a1\n\n"),
        list=lines("/usr/lib/a{}\n"),
    ),
    "apk's database": holding(apk=lines("P:a{}\nV:1\nF:usr/lib\nR:x{}\n\n")),
    "rpm's database": holding(rpm=contents.rpmdb([contents.header_of(b"p%d" % n, 40) for n in range(2_500)])),
    "a RECORD": holding(record=lines("a/b{}.py,sha256=x,1\n")),
    "20,000 distributions": distributions(20_000),
    "a uv.lock": holding(
        lock="version = 1\n"
        + lines(
            '[[package]]\nname = "a{}"\nversion = "1"\nsource = { registry = "x" }\n'
            'dependencies = [{ name = "a1" }]\n'
        ).decode()
    ),
    "a uv.lock of one name": holding(
        lock="version = 1\n"
        + lines('[[package]]\nname = "a"\nversion = "{}"\nsource = { registry = "x" }\n').decode()
    ),
    "users": holding(users=lines("u{}:x:{}:1::/home/u{}:\n"), groups=lines("g{}:x:{}:a,b,c\n")),
    "a saved report": saved,
    "1,900 RUNs": project(WHOLE.format("RUN uv sync && a b\n" * 1900)),
    "one RUN of 1 MB": project(
        WHOLE.format("RUN " + " && ".join(["uv sync --a --b"] * 60_000)[: MIB - 2000])
    ),
    "a heredoc of 1 MB": project(WHOLE.format("RUN <<EOF\n" + "uv pip install a b > c\n" * 40_000 + "EOF")),
    "1,900 ENVs": project(WHOLE.format("".join(f"ENV A{n}=$A{n - 1}b\n" for n in range(1, 1900)))),
    "1,900 COPYs": project(WHOLE.format("COPY a b\n" * 1900)),
    "5,000 files and an ignore file": context,
    "a compose file of 900 kB": services,
    "a start script of 64 kB": project(
        WHOLE.format('ENTRYPOINT ["./start.sh"]'), start__sh="#!/bin/sh\n" + "uv run a | b && c\n" * 3_500
    ),
    "a uv.lock of 4 MB beside": project(
        WHOLE.format(""),
        uv__lock="version = 1\n"
        + lines('[[package]]\nname = "a{}"\nversion = "1"\nsource = { registry = "x" }\n').decode(),
    ),
}


WATCH = """
import os, subprocess, sys
null = subprocess.DEVNULL
process = subprocess.Popen(sys.argv[1:], stdin=null, stdout=null, stderr=null)
_, status, used = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""In a small process of its own: a child's peak begins with what its parent held."""


@dataclass(frozen=True)
class Cost:
    """What a run came to: bytes in, exit code, seconds and bytes of memory."""

    size: int
    code: int
    wall: float
    processor: float
    peak: int


def size_of(path: Path) -> int:
    """The bytes of a file, or of all files of a folder."""
    real = Path(str(path).partition(":")[0])
    folder = real if real.is_dir() else real.parent
    return (
        real.stat().st_size
        if real.suffix in (".tar", ".uvdive")
        else sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    )


def cost(made: Made) -> Cost:
    """Make an input, and have uvdive read it."""
    with tempfile.TemporaryDirectory() as name:
        path = made(Path(name))
        is_image = path.suffix in (".tar", ".uvdive") or path.name == "layout"
        command = [sys.executable, "-m", "uvdive"]
        command += [str(path), "--report"] if is_image else ["rewrite", "--static", str(path)]
        start = time.monotonic()
        environ = {**os.environ, "XDG_CACHE_HOME": name + "/.cache", "XDG_STATE_HOME": name + "/.state"}
        watched = [sys.executable, "-c", WATCH, *command]
        done = subprocess.run(watched, capture_output=True, check=True, env=environ)
        wall = time.monotonic() - start
        code, processor, peak = done.stdout.split()
        return Cost(size_of(path), int(code), wall, float(processor), int(peak) * 1024)


def main() -> None:
    """Measure what is named, or all."""
    parser = argparse.ArgumentParser(description="What the worst inputs cost.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--write", action="store_true", help="put the table into docs/measurements.md")
    given = parser.parse_args()
    chosen = {name: made for name, made in INPUTS.items() if not given.names or name in given.names}
    rows = []
    for name, made in chosen.items():
        found = cost(made)
        rows.append((found, name))
        print(f"{name}: {found}", flush=True)
    rows.sort(key=lambda row: -row[0].processor)
    text = "\n".join(
        [
            f"On {table.machine()}; with other work beside it, so the clock's time tells less.",
            "",
            _table(rows),
        ]
    )
    if given.write:
        table.write("worst", text)
    print(text)


def _table(rows: list[tuple[Cost, str]]) -> str:
    """All rows, the most of the processor first."""
    return table.table(
        ("input", "bytes", "exit", "clock", "processor", "memory"),
        (
            (
                name,
                f"{each.size / 1e6:.2f} MB",
                str(each.code),
                f"{each.wall:.1f} s",
                f"{each.processor:.1f} s",
                f"{each.peak / 1e6:.0f} MB",
            )
            for each, name in rows
        ),
    )


if __name__ == "__main__":
    main()
