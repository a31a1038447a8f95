"""A save stream that breaks half-way is an error that says how far it came, and harms nothing."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from engines.cutting import cutting
from engines.proxy import proxied

from uvdive.base.errors import EngineError, ExitCode
from uvdive.image.endpoint import docker_endpoint
from uvdive.image.engine.api import SocketApi
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions

pytestmark = pytest.mark.engine
LIMIT = 5_000_000
SAVE = ReadOptions(via="save")


def test_it_says_how_far_it_came(seed_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    engine = docker_endpoint().url
    with cutting(engine.removeprefix("unix://"), tmp_path, LIMIT) as path:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        with pytest.raises(EngineError) as error:
            load_image(f"docker://{seed_image}", options=SAVE, in_process=True)
    assert error.value.code == ExitCode.NO_ENGINE
    (came,) = re.findall(r"after (\d+) bytes", error.value.what)
    assert LIMIT * 0.9 < int(came) <= LIMIT, "less only by what the protocol adds"
    # What was cached of the broken stream does not stand in for the image.
    monkeypatch.setenv("DOCKER_HOST", engine)
    whole = load_image(f"docker://{seed_image}", options=SAVE).report
    fresh = load_image(f"docker://{seed_image}", options=ReadOptions(via="save", layer_cache=False)).report
    assert (whole.totals, whole.owners) == (fresh.totals, fresh.owners)


@pytest.mark.parametrize("call", ["history", "info", "images"])
def test_an_engine_that_goes_away_between_two_questions_is_no_bug(
    seed_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    options = ReadOptions(layer_cache=False)
    with proxied(tmp_path) as proxy, monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", proxy.url)
        real = getattr(SocketApi, call)

        def cut_off(self: SocketApi, *args: object, **named: object) -> object:
            proxy.close()
            return real(self, *args, **named)

        patch.setattr(SocketApi, call, cut_off)
        try:
            load_image(f"docker://{seed_image}", options=options, in_process=True)
        except EngineError as error:
            said = error.what
        else:
            pytest.fail("nothing was raised")
        gc.collect()
    assert said == "The container engine went away, or no longer answers."
