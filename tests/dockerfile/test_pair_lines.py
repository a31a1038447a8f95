"""An ENV without some of its pairs keeps its author's lines and the comments of those that stay."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.text.pair_lines import without_pairs
from uvdive.dockerfile.text.syntax import parse

SETTINGS = """\
ENV A=1 \\
    B="two words" C=3 \\
    # where it listens
    HOST=0.0.0.0 \\
    PORT=8000
"""


def left(source: str, *gone: str) -> str | None:
    (instruction,) = parse(source).instructions
    return without_pairs(source, instruction.value, gone)


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (("A=1",), 'ENV B="two words" C=3 \\\n    # where it listens\n    HOST=0.0.0.0 \\\n    PORT=8000\n'),
        (("C=3",), SETTINGS.replace(" C=3", "")),
        (("HOST=0.0.0.0",), SETTINGS.replace("    HOST=0.0.0.0 \\\n", "")),
        (("PORT=8000",), SETTINGS.replace(" \\\n    PORT=8000", "")),
        (("HOST=0.0.0.0", "PORT=8000"), 'ENV A=1 \\\n    B="two words" C=3\n'),
        (
            ("A=1", 'B="two words"', "C=3"),
            "ENV \\\n    # where it listens\n    HOST=0.0.0.0 \\\n    PORT=8000\n",
        ),
    ],
)
def test_lines_and_comments_stay_with_their_pairs(gone: tuple[str, ...], expected: str) -> None:
    assert left(SETTINGS, *gone) == expected


def test_the_escape_of_the_file_is_taken() -> None:
    text = "# escape=`\nENV A=1 `\n    B=2 `\n    C=3\n"
    instruction = parse(text).instructions[0]
    assert without_pairs(instruction.source, instruction.value, ["B=2"]) == "ENV A=1 `\n    C=3\n"


def test_a_word_over_two_lines_is_not_cut() -> None:
    assert left('ENV A="one \\\n two" B=2\n', "B=2") is None
    assert left("ENV A=1 \\\n    B=2\n", "A=1", "B=2") is None
