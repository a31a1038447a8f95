"""What is said about layers: removals that free nothing, chown -R, apt's lists, build tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

STATUS = b"Package: libc6\nStatus: install ok installed\nVersion: 2.41\n\n"


def packages(*rows: tuple[str, str, str, int]) -> hand.Files:
    """OS packages of one `apt-get install`: name, section, file and its size."""
    status = STATUS + b"".join(
        f"Package: {name}\nStatus: install ok installed\nSection: {section}\nVersion: 1\n\n".encode()
        for name, section, _, _ in rows
    )
    return [
        make.file("var/lib/dpkg/status", status),
        *(make.file(f"var/lib/dpkg/info/{name}.list", f"/{path}\n".encode()) for name, _, path, _ in rows),
        *(make.file(path, make.content(size, name), 0o755) for name, _, path, size in rows),
    ]


def test_a_removal_in_a_later_layer(tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nRUN make data\nRUN rm -rf /data"
    report = hand.image(
        tmp_path, dockerfile, [make.file("data/a", bytes(2_000_000))], [make.whiteout("data")]
    )
    finding = hand.found(report, "deleted-later")
    assert (finding.bytes, finding.line, finding.severity) == (2_000_000, 3, "medium")
    assert finding.paths == ("/data/a",)
    assert "rm -rf /data" in finding.title


@pytest.mark.parametrize(
    ("layers", "command"),
    [
        (([make.file("data/a", bytes(2_000_000))], [make.file("data/a", bytes(1))]), "echo > /data/a"),
        (([make.file("data/a", bytes(2_000))], [make.whiteout("data")]), "rm -rf /data"),
    ],
    ids=["new content", "a trifle"],
)
def test_what_is_no_removal_worth_a_word(
    layers: tuple[hand.Files, hand.Files], command: str, tmp_path: Path
) -> None:
    report = hand.image(tmp_path, f"FROM python:3.13-slim\nRUN make data\nRUN {command}", *layers)
    assert report.findings == ()


def test_an_upgrade_that_replaces_the_bases_files_is_no_removal_that_was_to_save(tmp_path: Path) -> None:
    base = [*hand.BASE, make.file("usr/share/old", bytes(500_000))]
    gone = [make.whiteout("usr/share/old")]
    for command, expected in (("apt-get upgrade -y", set()), ("rm -r /usr/share/old", {"deleted-later"})):
        report = hand.image(tmp_path, f"FROM python:3.13-slim\nRUN {command}", gone, base=base)
        assert hand.ids(report) == expected


@pytest.mark.parametrize("command", ["chown -R app /app", "chmod -R a+r /app"])
def test_a_change_of_owner_or_mode_doubles_the_files(command: str, tmp_path: Path) -> None:
    before = [make.file("app/model", make.content(3_000_000, "m"))]
    after = [make.file("app/model", make.content(3_000_000, "m"), 0o600, uid=1000)]
    dockerfile = f"FROM python:3.13-slim\nCOPY model /app/\nRUN {command}"
    finding = hand.found(hand.image(tmp_path, dockerfile, before, after), "rewritten-later")
    assert (finding.bytes, finding.line) == (3_000_000, 3)
    assert command in finding.title
    assert "--chown" in finding.advice


def test_files_that_are_copied_twice(tmp_path: Path) -> None:
    model = [make.file("app/model", make.content(3_000_000, "m"))]
    report = hand.image(tmp_path, "FROM python:3.13-slim\nCOPY model /app/\nCOPY . /app", model, model)
    finding = hand.found(report, "rewritten-later")
    assert (finding.bytes, finding.line) == (3_000_000, 3)
    assert "chown" not in finding.advice


def test_new_content_is_no_doubling(tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nCOPY model /app/\nCOPY better/model /app/"
    layers = [[make.file("app/model", make.content(3_000_000, seed))] for seed in "ab"]
    assert hand.image(tmp_path, dockerfile, *layers).findings == ()


def test_what_package_managers_write_anew_is_nobodys_mistake(tmp_path: Path) -> None:
    state = make.file("var/cache/debconf/templates.dat", bytes(800_000))
    report = hand.image(
        tmp_path, "FROM debian:trixie-slim\nRUN apt-get install x", [state], base=[*hand.BASE, state]
    )
    assert report.findings == ()


def test_what_happened_in_the_base_is_not_the_authors(tmp_path: Path) -> None:
    layers = [
        make.layer(*hand.BASE, make.file("data/a", bytes(2_000_000))),
        make.layer(make.whiteout("data")),
        make.layer(make.file("app/a", b"1")),
    ]
    path = make.archive(
        tmp_path / "i.tar",
        layers,
        commands=["RUN x", "RUN rm -rf /data", {"created_by": "CMD sh", "empty_layer": True}, "COPY a /app"],
    )
    report = hand.read(path)
    assert [layer.base for layer in report.layers] == [True, True, False]
    assert report.totals.dead_bytes == 2_000_000
    assert report.findings == ()


def test_apts_lists(tmp_path: Path) -> None:
    lists = [
        make.file(
            "var/lib/apt/lists/mirror.example_dists_trixie_main_binary-amd64_Packages.lz4", bytes(1_500_000)
        ),
        make.file("var/lib/apt/lists/mirror.example_dists_trixie_InRelease", bytes(200_000)),
        make.file("var/cache/apt/pkgcache.bin", bytes(300_000)),
        make.file("var/cache/apt/archives/x_1_amd64.deb", bytes(50_000)),
    ]
    report = hand.image(tmp_path, "FROM debian:trixie-slim\nRUN apt-get update", lists)
    finding = hand.found(report, "apt-lists-in-image")
    assert (finding.bytes, finding.line) == (1_850_000, 2)
    assert finding.paths == ("/var/cache/apt", "/var/cache/apt/archives", "/var/lib/apt/lists")


def test_apts_lists_of_the_base_or_removed_ones(tmp_path: Path) -> None:
    lists = make.file("var/lib/apt/lists/x_Packages.lz4", bytes(1_500_000))
    of_base = hand.image(
        tmp_path, "FROM debian:trixie-slim\nCOPY a /a", [make.file("a", b"1")], base=[*hand.BASE, lists]
    )
    assert of_base.findings == ()
    dockerfile = "FROM debian:trixie-slim\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*"
    removed = hand.image(tmp_path, dockerfile, [lists], [make.whiteout("var/lib/apt/lists/x_Packages.lz4")])
    assert hand.ids(removed) == {"deleted-later"}


TOOLS = packages(
    ("gcc-14", "devel", "usr/bin/gcc-14", 900_000),
    ("make", "devel", "usr/bin/make", 200_000),
    ("libpq-dev", "libdevel", "usr/include/libpq-fe.h", 60_000),
    ("libpq5", "libs", "usr/lib/libpq.so.5", 300_000),
)


def test_build_tools_and_headers_left_in(tmp_path: Path) -> None:
    report = hand.image(tmp_path, "FROM python:3.13-slim\nRUN apt-get install -y gcc make libpq-dev", TOOLS)
    tools, headers = hand.found(report, "build-tools-in-image"), hand.found(report, "dev-packages-in-image")
    assert tools.paths == ("gcc-14", "make")
    assert 1_100_000 <= tools.bytes < 1_100_200, "the files and their lists"
    assert headers.paths == ("libpq-dev",)
    assert tools.line == headers.line == 2


def test_build_tools_that_are_the_bases_or_gone(tmp_path: Path) -> None:
    only_copy = hand.image(
        tmp_path, "FROM python:3.13\nCOPY a /a", [make.file("a", b"1")], base=[*hand.BASE, *TOOLS]
    )
    assert only_copy.findings == ()
    gone = [make.whiteout(path) for path in ("usr/bin/gcc-14", "usr/bin/make", "usr/include/libpq-fe.h")]
    gone += [make.whiteout(f"var/lib/dpkg/info/{name}.list") for name in ("gcc-14", "make", "libpq-dev")]
    dockerfile = "FROM python:3.13-slim\nRUN apt-get install -y gcc\nRUN apt-get purge -y gcc"
    assert hand.ids(hand.image(tmp_path, dockerfile, TOOLS, gone)) == {"deleted-later"}


def test_libraries_and_programs_that_run_are_none(tmp_path: Path) -> None:
    entries = packages(
        ("libpq5", "libs", "usr/lib/libpq.so.5", 300_000),
        ("curl", "web", "usr/bin/curl", 300_000),
        ("ffmpeg", "video", "usr/bin/ffmpeg", 300_000),
    )
    assert hand.image(tmp_path, "FROM python:3.13-slim\nRUN apt-get install -y curl", entries).findings == ()


@pytest.mark.parametrize(("linked", "expected"), [(False, {"deleted-later"}), (True, set())])
def test_removing_a_cache_frees_nothing_but_linked_files_cost_nothing_either(
    linked: bool, expected: set[str], tmp_path: Path
) -> None:
    module = {"flask/app.py": 400_000}
    cached = "root/.cache/uv/archive-v0/x/flask/app.py"
    site = "app/.venv/lib/python3.13/site-packages/flask/app.py"
    files = hand.venv("app/.venv", ("flask", module))
    files.append(make.hard_link(cached, site) if linked else make.file(cached, bytes(400_000)))
    dockerfile = "FROM python:3.13-slim\nRUN uv sync\nRUN rm -rf /root/.cache"
    report = hand.image(tmp_path, dockerfile, files, [make.whiteout("root/.cache")])
    assert hand.ids(report) == expected
    assert report.totals.dead_bytes == (0 if linked else 400_000)


def test_the_costliest_come_first_then_the_gravest(tmp_path: Path) -> None:
    entries = [
        *hand.venv("app/.venv", ("flask", {"flask/app.py": 1}), python="/gone/python"),
        make.file("app/.git/HEAD", bytes(2_000)),
        make.file("app/.env", bytes(100)),
    ]
    dockerfile = "FROM ghcr.io/astral-sh/uv:latest AS uv\nFROM python:3.13-slim\nCOPY --from=uv /app /app"
    report = hand.image(tmp_path, dockerfile, entries)
    assert [finding.id for finding in report.findings] == [
        "git-folder-in-image",
        "secrets-in-image",
        "interpreter-dangling",
        "uv-tag-unpinned",
    ]


def test_debians_pip_is_a_build_tool_and_its_headers_are_headers(tmp_path: Path) -> None:
    entries = packages(
        ("python3-pip", "python", "usr/lib/python3/dist-packages/pip/__init__.py", 300_000),
        ("libpython3-dev", "libdevel", "usr/include/python3.13/Python.h", 60_000),
        ("python3-yaml", "python", "usr/lib/python3/dist-packages/yaml/__init__.py", 300_000),
    )
    report = hand.image(tmp_path, "FROM debian:trixie-slim\nRUN apt-get install -y python3-pip", entries)
    assert hand.found(report, "build-tools-in-image").paths == ("python3-pip",)
    assert hand.found(report, "dev-packages-in-image").paths == ("libpython3-dev",)
    of_base = hand.image(
        tmp_path, "FROM debian:trixie\nCOPY a /a", [make.file("a", b"1")], base=[*hand.BASE, *entries]
    )
    assert of_base.findings == ()


def test_tools_that_apps_call_too_are_none(tmp_path: Path) -> None:
    entries = packages(
        ("git", "vcs", "usr/bin/git", 900_000),
        ("gdb", "devel", "usr/bin/gdb", 900_000),
        ("openjdk-21-jdk-headless", "java", "usr/bin/javac", 900_000),
    )
    assert hand.image(tmp_path, "FROM python:3.13-slim\nRUN apt-get install -y git", entries).findings == ()
