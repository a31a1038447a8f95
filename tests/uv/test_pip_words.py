"""Which words of `pip install` are packages (R10)."""

from __future__ import annotations

import pytest

from uvdive.uv.pip_words import PipInstall, read_pip_install


@pytest.mark.parametrize(
    ("text", "packages", "lists", "places"),
    [
        ("pip install uv", ["uv"], [], []),
        ("pip install -i https://x/simple uv flask", ["uv", "flask"], [], []),
        ("pip install --index-url=https://x/simple --no-cache-dir uv", ["uv"], [], []),
        ("python -m pip install --upgrade wheel uv --root-user-action ignore", ["wheel", "uv"], [], []),
        ("pip install -r a.txt -rb.txt -c limits.txt -e .", [], ["a.txt", "b.txt", "."], []),
        ("uv pip install --target /out --prefix=/in x", ["x"], [], ["/out", "/in"]),
        ("pip install -i", [], [], []),
        ("pip install --trusted-host a uv --trusted-host b", ["uv"], [], []),
    ],
)
def test_words_are_told_apart(text: str, packages: list[str], lists: list[str], places: list[str]) -> None:
    words = text.split()
    found = read_pip_install(words)
    assert found == PipInstall(tuple(words.index(name) for name in packages), tuple(lists), tuple(places))


def test_what_installs_nothing_is_none() -> None:
    assert read_pip_install(["pip", "list"]) is None
