"""What happens meanwhile, as a caller is told; and errors without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from uvdive.base.errors import UvdiveError, disk_full
from uvdive.base.progress import BytesRead, OnEvent, Paced, ignore
from uvdive.base.text import visible
from uvdive.base.units import size
from uvdive.output.redact import Redactor


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened; ``str(event)`` is its text.

    Attributes:
        text: what, in a line.
        done: how many bytes were read, where it is about that.
        total: how many there are; None where nobody can know.
    """

    text: str
    done: int | None = None
    total: int | None = None

    def __str__(self) -> str:
        return self.text


Told = Callable[[Event], object] | None
"""What ``on_event=`` takes; it is called in the caller's thread."""


def handed_on(told: Told, redactor: Redactor) -> OnEvent:
    """Words what happens for a caller, without secrets and control characters."""
    if told is None:
        return ignore
    # Builds and checks are worded by modules that only those need who listen.
    from uvdive.output.words.building import BuildingWords

    words, last = BuildingWords(clean=redactor.text), ""

    def take(event: object) -> None:
        nonlocal last
        if isinstance(event, BytesRead):
            of = "" if event.total is None else f" of {size(event.total)}"
            told(Event(f"{size(event.done)}{of}", event.done, event.total))
            return
        line = visible(redactor.text(words.line(event)))
        if line and line != last:
            told(Event(line))
            last = line

    return Paced(take)


@contextmanager
def errors_told(redactor: Redactor) -> Iterator[None]:
    """Raise what goes wrong without the secrets that are known, and a full disk as our error."""
    try:
        yield
    except UvdiveError as error:
        raise redactor.value(error) from None
    except OSError as error:
        full = disk_full(error)
        if full is None:
            raise
        raise full from error
