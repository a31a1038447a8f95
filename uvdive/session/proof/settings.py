"""The settings with which programs are started, from what the user says (``--start-env``)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.files.config import load_config
from uvdive.base.files.foreign import read_file
from uvdive.build.running.settings import Limits, StartSettings

_NUMBER = re.compile(r"([1-9][0-9]{0,14})([kmgt]?)b?")
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_NAME = re.compile(r"[^\s=\0]+")


@dataclass(frozen=True, slots=True)
class StartWish:
    """What the user says for a start: ``K=V`` (secrets), files of such lines, and the network."""

    given: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[Path, ...] = ()
    network: bool = False

    def settings(self) -> StartSettings:
        """The settings as the files are now; all as ``start_settings`` says, which counts by rows."""
        return start_settings(self.given, self.files, network=self.network, called="row")

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that are given one by one."""
        return tuple(item.partition("=")[0].strip() for item in self.given)


def start_settings(
    given: Iterable[str],
    files: Iterable[Path],
    *,
    network: bool = False,
    limits: Iterable[str] = (),
    called: str = "--start-env number",
) -> StartSettings:
    """The settings of ``K=V`` and of files of such lines; later ones win, and ``given`` over files.

    A line without ``=`` takes the value that uvdive's own environment has (docker run --env).
    ``limits`` are ``NAME=VALUE`` and go before those of the user's own settings. ``called`` is
    what errors call one of ``given``, before its number.

    Raises:
        UsageError: something is no variable or no limit, or a file can't be read. No variable's
            value is told.
    """
    found: dict[str, str] = {}
    for path in files:
        found.update(_of_file(path))
    for number, item in enumerate(given, 1):
        found.update(_variable(item, f"{called} {number}"))
    return StartSettings(tuple(found.items()), network, limits=limits_of(limits))


def limits_of(given: Iterable[str], environ: Mapping[str, str] = os.environ) -> Limits:
    """What a program may take: as the user's own settings say (``[limits]``), and ``given`` before them.

    Raises:
        UsageError: one of them is no limit.
    """
    said: dict[str, object] = dict(load_config(Path.cwd(), environ).limits)
    for item in given:
        name, _, value = item.partition("=")
        said[name.strip()] = value.strip()
    return Limits(**{name: _limit(name, value) for name, value in said.items()})


def _limit(name: str, value: object) -> int:
    names = Limits.__slots__
    if name not in names:
        raise UsageError(f"There is no limit {name}.", f"There are: {', '.join(names)}.")
    found = _NUMBER.fullmatch(str(value).lower()) if isinstance(value, str | int) else None
    if found is None or (found[2] and name != "memory") or isinstance(value, bool):
        raise UsageError(f"The limit {name}={value} is no number.", "Write memory=8g, processes=4096.")
    return int(found[1]) << _UNITS[found[2]]


def _of_file(path: Path) -> Iterator[tuple[str, str]]:
    try:
        text = read_file(path).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.", "Name another file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8 text.", "Name a file with one K=V on each line.") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield from _variable(line.lstrip(), f"line {number} of {path}").items()


def _variable(text: str, where: str) -> dict[str, str]:
    name, sign, value = text.partition("=")
    name = name.strip()
    if not _NAME.fullmatch(name) or "\0" in value:
        raise UsageError(f"What {where} says is no variable.", "Write it as NAME=VALUE.")
    if sign:
        return {name: value}
    return {name: os.environ[name]} if name in os.environ else {}
