"""Names, challenges and times as registries and people write them, and as nobody should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvdive.base.errors import UsageError
from uvdive.image.registry.access import challenges_of
from uvdive.image.registry.limits import seconds_until
from uvdive.image.registry.names import is_loopback, parse_name
from uvdive.image.registry.wire import place_of

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("written", "meant", "asked"),
    [
        ("python", "docker.io/library/python:latest", "registry-1.docker.io"),
        ("python:3.13-slim", "docker.io/library/python:3.13-slim", "registry-1.docker.io"),
        ("user/app", "docker.io/user/app:latest", "registry-1.docker.io"),
        ("docker.io/python", "docker.io/library/python:latest", "registry-1.docker.io"),
        ("index.docker.io/user/app:1", "docker.io/user/app:1", "registry-1.docker.io"),
        ("ghcr.io/owner/team/app:v1", "ghcr.io/owner/team/app:v1", "ghcr.io"),
        ("localhost/app", "localhost/app:latest", "localhost"),
        ("127.0.0.1:5000/app:1", "127.0.0.1:5000/app:1", "127.0.0.1:5000"),
        ("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000"),
        (f"ghcr.io/app:1@{DIGEST}", f"ghcr.io/app@{DIGEST}", "ghcr.io"),
    ],
)
def test_names_mean_what_the_docker_client_makes_of_them(written: str, meant: str, asked: str) -> None:
    name = parse_name(written)
    assert (str(name), name.api) == (meant, asked)


@given(st.text(st.sampled_from("aA0.-_:/@[]?#% \\\n\0é"), max_size=60))
def test_any_text_is_a_name_or_told_as_none(text: str) -> None:
    try:
        name = parse_name(text)
    except UsageError:
        return
    assert place_of(f"https://{name.api}/v2/{name.repository}/manifests/{name.which}") is not None
    assert parse_name(str(name)) == parse_name(str(parse_name(str(name))))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('Basic realm="a b"', [("basic", {"realm": "a b"})]),
        (
            'Bearer realm="https://x/t",service="s, t",scope="repository:a:pull,push"',
            [("bearer", {"realm": "https://x/t", "service": "s, t", "scope": "repository:a:pull,push"})],
        ),
        (r'Bearer realm="a\"b", Basic realm=c', [("bearer", {"realm": 'a"b'}), ("basic", {"realm": "c"})]),
        ('realm="nobody asked"', []),
        ('Bearer realm="open', [("bearer", {"realm": "open"})]),
        ("", []),
    ],
)
def test_challenges_are_read_as_they_are_written(header: str, found: object) -> None:
    assert [(each.scheme, dict(each.params)) for each in challenges_of([header])] == found


@given(st.lists(st.text(max_size=200), max_size=3))
def test_any_header_is_read(headers: list[str]) -> None:
    challenges_of(headers)
    for header in headers:
        seconds = seconds_until({"Retry-After": header})
        assert seconds is None or 0 <= seconds <= 7 * 86400


@given(st.text(max_size=100))
def test_any_location_is_a_place_or_none(text: str) -> None:
    place = place_of(text)
    assert place is None or (place.scheme in ("http", "https") and "@" not in place.host)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.1.2.3:80", True), ("localhost:5000", True), ("a.localhost", True),
        ("[::1]:5000", True), ("localhost.example", False), ("127.0.0.1.example", False),
        ("10.0.0.1", False), ("[::2]", False), ("ghcr.io", False),
    ],
)  # fmt: skip
def test_what_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here
