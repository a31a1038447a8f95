"""An engine's image the second time: the same report, and nothing is saved from the engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from uvdive.base.progress import Note
from uvdive.image.endpoint import docker_endpoint
from uvdive.image.engine.engine import Engine
from uvdive.image.layers.cache import LayerCache
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions

pytestmark = pytest.mark.engine
SAVE = ReadOptions(via="save")
ALONE = ReadOptions(via="save", layer_cache=False)
SAVES = Note("The engine prepares the archive")


def test_the_second_time_comes_from_the_cache(
    seed_image: str, article_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    events: list[object] = []
    fresh = load_image(seed_image, options=ALONE, on_event=events.append)
    assert SAVES in events
    assert list(tmp_path.iterdir()) == [], "--no-layer-cache keeps nothing"
    load_image(seed_image, options=SAVE)
    events.clear()
    again = load_image(seed_image, options=SAVE, on_event=events.append)
    assert SAVES not in events
    one, other = fresh.report, again.report
    assert replace(one, files=other.files) == other
    for name in ("entry_node", "entry_death", "entry_inode", "names", "links"):
        assert getattr(one.files, name) == getattr(other.files, name)
    # A different image that shares its base is read once, with the base from the cache.
    events.clear()
    shared = load_image(article_image, options=SAVE, on_event=events.append)
    assert SAVES in events
    alone = load_image(article_image, options=ALONE)
    assert shared.report.totals == alone.report.totals
    assert shared.report.owners == alone.report.owners


def test_images_that_were_seen_are_not_asked_for_again(
    seed_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, engine = LayerCache(tmp_path), Engine(docker_endpoint())
    asked: list[str] = []
    inspect = engine._api.inspect_image
    monkeypatch.setattr(engine._api, "inspect_image", lambda name: asked.append(name) or inspect(name))
    alone = {image.id: image for image in engine.local_images()}
    engine.local_images(cache)
    asked.clear()
    again = {image.id: image for image in engine.local_images(cache)}
    # Other tests make and remove images meanwhile.
    assert len(asked) < len(again) // 2
    (mine,) = (image for image in again.values() if seed_image in image.names)
    assert mine.diff_ids == alone[mine.id].diff_ids != ()
    cache.keep_record("layers of images", {mine.id: "no list"})
    assert {image.id: image.diff_ids for image in engine.local_images(cache)}[mine.id] == mine.diff_ids


def test_storage_is_cached_too(seed_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = load_image(seed_image).report
    again = load_image(seed_image).report
    assert (first.totals, first.owners, first.waste) == (again.totals, again.owners, again.waste)
