"""The Dockerfile in a folder that made an image is found by the image's history."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.session.opening.matching import matching_dockerfile

TEXT = 'FROM debian:1\nWORKDIR /app\nRUN echo  hello\nCMD ["x"]\n'
HISTORY = (
    "# debian.sh --arch 'amd64' out/ 'trixie' '@1'",
    "WORKDIR /app",
    "RUN /bin/sh -c echo  hello # buildkit",
    'CMD ["x"]',
)


def test_the_one_whose_instructions_the_history_shows_is_found(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(TEXT.replace("hello", "world"))
    (tmp_path / "Dockerfile.dev").write_text(TEXT)
    assert matching_dockerfile(HISTORY, tmp_path) == tmp_path / "Dockerfile.dev"


def test_of_two_that_fit_the_plain_name_is_taken(tmp_path: Path) -> None:
    for name in ("A.dockerfile", "Dockerfile", "Dockerfile.z"):
        (tmp_path / name).write_text(TEXT)
    assert matching_dockerfile(HISTORY, tmp_path) == tmp_path / "Dockerfile"


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:1\n",
        TEXT + "RUN more\n",
        TEXT.replace('CMD ["x"]\n', ""),
        "nothing of the kind\n",
        "",
    ],
)
def test_what_did_not_make_it_is_not_taken(tmp_path: Path, text: str) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    assert matching_dockerfile(HISTORY, tmp_path) is None


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "A.dockerfile").write_bytes(b"FROM \xff\n")
    (tmp_path / "B.dockerfile").symlink_to("nowhere")
    (tmp_path / "C.dockerfile").mkdir()
    (tmp_path / "D.dockerfile").write_text(TEXT)
    assert matching_dockerfile(HISTORY, tmp_path) == tmp_path / "D.dockerfile"
    assert matching_dockerfile(HISTORY, tmp_path / "none") is None
