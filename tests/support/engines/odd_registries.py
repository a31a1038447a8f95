"""What a registry may do wrong, a function each; ``ROWS`` has what is told of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from made_images import layers as make
from made_images.layouts import Json

from engines.registries import Handler, Registry
from uvdive.image.archives.descriptors import this_platform

ONE = make.layer(make.file("one", bytes(range(256)) * 20))
BIG = make.layer(*(make.file(f"big{n}", hashlib.sha256(bytes([n])).digest() * 4000) for n in range(40)))
INDEX = "application/vnd.oci.image.index.v1+json"


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


def drips_a_layer(registry: Registry) -> None:
    def drip(handler: Handler) -> None:
        data = handler.blob()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        for byte in data:
            if handler.registry.ending.wait(0.1):
                return
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()

    registry.odd(layer_of(registry)["digest"], drip)


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


def has_no_token_server(registry: Registry) -> None:
    ask = 'Bearer realm="http://127.0.0.1:1/token"'
    registry.odd("/v2/", lambda handler: handler.send(401, WWW_Authenticate=ask))


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
    drips_a_layer: "of a layer's",
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
    wants_rest_at_its_token_server: "takes no more requests from here.",
    wants_rest_for_ever: "takes no more requests from here.",
    redirects_in_a_circle: "sends on and on",
    redirects_to_a_file: "sends on to a place that uvdive does not ask",
    redirects_to_plain_http: "sends on to a place that uvdive does not ask",
    redirects_with_a_login: "sends on to a place that uvdive does not ask",
    sends_for_a_token_by_plain_http: "sends for a token to where nobody may send a password",
    gives_a_token_of_two_lines: "answers with no token",
    has_no_token_server: "cannot be reached: nothing takes connections there (its token server, 127.0.0.1:1)",
    gives_no_token: "answers with no token",
    asks_for_what_nobody_knows: "or shows it to others only",
    lacks_a_layer: "lacks the layer sha256:",
    lacks_the_config: "lacks the config sha256:2222",
}  # fmt: skip
