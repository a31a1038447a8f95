"""Dockerfiles that are none, or that nobody could build: one clear word, in a time that has an end."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.base.errors import UsageError
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.planner import plan
from uvdive.session.planning.rewriting import read_dockerfile

FILE = (
    "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\nWORKDIR /app\nRUN uv sync # é\n"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FILE.encode("utf-16"), "UTF-16 text, which no builder reads"),
        (FILE.encode("utf-16-be"), "holds a NUL"),
        (b"\xfe\xff" + FILE.encode("utf-16-be"), "UTF-16 text, which no builder reads"),
        (FILE.encode("latin-1"), "line 4 has a byte that is none (0xE9)"),
        (FILE.encode() + b"\0", "holds a NUL"),
        (b"#" * ((1 << 20) + 1), "over 1 MiB"),
    ],
)
def test_what_is_no_dockerfile_is_told_with_its_reason(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(data)
    with pytest.raises(UsageError) as error:
        read_dockerfile(path)
    assert said in error.value.what


@pytest.mark.parametrize("data", [FILE.encode(), FILE.encode("utf-8-sig"), b"#" * (1 << 20)])
def test_utf_8_is_read_with_and_without_its_mark(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "Dockerfile").write_bytes(data)
    assert read_dockerfile(tmp_path / "Dockerfile").encode() == data


def test_a_folder_and_a_file_without_an_end_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_dockerfile(tmp_path)
    with pytest.raises(UsageError, match="no regular file"):
        read_dockerfile(Path("/dev/zero"))


@pytest.mark.parametrize("keyword", ["RUN", "CMD", "ENV A=", "LABEL a=", "COPY"])
def test_an_instruction_has_a_length_that_a_program_can_be_given(keyword: str) -> None:
    head = FILE.replace(" # é", "")
    fits = plan(f"{head}LABEL a={'x' * ((128 << 10) - 2)}\n", None, lambda _: None)
    assert fits.outcome == "rewritten" or fits.refusal is not None
    with pytest.raises(UsageError, match=r"Line 5: this \w+ is longer than 128 KiB"):
        plan(f"{head}{keyword}{' ' * (keyword[-1] != '=')}{'x' * (128 << 10)}x y\n", None, lambda _: None)


@pytest.mark.parametrize(
    "piece",
    ["a && ", "a || ", "a | ", "a; ", "$(", "( ", "é; ", "'a' ", "${A:-", "if a; then b; fi; ", "{ a; }; "],
)
def test_no_shell_text_takes_for_ever(piece: str) -> None:
    """Whether it is understood is another matter: its end is what counts here."""
    read_script(piece * ((1 << 20) // len(piece)) + "true")


def test_long_lists_are_read_up_to_a_length_that_people_write() -> None:
    script = read_script("\n".join(f"echo é{number} && true" for number in range(2000)))
    assert script is not None
    assert script.commands[-2].argv == ("echo", "é1999")
    assert script.text[script.commands[-2].words[1].start :].startswith("é1999")
    assert read_script(" && ".join(["true"] * 250)) is not None
    assert read_script(" && ".join(["true"] * 5000)) is None
