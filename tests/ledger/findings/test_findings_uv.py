"""What is said about uv: the binary, its cache, mounts that miss, and tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

UV = make.file("usr/local/bin/uv", bytes(400_000), 0o755)
UVX = make.file("usr/local/bin/uvx", bytes(150_000), 0o755)
CACHE = "root/.cache/uv/archive-v0/x/flask"
FLASK = {"flask/__init__.py": 90_000, "flask/app.py": 60_000}
VENV = hand.venv("app/.venv", ("flask", FLASK))


def linked() -> hand.Files:
    """An environment that is hard-linked to the cache, as uv makes it by default."""
    site = "app/.venv/lib/python3.13/site-packages"
    record = "flask/__init__.py,,\nflask/app.py,,\nflask-1.0.dist-info/RECORD,,\n"
    return [
        make.file(f"{CACHE}/__init__.py", bytes(90_000)),
        make.file(f"{CACHE}/app.py", bytes(60_000)),
        make.file("root/.cache/uv/wheels-v5/index", bytes(1_200)),
        make.hard_link(f"{site}/flask/__init__.py", f"{CACHE}/__init__.py"),
        make.hard_link(f"{site}/flask/app.py", f"{CACHE}/app.py"),
        make.file(f"{site}/flask-1.0.dist-info/RECORD", record.encode()),
        make.file("app/.venv/pyvenv.cfg", b"home = /usr/local/bin\n"),
        make.symlink("app/.venv/bin/python", hand.PYTHON),
    ]


COPIED = [
    *VENV,
    make.file(f"{CACHE}/__init__.py", bytes(90_000)),
    make.file(f"{CACHE}/app.py", bytes(60_000)),
]


def test_uv_left_in_the_image(tmp_path: Path) -> None:
    copy = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /bin/"
    dockerfile = f"FROM python:3.13-slim\n{copy}\nRUN uv sync --no-cache"
    report = hand.image(tmp_path, dockerfile, [UV, UVX], VENV)
    finding = hand.found(report, "uv-in-image")
    assert (finding.bytes, finding.line, finding.severity) == (550_000, 2, "low")
    assert finding.paths == ("/usr/local/bin/uv", "/usr/local/bin/uvx")


def test_uv_of_the_base_is_laid_to_from(tmp_path: Path) -> None:
    dockerfile = "FROM ghcr.io/astral-sh/uv:0.13.9-python3.13-trixie-slim\nRUN uv sync --no-cache"
    report = hand.image(tmp_path, dockerfile, VENV, base=[*hand.BASE, UV])
    assert hand.found(report, "uv-in-image").line == 1


def test_an_image_of_uv_is_no_finding(tmp_path: Path) -> None:
    dockerfile = 'FROM debian:trixie-slim\nCOPY uv /usr/local/bin/\nCMD ["/usr/local/bin/uv"]'
    assert hand.image(tmp_path, dockerfile, [UV], config={"Cmd": ["/usr/local/bin/uv"]}).findings == ()


def test_uv_that_was_removed_again_is_not_in_the_image(tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nCOPY uv /usr/local/bin/\nRUN rm /usr/local/bin/uv"
    report = hand.image(tmp_path, dockerfile, [UV], [make.whiteout("usr/local/bin/uv")])
    assert hand.ids(report) == {"deleted-later"}


def test_tools_that_uv_installed_are_not_uv(tmp_path: Path) -> None:
    tool = "root/.local/share/uv/tools/ruff"
    entries = [
        make.file(f"{tool}/pyvenv.cfg", b"uv = 1\n"),
        make.file(f"{tool}/bin/ruff", bytes(400_000), 0o755),
    ]
    assert hand.ids(hand.image(tmp_path, "FROM python:3.13-slim\nRUN uv tool install ruff", entries)) == set()


def test_the_caches_own_bytes_and_not_the_linked_ones(tmp_path: Path) -> None:
    report = hand.image(tmp_path, "FROM python:3.13-slim\nRUN uv sync", linked())
    assert hand.found(report, "uv-cache-in-image").bytes == 1_200
    assert "link-mode-copy" not in hand.ids(report)


def test_a_copied_cache_costs_all_of_it(tmp_path: Path) -> None:
    report = hand.image(tmp_path, "FROM python:3.13-slim\nRUN uv sync", COPIED)
    finding = hand.found(report, "uv-cache-in-image")
    assert (finding.bytes, finding.line) == (150_000, 2)
    assert hand.ids(report) == {"uv-cache-in-image"}, "nothing says that copies were asked for"


@pytest.mark.parametrize(
    ("dockerfile", "env"),
    [
        ("FROM python:3.13-slim\nENV UV_LINK_MODE=copy\nRUN uv sync", ["UV_LINK_MODE=copy"]),
        ("FROM python:3.13-slim\nRUN UV_LINK_MODE=copy uv sync", []),
        ("FROM python:3.13-slim\nRUN uv sync --link-mode=copy", []),
        ("FROM python:3.13-slim\nRUN uv sync --link-mode copy", []),
    ],
)
def test_link_mode_copy_without_a_mount(dockerfile: str, env: list[str], tmp_path: Path) -> None:
    report = hand.image(
        tmp_path, dockerfile, COPIED, config={"Env": [f"PATH={hand.PATH}", *env]}, known=False
    )
    assert hand.found(report, "link-mode-copy").bytes == 150_000


def test_link_mode_copy_with_a_mount_is_right(tmp_path: Path) -> None:
    dockerfile = (
        "FROM python:3.13-slim\nENV UV_LINK_MODE=copy\nRUN --mount=type=cache,target=/root/.cache/uv uv sync"
    )
    assert hand.image(tmp_path, dockerfile, VENV, config={"Env": ["UV_LINK_MODE=copy"]}).findings == ()


def mounted(lines: str, target: str, command: str = "uv sync") -> str:
    return f"FROM python:3.13-slim\n{lines}RUN --mount=type=cache,{target} {command}"


@pytest.mark.parametrize(
    ("lines", "target", "folder"),
    [
        ("USER app\n", "target=/root/.cache/uv", "/srv/app/.cache/uv"),
        ("USER 1000:1000\n", "target=/root/.cache/uv", "/srv/app/.cache/uv"),
        ("", "target=~/.cache/uv", "/root/.cache/uv"),
        ("", "dst=/app/.cache/uv", "/root/.cache/uv"),
        ("ENV UV_CACHE_DIR=/opt/uv-cache\n", "target=/root/.cache/uv", "/opt/uv-cache"),
        ("ENV XDG_CACHE_HOME=/xdg\n", "target=/root/.cache/uv", "/xdg/uv"),
        ("ENV HOME=/srv\n", "target=/root/.cache", "/srv/.cache/uv"),
        ("", "target=/root/.cache/pip", "/root/.cache/uv"),
        ("", "id=uv,target=/cache", "/root/.cache/uv"),
    ],
)
def test_a_mount_at_the_wrong_path(lines: str, target: str, folder: str, tmp_path: Path) -> None:
    cache = folder.lstrip("/")
    entries = [
        *VENV,
        make.file(f"{cache}/archive-v0/x/a.py", bytes(120_000)),
        make.file(f"{cache}/CACHEDIR.TAG", b"x"),
    ]
    name, _, value = lines.removeprefix("ENV ").strip().partition("=")
    env = [f"PATH={hand.PATH}", *([f"{name}={value}"] if lines.startswith("ENV") else [])]
    config = {"Env": env, **({"User": lines.split()[1]} if lines.startswith("USER") else {})}
    dockerfile = mounted(lines, target)
    finding = hand.found(hand.image(tmp_path, dockerfile, entries, config=config), "cache-mount-wrong-path")
    assert finding.bytes == 120_001
    assert finding.line == hand.first_line(dockerfile, "RUN")
    assert folder in finding.title
    assert finding.paths == (folder,)


@pytest.mark.parametrize(
    ("lines", "target", "command"),
    [
        ("", "target=/root/.cache/uv", "uv sync"),
        ("", "target=/root/.cache", "uv sync && uv pip install x"),
        ("", "id=uv,target=/root/.cache/uv/", "uv sync"),
        ("USER app\n", "target=/srv/app/.cache/uv,uid=1000", "uv sync"),
        ("ENV UV_CACHE_DIR=/opt/uv-cache\n", "target=/opt/uv-cache", "uv sync"),
        ("ARG DIR=/opt/c\n", "target=$DIR", "UV_CACHE_DIR=/opt/c uv sync"),
        ("", "target=/opt/uv", "uv --cache-dir /opt/uv sync"),
        ("", "target=/opt/uv", "uv sync --cache-dir=/opt/uv"),
        ("", "target=/opt/uv", "export UV_CACHE_DIR=/opt/uv && uv sync"),
        ("", "target=/opt/uv", "uv sync --cache-dir=relative"),
        ("", "target=/root/.cache/pip", "pip install uv"),
        ("", "target=/root/.cache/pip", "pip install uv && uv sync"),
        ("", "target=/root/.cache/pip", "python -m pip install x; uv sync"),
        ("", "id=uv,target=$UNKNOWN", "uv sync"),
        ("", "target=$HOME/.cache/uv", "uv sync"),
        ("", "target=/app/.cache/uv", "uv sync --no-cache"),
        ("USER nobody-knows\n", "target=/root/.cache/uv", "uv sync"),
        ("", "target=/root/.cache/uv", "if true; then uv sync; fi"),
    ],
)
def test_a_mount_that_is_right_or_not_known(lines: str, target: str, command: str, tmp_path: Path) -> None:
    name, _, value = lines.removeprefix("ENV ").strip().partition("=")
    config = {
        "Env": [f"{name}={value}"] if lines.startswith("ENV") else [],
        **({"User": lines.split()[1]} if lines.startswith("USER") else {}),
    }
    report = hand.image(tmp_path, mounted(lines, target, command), VENV, config=config)
    assert "cache-mount-wrong-path" not in hand.ids(report)


def test_a_mount_that_misses_in_another_stage_costs_time_and_no_bytes(tmp_path: Path) -> None:
    dockerfile = (
        "FROM python:3.13-slim AS builder\nENV HOME=/build\n"
        "RUN --mount=type=cache,target=/root/.cache/uv <<EOF\nuv sync\nEOF\n"
        "FROM python:3.13-slim\nCOPY --from=builder /app /app\n"
    )
    finding = hand.found(hand.image(tmp_path, dockerfile, VENV), "cache-mount-wrong-path")
    assert (finding.bytes, finding.line, finding.severity) == (0, 3, "medium")


@pytest.mark.parametrize(
    "line",
    [
        "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/",
        "COPY --from=ghcr.io/astral-sh/uv /uv /bin/",
        "COPY --from=astral/uv:trixie-slim /usr/local/bin/uv /bin/",
        "RUN --mount=from=ghcr.io/astral-sh/uv:python3.13-alpine,source=/uv,target=/bin/uv uv --version",
    ],
)
def test_an_unpinned_tag(line: str, tmp_path: Path) -> None:
    report = hand.image(tmp_path, f"FROM python:3.13-slim\n{line}", [make.file("x", b"1")])
    finding = hand.found(report, "uv-tag-unpinned")
    assert (finding.bytes, finding.line, finding.severity) == (0, 2, "info")


@pytest.mark.parametrize(
    "tag", ["bookworm-slim", "python3.12-bookworm", "python3.8-trixie-slim", "alpine3.21"]
)
def test_a_tag_that_is_not_published_any_more(tag: str, tmp_path: Path) -> None:
    dockerfile = f"FROM ghcr.io/astral-sh/uv:{tag} AS builder\nFROM python:3.13-slim\nCOPY a /a"
    report = hand.image(tmp_path, dockerfile, [make.file("a", b"1")])
    assert hand.ids(report) == {"uv-tag-frozen"}
    assert hand.found(report, "uv-tag-frozen").line == 1


@pytest.mark.parametrize(
    "name",
    [
        "ghcr.io/astral-sh/uv:0.13.9",
        "ghcr.io/astral-sh/uv:0.13",
        "ghcr.io/astral-sh/uv:0.13.9-python3.13-bookworm-slim",
        "ghcr.io/astral-sh/uv:trixie-slim@sha256:" + "0" * 64,
        "ghcr.io/astral-sh/uvx-something:latest",
        "registry.example/uv:latest",
    ],
)
def test_a_tag_with_a_version(name: str, tmp_path: Path) -> None:
    dockerfile = f"FROM {name} AS builder\nFROM python:3.13-slim\nCOPY a /a"
    assert hand.image(tmp_path, dockerfile, [make.file("a", b"1")]).findings == ()


def test_a_version_that_comes_from_an_argument(tmp_path: Path) -> None:
    for version, expected in (("0.13.9", set()), ("latest", {"uv-tag-unpinned"})):
        stages = f"ARG V={version}\nFROM ghcr.io/astral-sh/uv:${{V}} AS uv\nFROM python:3.13-slim"
        dockerfile = f"{stages}\nCOPY --from=uv a /a"
        assert hand.ids(hand.image(tmp_path, dockerfile, [make.file("a", b"1")])) == expected


@pytest.mark.parametrize(
    "command", ['["uv", "sync"]', "/bin/uv sync", "cd /app && env A=1 uv sync", "set -e; (uv sync)"]
)
def test_calls_of_uv_in_any_form(command: str, tmp_path: Path) -> None:
    dockerfile = (
        f"FROM python:3.13-slim AS builder\nRUN --mount=type=cache,target=/x/.cache/uv {command}\n"
        "FROM python:3.13-slim\nCOPY --from=builder /app /app"
    )
    assert hand.ids(hand.image(tmp_path, dockerfile, VENV)) == {"cache-mount-wrong-path"}


@pytest.mark.parametrize("command", ["uv --cache-dir /opt/c sync", "UV_CACHE_DIR=/opt/c uv sync"])
def test_a_cache_that_the_call_itself_moves(command: str, tmp_path: Path) -> None:
    report = hand.image(tmp_path, mounted("", "target=/root/.cache/uv", command), VENV)
    assert hand.found(report, "cache-mount-wrong-path").paths == ("/opt/c",)


def test_lock_files_alone_are_no_uv(tmp_path: Path) -> None:
    entries = [*VENV, make.file("tmp/uv-0123456789abcdef.lock")]
    assert hand.image(tmp_path, "FROM python:3.13-slim\nRUN uv sync --no-cache", entries).findings == ()


def test_a_dockerfile_that_does_not_match_tells_nothing(tmp_path: Path) -> None:
    image = hand.image(tmp_path, "FROM python:3.13-slim\nRUN uv sync --no-cache", VENV)
    assert image.findings == ()
    other = tmp_path / "Other"
    other.write_text("FROM ghcr.io/astral-sh/uv:latest\nRUN something else\n")
    report = hand.read(tmp_path / "image.tar", other)
    assert report.dockerfile is not None
    assert report.dockerfile.matches is False
    assert report.findings == ()
