"""Which of several platforms is meant is the engine's affair: where the client runs says nothing."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from engines.stand_in_engine import stand_in_engine

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.engine.engine import Engine
from uvdive.image.reaching.address import Endpoint
from uvdive.image.sieve import nothing

NAME = "python:3.13-slim"


@pytest.mark.parametrize("client", ["x86_64", "arm64"])
@pytest.mark.parametrize(
    ("arch", "asked", "chosen"),
    [
        ("amd64", "linux/amd64", None), ("arm64", "linux/amd64", "linux/amd64"),
        ("amd64", None, None), ("arm64", None, None),
    ],
)  # fmt: skip
def test_the_engine_s_own_platform_is_no_choice(
    client: str, arch: str, asked: str | None, chosen: str | None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(platform, "machine", lambda: client)
    told: list[str | None] = []
    with stand_in_engine(tmp_path) as found:
        found.instead["version"] = {"ApiVersion": "1.41", "Version": "20.10", "Os": "linux", "Arch": arch}
        engine = Engine(Endpoint(f"unix://{tmp_path}/real.sock", "the test"))
        stream = engine._stream

        def streamed(asked, archive, source):  # type: ignore[no-untyped-def]
            told.append(asked.platform)
            return stream(asked, archive, source)

        monkeypatch.setattr(engine, "_stream", streamed)
        image = engine.read(NAME, nothing, ignore, platform=asked)
        assert image.manifest.platform == "linux/amd64"
        assert told == [chosen]


def test_another_one_than_the_engine_has_is_told(tmp_path: Path) -> None:
    with stand_in_engine(tmp_path):
        engine = Engine(Endpoint(f"unix://{tmp_path}/real.sock", "the test"))
        with pytest.raises(ImageError, match="for linux/amd64, not for linux/arm64"):
            engine.read(NAME, nothing, ignore, platform="linux/arm64")
