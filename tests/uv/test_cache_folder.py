"""Where uv has its cache: one answer for findings and for the rewrite (R42)."""

from __future__ import annotations

import pytest

from uvdive.uv.cache import cache_folder, in_default_cache


@pytest.mark.parametrize(
    ("variables", "words", "home", "folder"),
    [
        ({}, "sync", "/root", "/root/.cache/uv"),
        ({}, "sync", None, None),
        ({"HOME": "/srv"}, "sync", "/root", "/srv/.cache/uv"),
        ({"HOME": "/srv"}, "sync", None, "/srv/.cache/uv"),
        ({"XDG_CACHE_HOME": "/x/"}, "sync", "/root", "/x/uv"),
        ({"XDG_CACHE_HOME": "x"}, "sync", "/root", "/root/.cache/uv"),
        ({"UV_CACHE_DIR": "/c/", "XDG_CACHE_HOME": "/x"}, "sync", "/root", "/c"),
        ({"UV_CACHE_DIR": "c"}, "sync", "/root", None),
        ({"UV_CACHE_DIR": "/c"}, "--cache-dir /d sync", "/root", "/d"),
        ({}, "sync --cache-dir=/d", "/root", "/d"),
        ({}, "sync --cache-dir=$D", "/root", None),
        *(({}, f"sync {option}", "/root", None) for option in ("--no-cache", "-n", "--no-cache-dir")),
        *(({"UV_NO_CACHE": value}, "sync", "/root", None) for value in ("1", "true", "t", "yes", "Y", "on")),
        ({"UV_NO_CACHE": "0"}, "sync", "/root", "/root/.cache/uv"),
    ],
)
def test_the_folder(variables: dict[str, str], words: str, home: str | None, folder: str | None) -> None:
    assert cache_folder(variables, home, words.split()) == folder


def test_a_home_of_anybodys() -> None:
    assert in_default_cache("/root/.cache/uv")
    assert in_default_cache("/home/a/.cache/uv/wheels-v5")
    assert not in_default_cache("/root/.cache/uvicorn")
