"""What a service starts: its entrypoint, command and environment.

https://docs.docker.com/reference/compose-file/services/#command
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.compose.services import Service
from uvdive.compose.variables import read_env_file


@dataclass(frozen=True, slots=True)
class ServiceStart:
    """What a service starts, with which variables and where; None for what its image says."""

    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    environ: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    folder: str | None = None

    def words(self, entrypoint: Sequence[str], command: Sequence[str]) -> tuple[str, ...]:
        """What starts in a container of an image with this ENTRYPOINT and CMD.

        An entrypoint of the service takes the image's CMD away
        (https://docs.docker.com/reference/compose-file/services/#entrypoint).
        """
        head = entrypoint if self.entrypoint is None else self.entrypoint
        if self.command is not None:
            return (*head, *self.command)
        return (*head, *(command if self.entrypoint is None else ()))


def read_start(service: Service) -> ServiceStart:
    """What a service starts, with its variables: those of its ``env_file`` first, then its own.

    Raises:
        UsageError: a variable has no value that has to, or a command's quote has no end.
    """
    found: dict[str, str] = {}
    for path in _env_files(service):
        found |= read_env_file(path, service.variables.values)
    for key, value in service.pairs("environment").items():
        known = service.variables.values.get(key) if value is None else value
        if known is not None:
            found[key] = known
    return ServiceStart(
        service.words("entrypoint"),
        service.words("command"),
        tuple(found.items()),
        service.text("working_dir"),
    )


def _env_files(service: Service) -> Iterator[Path]:
    """Those that are there: one that lacks is told by compose itself."""
    found = service.get("env_file")
    if found is None:
        return
    node, layer = found
    for each in node.items or [node]:
        name = each if each.kind == "text" else each.get("path")
        if (
            name is not None
            and name.kind == "text"
            and (path := layer.folder / service.expand(name)).is_file()
        ):
            yield path
