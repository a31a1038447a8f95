"""The images that may be a base come in one order, whatever order the engine lists them in."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

import pytest

from uvdive.base.progress import ignore
from uvdive.image import sources
from uvdive.image.engine import engine as engines
from uvdive.image.engine.engine import LocalImage
from uvdive.image.layer_index import LayerData, LayerIndex
from uvdive.image.raw_image import RawImage, read_config
from uvdive.image.reference import parse_target
from uvdive.image.sieve import nothing

LISTED = (
    LocalImage("1", ("x:nonroot",), ("sha256:a",)),
    LocalImage("2", ("x:latest", "b:1"), ("sha256:a",)),
    LocalImage("3", ("a:1",), ("sha256:b",)),
)


def test_the_order_of_the_engine_s_list_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    config = b'{"rootfs": {"diff_ids": []}}'
    manifest = read_config(config, reference="app:1", source="docker", digest="sha256:1")
    image = RawImage(manifest, (LayerData(LayerIndex(), None, 0, None),), (False,), (None,))
    found = []
    for listed in permutations(LISTED):
        engine = SimpleNamespace(
            read=lambda *_, **__: image, local_images=lambda *_, listed=listed, **__: listed
        )
        monkeypatch.setattr(engines, "Engine", lambda _, engine=engine: engine)
        opened = sources.open_image(parse_target("docker:app:1"), sources.OpenOptions(nothing, ignore))
        found.append(opened.known)
    assert len(set(found)) == 1
    assert [known.names for known in found[0]] == [("a:1",), ("b:1", "x:latest"), ("x:nonroot",)]
