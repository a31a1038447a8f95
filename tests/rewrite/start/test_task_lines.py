"""Task files whose lines start without uv, byte by byte (R24)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.start.shell_edit import NotUnderstoodError
from uvdive.rewrite.start.surroundings import Spot
from uvdive.rewrite.start.task_lines import patched_lines, programs_of
from uvdive.rewrite.start.uv_run import Stripped


def patched(path: str, text: str, folder: str | None = None) -> tuple[str, list[str | None]]:
    """The new text, and the folders that the commands were said to start in."""
    asked: list[str | None] = []

    def strip(words: tuple[str, ...], spot: Spot | None) -> Stripped | None:
        if words[:2] != ("uv", "run"):
            return None
        asked.append(None if spot is None else spot.folder)
        return Stripped("uv run", (), 2, folder)

    return patched_lines(path, text, strip), asked


@pytest.mark.parametrize(
    ("name", "programs"),
    [
        ("/app/Procfile", "honcho foreman"),
        ("Procfile.dev", "honcho foreman"),
        ("Makefile", "make gmake"),
        ("GNUmakefile", "make gmake"),
        ("makefile", "make gmake"),
        ("justfile", "just"),
        (".Justfile", "just"),
        ("/etc/supervisord.conf", "supervisord"),
        ("x.ini", "supervisord"),
        ("Procfiles", ""),
        ("x.mk", ""),
    ],
)
def test_a_name_says_which_programs_read_it(name: str, programs: str) -> None:
    assert " ".join(programs_of(name)) == programs


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("Procfile", "web: uv run x\r\nother:  uv run y", "web: x\r\nother:  y"),
        ("Procfile", "# web: uv run x\nweb: x\n", "# web: uv run x\nweb: x\n"),
        ("Makefile", "x: y\n\t@-uv run x && \\\n\t  uv run y\n", "x: y\n\t@-x && \\\n\t  y\n"),
        ("justfile", "x:\n    @uv run x\n\n", "x:\n    @x\n\n"),
        ("s.conf", "[program:x]\n; uv run\ncommand = uv run x\n", "[program:x]\n; uv run\ncommand = x\n"),
    ],
)
def test_only_the_runner_goes(path: str, old: str, new: str) -> None:
    text, asked = patched(path, old)
    assert text == new
    assert set(asked) <= {None}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.toml", "web: uv run x\n"),
        ("Makefile", "X := uv run x\n"),
        ("Procfile", "uv run x\n"),
        ("Procfile", "web: PATH=/x uv run x\n"),
        ("Procfile", "web: python -m uv run x\n"),
        ("s.conf", "directory=/a\ncommand=uv run x\ndirectory=/b\n"),
        ("s.conf", 'environment=A="1",PATH="/x"\ncommand=uv run x\n'),
    ],
)
def test_a_line_that_is_no_plain_command_is_not_understood(path: str, text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        patched(path, text)


def test_supervisor_s_one_folder_is_where_its_programs_start() -> None:
    text = "directory = /srv ; here\ncommand=uv run x\n[program:b]\ndirectory=/srv\ncommand=uv run y\n"
    new, asked = patched("s.conf", text)
    assert new == text.replace("uv run ", "")
    assert asked == ["/srv", "/srv"]
    assert patched("Procfile", "directory=/srv\nweb: uv run x\n")[1] == [None]


def test_only_a_shell_can_go_to_another_folder_first() -> None:
    assert patched("Procfile", "web: uv run x\n", "/srv")[0] == "web: cd /srv && exec x\n"
    with pytest.raises(NotUnderstoodError):
        patched("s.conf", "command=uv run x\n", "/srv")
