"""Registries that fail, lie or lead elsewhere: one clear message each, no broken layer kept, no secret."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import odd_answers, odd_registries
from engines.odd_registries import BIG, ONE, cut_off, layer_of
from engines.registries import IDENTITY, PASSWORD, USER, Handler, Registry, basic, serving
from smalldisk import fill, small_disk

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import BytesRead, OnEvent, ignore
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.layers.cache import LayerCache
from uvdive.image.raw_image import RawImage
from uvdive.image.registry.client import Manners
from uvdive.image.registry.credentials import Login, Search
from uvdive.image.registry.opening import Opening, read_image
from uvdive.image.sieve import nothing

ROWS = {**odd_registries.ROWS, **odd_answers.ROWS}
SECRETS = (
    PASSWORD,
    IDENTITY,
    basic(USER, PASSWORD),
    "token-0",
    base64.b64encode(PASSWORD.encode()).decode()[:-4],
)


def logged_in(_host: str, _repository: str) -> Search:
    return Search(Login("a file of logins", USER, PASSWORD))


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as registry:
        registry.tag("team/app", "1", registry.layout.image([ONE, BIG], this_platform()))
        yield registry


@pytest.fixture
def cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "layers")


def read(
    registry: Registry, cache: LayerCache | None = None, which: str = "team/app:1", on_event: OnEvent = ignore
) -> RawImage:
    manners = Manners(patience=0.4, pause=0.001, search=logged_in)
    return read_image(f"{registry.address}/{which}", manners, Opening(nothing, on_event, cache=cache))


@pytest.mark.parametrize("does", ROWS, ids=lambda does: does.__name__)
def test_what_a_registry_does_wrong_is_told_in_one_sentence(
    does: Callable[[Registry], None], registry: Registry, cache: LayerCache
) -> None:
    does(registry)
    with pytest.raises(UvdiveError) as error:
        read(registry, cache)
    assert ROWS[does] in error.value.what
    told = f"{error.value} {error.value.log} {error.value.__cause__} {error.value.__context__}"
    assert not [secret for secret in SECRETS if secret in told]
    assert cache.layer("sha256:" + hashlib.sha256(BIG).hexdigest()) is None
    assert len(registry.asked) < 60


@pytest.mark.parametrize(
    ("which", "says", "do"),
    [
        ("team/nope:1", "has no image team/nope:1", "Check its name."),
        ("team/app:2", "has no team/app:2", "It has 1 among 1 tags."),
        (f"team/app@sha256:{'0' * 64}", f"has no team/app@sha256:{'0' * 64}", "Check the digest."),
        ("team/app:", "has no tag that a registry knows", "registry://HOST/NAME"),
        ("Team/app", "is no name of an image in a registry", "registry://HOST/NAME"),
        ("team/app@sha256:00", "is no sha256 digest", "log in with `docker login`"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_what_is_there(
    registry: Registry, which: str, says: str, do: str
) -> None:
    with pytest.raises(UvdiveError) as error:
        read(registry, which=which)
    assert says in error.value.what
    assert do in error.value.do


def test_a_password_in_a_name_is_not_repeated(registry: Registry) -> None:
    with pytest.raises(UvdiveError) as error:
        read_image(f"me:{PASSWORD}@{registry.address}/team/app", Manners(), Opening(nothing, ignore))
    assert PASSWORD not in str(error.value)
    assert registry.asked == []


def test_pages_of_tags_without_end_are_not_followed(registry: Registry) -> None:
    def page(handler: Handler) -> None:
        number = len(registry.asked)
        link = f'</v2/team/app/tags/list?n=1&last={number}>; rel="next"'
        handler.send(200, json.dumps({"tags": [f"tag{number}"]}).encode(), Link=link)

    registry.odd("/tags/", page)
    with pytest.raises(UvdiveError, match="has no team/app:nope"):
        read(registry, which="team/app:nope")
    assert len(registry.fetched("tags/")) == 3


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_layer_goes_on_where_it_broke_off(registry: Registry, takes_ranges: bool) -> None:
    digest = layer_of(registry)["digest"]
    registry.odd(digest, cut_off, times=1)
    if not takes_ranges:
        registry.odd(digest, lambda handler: handler.send(200, handler.blob()))
    assert len(read(registry).layers) == 2
    asked = [each for each in registry.asked if digest in each.path]
    sent = len(registry.layout.blobs[digest.removeprefix("sha256:")]) // 20
    assert [each.headers.get("Range") for each in asked] == [None, f"bytes={sent}-"]


def test_another_part_than_was_asked_for_is_not_taken(registry: Registry) -> None:
    digest = layer_of(registry)["digest"]
    registry.odd(digest, cut_off, times=1)
    registry.odd(digest, lambda handler: handler.send(206, b"x", Content_Range="bytes 7-7/8"))
    with pytest.raises(UvdiveError, match="sends another part of the layer"):
        read(registry)


def test_a_registry_that_soon_takes_requests_again_is_waited_for(registry: Registry) -> None:
    registry.odd("/manifests/", lambda handler: handler.send(429, Retry_After=0), times=1)
    registry.odd("/blobs/", lambda handler: handler.send(503), times=2)
    assert len(read(registry).layers) == 2


def test_no_login_follows_to_another_host(registry: Registry) -> None:
    registry.way = "basic"
    with serving(way="basic", layout=registry.layout) as storage:
        storage.tag("team/app", "1", registry.layout.index())
        digest = layer_of(registry)["digest"]
        signed = f"{storage.url}/v2/team/app/blobs/{digest}?X-Signature=token-0"
        registry.odd(digest, lambda handler: handler.send(307, Location=signed))
        with pytest.raises(UvdiveError) as error:
            read(registry)
        assert {asked.shown for asked in storage.asked} == {None}, "its question is not answered, either"
        assert "token-0" not in str(error.value)
        storage.way = "open"
        assert len(read(registry).layers) == 2
        assert {asked.shown for asked in storage.asked} == {None}
        assert basic(USER, PASSWORD) in {asked.shown for asked in registry.asked}


def test_a_redirect_on_the_same_host_keeps_the_login(registry: Registry) -> None:
    registry.way = "basic"

    def moved(handler: Handler) -> None:
        handler.send(308, b"<html>moved</html>", Location=handler.path.replace("/old/", "/team/"))

    registry.odd("/v2/old/", moved)
    assert len(read(registry, which="old/app:1").layers) == 2
    first = registry.asked[: len(registry.asked) - len(registry.fetched("blobs/")) + 1]
    assert len({asked.port for asked in first}) == 1, "a redirect costs no connection"


def test_plain_http_is_never_spoken_to_a_host_that_nobody_named(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", registry.url)
    monkeypatch.setenv("http_proxy", registry.url)
    with pytest.raises(UvdiveError, match="the proxy cannot be reached or does not let it through"):
        read_image("registry.example/app", Manners(pause=0.001), Opening(nothing, ignore))
    assert registry.asked == []


def test_whoever_stops_waits_for_no_registry(registry: Registry) -> None:
    began = threading.Event()

    def stall(handler: Handler) -> None:
        data = handler.blob()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:1000])
        handler.wfile.flush()
        began.set()
        handler.registry.ending.wait(60)

    registry.odd(layer_of(registry)["digest"], stall)

    def stop(event: object) -> None:
        if isinstance(event, BytesRead):
            began.wait(10)
            raise CancelledError

    before = set(threading.enumerate())
    with pytest.raises(CancelledError):
        read_image(f"{registry.address}/team/app:1", Manners(patience=60), Opening(nothing, stop))
    left = [each for each in set(threading.enumerate()) - before if "process_request_thread" not in each.name]
    for thread in left:
        thread.join(10)
    assert not [thread.name for thread in left if thread.is_alive()]


def test_a_full_disk_is_no_reason_not_to_read(registry: Registry, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        fill(disk)
        cache = LayerCache(disk / "layers")
        assert len(read(registry, cache).layers) == 2
        assert cache.info().entries == 0
        assert not list(disk.rglob("*.new"))
