"""An image that the engine lacks: names that may be meant are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.stand_in_engine import stand_in_engine

from uvdive.base.errors import ImageError
from uvdive.image.engine.engine import Engine
from uvdive.image.reaching.address import Endpoint

NAMES = ("seed:1", "seed:2", "web:dev", "here.io:5000/team/api:1", "uvdive.local/web-0123456789:before")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with stand_in_engine(tmp_path) as found:
        for name in NAMES:
            found.tag(found.images["before"], name)
        yield Engine(Endpoint(f"unix://{tmp_path}/real.sock", "the test"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sed:1", "Did you mean seed:1? Else build it, or pull it with `docker pull sed:1`."),
        ("web", "Did you mean web:dev? Else build it, or pull it with `docker pull web`."),
        (
            "here.io:5000/team/api",
            (
                "Did you mean here.io:5000/team/api:1? Else build it, or pull it with "
                "`docker pull here.io:5000/team/api`."
            ),
        ),
        ("seed:9", "Did you mean seed:1 or seed:2? Else build it, or pull it with `docker pull seed:9`."),
        ("nothing/like", "Build it, or pull it with `docker pull nothing/like`."),
        ("uvdive.local/web", "Build it, or pull it with `docker pull uvdive.local/web`."),
    ],
)
def test_a_name_that_is_nearly_one(engine: Engine, name: str, said: str) -> None:
    with pytest.raises(ImageError, match="The engine has no image") as caught:
        engine.inspect(name)
    assert caught.value.do == said
