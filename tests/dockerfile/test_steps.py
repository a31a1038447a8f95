"""What is in force at each instruction: folder and user, over stages."""

from __future__ import annotations

from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.steps import walk
from uvdive.dockerfile.text.syntax import parse

TEXT = """\
FROM a AS one
ARG WHO
ENV HERE=srv
WORKDIR /$HERE
USER app:app
RUN 1
WORKDIR in
RUN 2
FROM b AS two
RUN 3
FROM one
RUN 4
USER $WHO
RUN 5
"""


def test_each_run_has_its_folder_and_user() -> None:
    steps = walk(read_stages(parse(TEXT)))
    found = [(s.instruction.arguments, s.stage, s.workdir, s.user) for s in steps if s.keyword == "RUN"]
    assert found == [
        ("1", 0, "/srv", "app:app"),
        ("2", 0, "/srv/in", "app:app"),
        ("3", 1, "/", ""),
        ("4", 2, "/srv/in", "app:app"),
        ("5", 2, "/srv/in", "$WHO"),
    ]


def test_a_step_knows_no_layer_before_an_image_is_laid_beside() -> None:
    assert {step.layer for step in walk(read_stages(parse(TEXT)))} == {None}
