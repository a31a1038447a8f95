"""Which texts are evidence of what the app calls or loads, and which an image merely carries (R33, R57)."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.rewrite.evidence.system.mentions import Mention, Names, calls_programs, mentions, quiet_mentions
from uvdive.rewrite.evidence.system.os_needs import Need, read_system
from uvdive.rewrite.evidence.system.text_kinds import kind_of

NAMES = Names(
    {b"git": "git", b"curl": "curl"},
    {b"libmagic.so.1": "libmagic1", b"libmagic.so": "libmagic1", b"libmagic": "libmagic1"},
    {b"magic": "libmagic1", b"event": "libevent-2.1-7"},
    frozenset({"start.sh", "flask"}),
)


@pytest.mark.parametrize(
    "path",
    [
        *("Dockerfile", "Dockerfile.prod", "api.dockerfile", "Containerfile", "docker/Dockerfile"),
        *("LICENSE", "COPYING", "NOTICE", "README", "README.md", "docs/install.sh", "doc/conf.py", "CHANGES"),
        *("compose.yaml", "docker-compose.yml", "docker-compose.prod.yml", "compose.override.yaml"),
        *(".github/workflows/ci.yml", ".gitlab-ci.yml", ".circleci/config.yml", ".pre-commit-config.yaml"),
        *("azure-pipelines.yml", "renovate.json", "cloudbuild.yaml", ".git/config", ".git/hooks/update.sh"),
        *("uv.lock", "poetry.lock", "package-lock.json", "package.json", "pnpm-lock.yaml", "pyproject.toml"),
        *("Makefile", "justfile", "Taskfile.yml", "tox.ini", "noxfile.py", "setup.py", "setup.cfg"),
        *(
            "tests/test_app.py",
            "conftest.py",
            "test_app.py",
            "k8s/job.yaml",
            "charts/x/values.yaml",
            "VERSION",
        ),
        *("logo.png", "notes.txt", "index.html", ".dockerignore", ".gitignore", ".env", ".editorconfig"),
    ],
)
def test_what_an_image_merely_carries_is_no_evidence(path: str) -> None:
    assert kind_of(f"/app/{path}".encode(), b"", NAMES.started) is None


@pytest.mark.parametrize(
    ("path", "head", "kind"),
    [
        ("/app/main.py", b"", "python"),
        ("/app/bin/tool", b"#!/usr/bin/env python3\n", "python"),
        ("/app/tool", b"#!/app/.venv/bin/python\n", "python"),
        ("/app/start.sh", b"", "shell"),
        ("/app/run", b"#!/bin/sh -e\n", "shell"),
        ("/app/run", b"#!/usr/bin/env -S bash -e\n", "shell"),
        ("/app/tool.sh", b"#!/usr/bin/perl\n", None),
        ("/app/Procfile", b"", "commands"),
        ("/etc/cron.d/app", b"", "commands"),
        ("/app/crontab", b"", "commands"),
        ("/etc/supervisor/conf.d/app.conf", b"", "commands"),
        ("/app/supervisord.conf", b"", "commands"),
        ("/app/settings.toml", b"", "settings"),
        ("/app/app/mcp.json", b"", "settings"),
    ],
)
def test_what_runs_or_is_read_by_what_runs_is_evidence(path: str, head: bytes, kind: str | None) -> None:
    assert kind_of(path.encode(), head, NAMES.started) == kind


def test_task_files_count_where_the_image_starts_their_runner() -> None:
    for name, runner in product(("Makefile", "justfile", "package.json", "pyproject.toml"), ("make", "just")):
        assert kind_of(f"/app/{name}".encode(), b"", frozenset({runner})) == "commands"
    assert kind_of(b"/app/tasks.py", b"", frozenset({"invoke"})) == "python"


def found(path: str, text: str) -> set[tuple[str, bool]]:
    data = text.encode()
    kind = kind_of(path.encode(), data[:256], NAMES.started)
    assert kind is not None
    every = list(mentions(path.encode(), kind, data, NAMES))
    surest = {m.name: any(n.sure for n in every if n.name == m.name) for m in every}
    return {(name.decode(), sure) for name, sure in surest.items()}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('import subprocess\nsubprocess.run(["git", "log"])\n', {("git", True)}),
        ('import subprocess\nsubprocess.check_output(\n    ("/usr/bin/git", "log"))\n', {("git", True)}),
        ('import os\nos.system("curl -f http://x | tee y")\n', {("curl", True)}),
        ('import shutil\nshutil.which("git")\n', {("git", True)}),
        ('import subprocess\nCOMMAND = ["git", "log"]\nsubprocess.run(COMMAND)\n', {("git", False)}),
        ('import asyncio\nasyncio.create_subprocess_exec("git")\n', {("git", True)}),
        ("from sh import ls, git\n", {("git", True)}),
        ('import subprocess\n# git is called\nsubprocess.run(["ls"])\n', set()),
        ('KINDS = {"git": 1, "curl": 2}\n', set()),
        ('"""git and curl."""\n', set()),
        ('import ctypes\nctypes.CDLL("libmagic.so.1")\n', {("libmagic.so.1", True)}),
        ('import ctypes\nNAME = "libmagic.so"\nload(NAME)\n', {("libmagic.so", False)}),
        ('from ctypes.util import find_library\nfind_library("magic")\n', {("magic", False)}),
        ('import ctypes\nKINDS = ["magic", "event"]\n', set()),
        ('TITLE = "magic event"\n', set()),
    ],
)
def test_python_calls_programs_and_loads_libraries(text: str, names: set[tuple[str, bool]]) -> None:
    assert found("/app/main.py", text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("git pull\n", {"git"}),
        ("# needs git\necho curl\n", set()),
        ("set -e\nif command -v git; then sudo curl x; fi\n", {"git", "curl"}),
        ("timeout 5 git pull && find . -exec curl {} ';'\n", {"git", "curl"}),
        ("ls | xargs -n1 git add\n", {"git"}),
        ("cat > x <<EOF\ngit\nEOF\n", set()),
        ("if then # curl\ngit pull\n", {"git"}),
    ],
)
def test_scripts_call_programs(text: str, names: set[str]) -> None:
    assert found("/app/other.sh", text) == {(name, False) for name in names}
    assert found("/app/start.sh", text) == {(name, True) for name in names}


def test_settings_hold_commands_by_their_keys() -> None:
    assert found("/app/mcp.json", '{"servers": {"x": {"command": "git", "args": ["curl"]}}}') == {
        ("git", False)
    }
    assert found("/app/a.toml", 'editor_cmd = "/usr/bin/git"\ntitle = "curl"\n# cmd = x curl\n') == {
        ("git", False)
    }
    assert found("/app/a.yaml", "health:\n  run: curl x\n") == {("curl", False)}
    assert found("/app/odbc.ini", "Driver=/usr/lib/libmagic.so.1\n") == {("libmagic.so.1", False)}
    supervisor = "[program:x]\ncommand=git daemon\nenvironment=A=curl\n; command=curl\n"
    assert found("/etc/supervisor/conf.d/x.conf", supervisor) == {("git", True)}
    assert found("/app/Procfile", "web: git daemon\n# curl\n") == {("git", True)}
    assert found("/etc/cron.d/x", "* * * * * root /usr/bin/curl x\n") == {("curl", True)}


@pytest.mark.parametrize(
    ("word", "calls"),
    [
        *(("subprocess", True), ("Popen", True), ("os.system", True), ("which(", True), ("os.execv", True)),
        *(("create_subprocess_shell", True), ("posix_spawn", True), ("plumbum", True), ("plumbums", False)),
        *(("popen", False), ("os system", False), ("which", False)),
    ],
)
def test_code_that_starts_programs_is_told_by_a_word(word: str, *, calls: bool) -> None:
    assert calls_programs(f"import x\n{word} 1".encode()) is calls


@pytest.mark.parametrize(
    ("word", "loads"),
    [
        *(("ctypes", True), ("CTypes", True), ("dlopen", True), ("CDLL", True), ("find_library", True)),
        *(("ffi", True), ("FFI", True), ("difficult office", False), ("cffi", False)),
    ],
)
def test_code_that_loads_libraries_is_told_by_a_word_in_any_case(word: str, *, loads: bool) -> None:
    assert found("/app/main.py", f'{word}\nNAME = "libmagic.so"\n') == (
        {("libmagic.so", False)} if loads else set()
    )


def test_a_program_in_code_that_calls_nothing_may_be_called_by_other_code() -> None:
    assert set(quiet_mentions(b'GIT = "/usr/bin/git"\nT = "curl is needed"\n', NAMES)) == {
        Mention(b"git", "runs", sure=False)
    }


STATUS = "".join(
    f"Package: {name}\nStatus: install ok installed\nVersion: 1\n\n"
    for name in ("git", "curl", "libsasl2-modules", "software-properties-common", "python3-gi", "gir1.2-glib")
).encode()
LIB = "usr/lib/x86_64-linux-gnu"


def needs(tmp_path: Path, files: dict[str, str], **config: object) -> list[Need]:
    system: pairs.Files = {"var/lib/dpkg/status": make.file("var/lib/dpkg/status", STATUS)}
    for package, path in (
        ("git", "usr/bin/git"),
        ("curl", "usr/bin/curl"),
        ("libsasl2-modules", f"{LIB}/sasl2/libanonymous.so.2"),
    ):
        system[path] = make.file(path, elf(), 0o755)
        system[f"l{package}"] = make.file(f"var/lib/dpkg/info/{package}.list", f"/{path}\n".encode())
    dist = "usr/lib/python3/dist-packages"
    for path in ("usr/bin/python3.13", "usr/lib/python3.13/os.py"):
        system[path] = make.file(path, b"import abc\n", 0o755)
    system |= pairs.installed(dist, "PyGObject", "3.50", {"gi/__init__.py": b"import os\n"})
    listed = "".join(f"/{path}\n" for path in system if path.startswith(dist))
    system["lgi"] = make.file("var/lib/dpkg/info/python3-gi.list", listed.encode())
    app = pairs.application() | {path: make.file(path, text.encode()) for path, text in files.items()}
    report, index = pairs.read_with_contents(tmp_path / "a.tar", pairs.python(), system, app, **config)
    return [need for need in read_system(report, ContentPlace(index=index)).needs if need.how != "links"]


def test_texts_that_lie_about_keep_no_package(tmp_path: Path) -> None:
    carried = {
        "app/Dockerfile": "RUN apt-get install git curl\n",
        "app/LICENSE": "curl\n",
        "app/compose.yml": "services:\n  x:\n    command: git\n",
        "app/settings.toml": 'access = "anonymous"\n',
        "app/main.py": 'import ctypes\nUSER = "anonymous"\n',
    }
    assert needs(tmp_path, carried) == []


def test_debians_own_python_packages_are_no_evidence_for_what_came_with_them(tmp_path: Path) -> None:
    assert not any(need.by.lower() == "pygobject" for need in needs(tmp_path, {}))


def test_a_name_counts_where_other_code_of_the_app_starts_programs(tmp_path: Path) -> None:
    settings = {"app/settings.py": 'GIT = "git"\n'}
    assert needs(tmp_path, settings) == []
    calls = settings | {"app/call.py": "import subprocess\n"}
    assert needs(tmp_path, calls) == [Need("git", "git", "/app/settings.py", "runs", sure=False)]
