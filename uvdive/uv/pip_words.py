"""The words of `pip install`: which are packages, which are the values of options (R10).

https://pip.pypa.io/en/stable/cli/pip_install/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_VALUES = frozenset(
    (
        *("-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links", "--trusted-host"),
        *("--timeout", "--default-timeout", "--retries", "--proxy", "--cert", "--client-cert", "--log"),
        *("--cache-dir", "--exists-action", "--root-user-action", "--progress-bar", "--python", "--platform"),
        *("--python-version", "--implementation", "--abi", "--upgrade-strategy", "--no-binary", "-C"),
        *("--only-binary", "--config-settings", "--global-option", "--report", "--build-option", "--src"),
        *("--install-option", "--keyring-provider", "--use-feature", "--use-deprecated", "--hash"),
        *("--resume-retries", "--uploaded-prior-to", "--group", "-b", "--build"),
    )
)
"""Options that take a value and name no package."""

_LISTS = frozenset({"-r", "--requirement", "-e", "--editable"})
_CONSTRAINTS = frozenset({"-c", "--constraint"})
_PLACES = frozenset({"-t", "--target", "--prefix", "--root"})


@dataclass(frozen=True, slots=True)
class PipInstall:
    """What stands behind `pip install`; numbers are indexes of the words.

    ``packages`` are requirements, ``lists`` the values of ``-r`` and ``-e``, ``places`` those of
    ``--target`` and the like.
    """

    packages: tuple[int, ...] = ()
    lists: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def read_pip_install(words: Sequence[str]) -> PipInstall | None:
    """Read `pip install …` with whatever stands in front of it; None where pip installs nothing."""
    start = next((index for index, word in enumerate(words) if word == "install"), None)
    if start is None:
        return None
    packages: list[int] = []
    lists: list[str] = []
    places: list[str] = []
    index = start + 1
    while index < len(words):
        name, equals, value = words[index].partition("=")
        if not name.startswith("-"):
            packages.append(index)
        elif name in _LISTS | _PLACES | _CONSTRAINTS | _VALUES:
            if not equals:
                index += 1
                value = words[index] if index < len(words) else ""
            if name in _LISTS:
                lists.append(value)
            elif name in _PLACES:
                places.append(value)
        elif name[:2] in ("-r", "-e") and not name.startswith("--") and len(name) > 2:
            lists.append(words[index][2:])
        index += 1
    return PipInstall(tuple(packages), tuple(lists), tuple(places))
