"""What a registry may do wrong below its API: byte by byte, without end, half; ``ROWS`` has what is told."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from engines.odd_registries import changed, layer_of
from engines.registries import Answer, Handler, Registry


def drips_a_head(registry: Registry) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not handler.registry.ending.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    registry.odd("/manifests/", drip)


def says_to_go_on_without_end(registry: Registry) -> None:
    def go_on(handler: Handler) -> None:
        while not handler.registry.ending.wait(0.05):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            handler.wfile.flush()

    registry.odd("/manifests/", go_on)


def _dripping(status: int, length: int, **headers: str) -> Answer:
    """An answer whose body comes byte by byte, and never wholly."""

    def drip(handler: Handler) -> None:
        handler.send_response(status)
        for key, value in {"Content_Length": str(length), **headers}.items():
            handler.send_header(key.replace("_", "-"), value)
        handler.end_headers()
        while not handler.registry.ending.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return drip


def drips_an_error(registry: Registry) -> None:
    registry.odd("/manifests/", _dripping(400, 60_000))


def drips_a_question(registry: Registry) -> None:
    registry.odd("/manifests/", _dripping(401, 16_000, WWW_Authenticate='Basic realm="x"'))


def drips_a_wish_for_rest(registry: Registry) -> None:
    registry.odd("/manifests/", _dripping(429, 16_000, Retry_After="0"))


def drips_a_redirect(registry: Registry) -> None:
    registry.odd("/manifests/", _dripping(307, 16_000, Location="/v2/team/app/blobs/none"), times=1)


def drips_a_token(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/token", _dripping(200, 3_000))


def sends_a_token_without_end(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/token", lambda handler: handler.send(200, bytes(1 << 20)))


def asks_again_whatever_it_is_shown(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/manifests/", lambda handler: handler.ask())


def sends_half_of_a_layer(registry: Registry) -> None:
    def half(handler: Handler) -> None:
        handler.send(200, handler.blob()[: len(handler.blob()) // 2])

    registry.odd(layer_of(registry)["digest"], half)


def packs_what_it_sends(registry: Registry) -> None:
    packed = gzip.compress(bytes(9_000_000))
    registry.odd("/manifests/", lambda handler: handler.send(200, packed, Content_Encoding="gzip"))


def breaks_off_a_layer_of_ten_gigabytes(registry: Registry) -> None:
    digest = layer_of(registry)["digest"]
    changed(registry, lambda value: value["layers"][1].update(size=10**10))

    def begin(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**10))
        handler.end_headers()
        handler.wfile.write(handler.blob()[:5000])
        handler.break_off()

    registry.odd(digest, begin)


def sends_for_a_token_and_on(registry: Registry) -> None:
    registry.way = "bearer"
    registry.odd("/token", lambda handler: handler.send(307, Location="https://tokens.example/token"))


def wants_rest_in_a_layer(registry: Registry) -> None:
    registry.odd(layer_of(registry)["digest"], lambda handler: handler.send(429, Retry_After=30))


def says_two_lengths(registry: Registry) -> None:
    def two(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}")
        handler.break_off()

    registry.odd("/manifests/", two)


def speaks_something_else(registry: Registry) -> None:
    def ssh(handler: Handler) -> None:
        handler.wfile.write(b"\x00\xff SSH-2.0\r\n")
        handler.break_off()

    registry.odd("/v2/", ssh)


def nests_its_manifest(registry: Registry) -> None:
    registry.odd("/manifests/", lambda handler: handler.send(200, b"[" * 1_000_000))


ROWS: dict[Callable[[Registry], None], str] = {
    drips_a_head: "went away: it says nothing",
    says_to_go_on_without_end: "went away: it says nothing",
    drips_an_error: "refuses: it answers 400.",
    drips_a_question: "does not let the login in a file of logins pull team/app",
    drips_a_wish_for_rest: "takes no more requests from here until",
    drips_a_redirect: "has no team/app:1",
    drips_a_token: "it sends too slowly (its token server, 127.0.0.1:",
    sends_a_token_without_end: "answers with no token",
    asks_again_whatever_it_is_shown: "does not let the login in a file of logins pull team/app",
    sends_half_of_a_layer: "The registry sends 7,8",
    packs_what_it_sends: "manifest is no JSON",
    breaks_off_a_layer_of_ten_gigabytes: "bytes: the connection broke",
    sends_for_a_token_and_on: "answers with no token",
    wants_rest_in_a_layer: "takes no more requests from here until",
    says_two_lengths: "went away: the connection broke",
    speaks_something_else: "went away: the connection broke",
    nests_its_manifest: "manifest nests too deeply",
}
