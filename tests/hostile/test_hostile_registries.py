"""Registries that fail, lie or lead elsewhere: one clear message each, no broken layer kept, no secret."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import layers as make
import pytest
from layouts import Json
from registries import IDENTITY, PASSWORD, USER, Handler, Registry, basic, serving
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

ONE = make.layer(make.file("one", bytes(range(256)) * 20))
BIG = make.layer(*(make.file(f"big{n}", hashlib.sha256(bytes([n])).digest() * 4000) for n in range(40)))
INDEX = "application/vnd.oci.image.index.v1+json"
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


def layer_of(registry: Registry, number: int = 1) -> Json:
    manifest = registry.layout.blobs[registry.tags["team/app", "1"].removeprefix("sha256:")]
    layer: Json = json.loads(manifest)["layers"][number]
    return layer


def changed(registry: Registry, change: Callable[[Json], None]) -> None:
    """Give the name to a manifest that is changed."""
    value = json.loads(registry.layout.blobs[registry.tags["team/app", "1"].removeprefix("sha256:")])
    change(value)
    registry.tag("team/app", "1", registry.layout.add_json(value))


# What a registry may do: told in one row each.


def stalls_at_once(registry: Registry) -> None:
    registry.odd("/manifests/", lambda handler: handler.registry.ending.wait(30) and None)


def stalls_in_a_layer(registry: Registry) -> None:
    def stall(handler: Handler) -> None:
        data = handler.blob()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:1000])
        handler.wfile.flush()
        handler.registry.ending.wait(30)

    registry.odd(layer_of(registry)["digest"], stall)


def drips_a_manifest(registry: Registry) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not handler.registry.ending.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    registry.odd("/manifests/", drip)


def cut_off(handler: Handler) -> None:
    """Send the first part of what is asked for, and hang up."""
    data = handler.blob()
    start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
    part = data[start : start + len(data) // 20]
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
    handler.send_header("Content-Length", str(len(data) - start))
    handler.end_headers()
    handler.wfile.write(part)
    handler.break_off()


def breaks_off_again_and_again(registry: Registry) -> None:
    registry.odd(layer_of(registry)["digest"], cut_off)


def sends_another_length(registry: Registry) -> None:
    registry.odd(layer_of(registry)["digest"], lambda handler: handler.send(200, handler.blob() + b"more"))


def sends_without_end(registry: Registry) -> None:
    def flood(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while not handler.registry.ending.is_set():
            handler.wfile.write(b"10000\r\n" + bytes(1 << 16) + b"\r\n")

    registry.odd("/manifests/", flood)


def sends_another_layer(registry: Registry) -> None:
    plain = registry.layout.image([ONE, BIG], this_platform(), "plain")
    registry.tag("team/app", "1", plain)

    def other_plain(handler: Handler) -> None:
        handler.send(200, handler.blob().replace(b"big1", b"bug1"))

    registry.odd(layer_of(registry)["digest"], other_plain)


def damages_a_packed_layer(registry: Registry) -> None:
    def damaged(handler: Handler) -> None:
        data = handler.blob()
        handler.send(200, data[:-8] + bytes(8))

    registry.odd(layer_of(registry)["digest"], damaged)


def sends_a_web_page_for_a_layer(registry: Registry) -> None:
    def page(handler: Handler) -> None:
        handler.send(200, b"<html>".ljust(len(handler.blob())), Content_Type="text/html")

    registry.odd(layer_of(registry)["digest"], page)


def names_another_diff_id(registry: Registry) -> None:
    def other(value: Json) -> None:
        config = json.loads(registry.layout.blobs[value["config"]["digest"].removeprefix("sha256:")])
        config["rootfs"]["diff_ids"][1] = "sha256:" + "1" * 64
        value["config"] = registry.layout.add_json(config)

    changed(registry, other)


def names_another_number_of_layers(registry: Registry) -> None:
    changed(registry, lambda value: value["layers"].pop())


def lies_about_the_manifest(registry: Registry) -> None:
    def other(handler: Handler) -> None:
        handler.send(200, b"{}", Docker_Content_Digest="sha256:" + "0" * 64)

    registry.odd("/manifests/", other)


def sends_another_config(registry: Registry) -> None:
    registry.odd("/blobs/", lambda handler: handler.send(200, handler.blob().replace(b"linux", b"Linux")))


def answers_with_a_web_page(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(200, b"<!doctype html>", Content_Type="text/html"))


def answers_nonsense(registry: Registry) -> None:
    registry.odd("/manifests/", lambda handler: handler.send(200, b'{"layers": {}}'))


def has_something_else(registry: Registry) -> None:
    changed(registry, lambda value: value.update(artifactType="application/vnd.cncf.helm.config.v1+json"))


def has_the_old_format(registry: Registry) -> None:
    registry.odd("/manifests/", lambda handler: handler.send(200, b'{"schemaVersion": 1, "fsLayers": []}'))


def names_a_path_for_a_digest(registry: Registry) -> None:
    changed(registry, lambda value: value["layers"][0].update(digest="sha256:../../../../etc/passwd"))


def names_no_size(registry: Registry) -> None:
    changed(registry, lambda value: value["layers"][0].update(size=True))


def names_a_size_below_nothing(registry: Registry) -> None:
    changed(registry, lambda value: value["layers"][0].update(size=-1))


def nests_indexes_without_end(registry: Registry) -> None:
    inner = registry.layout.index(mediaType=INDEX)
    for _ in range(100):
        inner = registry.layout.index(inner, mediaType=INDEX)
    registry.tag("team/app", "1", inner)


def says_nothing_but_errors(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(503))


def refuses_the_scope(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd(
        "/manifests/",
        lambda handler: handler.send(403) if handler.headers["Authorization"] else handler.ask(),
    )


def tells_secrets_back(registry: Registry) -> None:
    registry.way = "basic"

    def tell(handler: Handler) -> None:
        shown = handler.headers["Authorization"] or ""
        told = {"errors": [{"code": shown, "message": shown}]}
        handler.send(400, json.dumps(told).encode()) if shown else handler.ask()

    registry.odd("/manifests/", tell)


def wants_rest(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(429, Retry_After=3600))


def wants_rest_at_its_token_server(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/token", lambda handler: handler.send(429, Retry_After="Wed, 01 Jan 2200 00:00:00 GMT"))


def wants_rest_for_ever(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(429, Retry_After="soon"))


def redirects_in_a_circle(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(307, Location=handler.path))


def redirects_to_a_file(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(307, Location="file:///etc/passwd"))


def redirects_to_plain_http(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(307, Location="http://registry.example/v2/"))


def redirects_with_a_login(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(307, Location=f"http://a:b@{registry.address}/v2/"))


def sends_for_a_token_by_plain_http(registry: Registry) -> None:
    ask = 'Bearer realm="http://tokens.example/token",service="x"'
    registry.odd("/v2/", lambda handler: handler.send(401, WWW_Authenticate=ask))


def gives_a_token_of_two_lines(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/token", lambda handler: handler.send(200, b'{"token": "a\\r\\nX-Evil: 1"}'))


def gives_no_token(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/token", lambda handler: handler.send(200, b"[[[[["))


def asks_for_what_nobody_knows(registry: Registry) -> None:
    registry.odd("/v2/", lambda handler: handler.send(401, WWW_Authenticate='Negotiate, ="" ,,Digest x="\\'))


def lacks_a_layer(registry: Registry) -> None:
    del registry.layout.blobs[layer_of(registry)["digest"].removeprefix("sha256:")]


def lacks_the_config(registry: Registry) -> None:
    changed(registry, lambda value: value["config"].update(digest="sha256:" + "2" * 64))


ROWS: dict[Callable[[Registry], None], str] = {
    stalls_at_once: "went away: it says nothing",
    stalls_in_a_layer: "went away after 1000 of a layer's",
    drips_a_manifest: "went away: it sends too slowly",
    breaks_off_again_and_again: "bytes: the connection broke",
    sends_another_length: "of the layer sha256:",
    sends_without_end: "answers with more than 8388608 bytes",
    sends_another_layer: "A layer is not what it should be: its digest is",
    damages_a_packed_layer: "A gzip blob cannot be unpacked",
    sends_a_web_page_for_a_layer: "no tar",
    names_another_diff_id: "A layer is not what it should be: its digest is",
    names_another_number_of_layers: "has 1 layers but its config names 2",
    lies_about_the_manifest: "sends something else than sha256:0000",
    sends_another_config: "sends something else than sha256:",
    answers_with_a_web_page: "answers with a web page: it is no registry",
    answers_nonsense: "manifest.layers is not a list",
    has_something_else: "is no image, but something else",
    has_the_old_format: "is in a format of 2016",
    names_a_path_for_a_digest: "which is no sha256 digest",
    names_no_size: "size is not a whole number",
    names_a_size_below_nothing: "a blob of fewer than no bytes",
    nests_indexes_without_end: "are nested without end",
    says_nothing_but_errors: "went away: it answers 503",
    refuses_the_scope: "does not let the login in a file of logins pull team/app",
    tells_secrets_back: "refuses: it answers 400.",
    wants_rest: "takes no more requests from here until",
    wants_rest_at_its_token_server: "takes no more requests from here until",
    wants_rest_for_ever: "takes no more requests from here.",
    redirects_in_a_circle: "sends on and on",
    redirects_to_a_file: "sends on to a place that uvdive does not ask",
    redirects_to_plain_http: "sends on to a place that uvdive does not ask",
    redirects_with_a_login: "sends on to a place that uvdive does not ask",
    sends_for_a_token_by_plain_http: "sends for a token to where nobody may send a password",
    gives_a_token_of_two_lines: "answers with no token",
    gives_no_token: "answers with no token",
    asks_for_what_nobody_knows: "or shows it to others only",
    lacks_a_layer: "lacks the layer sha256:",
    lacks_the_config: "lacks the config sha256:2222",
}  # fmt: skip


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
        handler.send(308, Location=handler.path.replace("/old/", "/team/"))

    registry.odd("/v2/old/", moved)
    assert len(read(registry, which="old/app:1").layers) == 2


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
