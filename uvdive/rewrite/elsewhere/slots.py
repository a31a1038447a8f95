"""Where something outside the Dockerfile may call uv in a container of the image, as it was read (R24)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.uv.mentions import mentions_uv

_CONTAINER = re.compile(r"docker|podman|nerdctl|kubectl|compose|\boc\b", re.IGNORECASE)

Duty = Literal["start", "asked", "written"]
"""Whether a text starts a container, runs in it when somebody asks for it, or is only written down there."""

How = Literal["words", "shell", "host", "code"]
"""``words``: a list; ``shell``: a text for a shell in the container; ``host``: a text for a shell
outside, with `docker exec` and the like in it; ``code``: a program's source."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One command, or one text with commands.

    Attributes:
        path: the file, from the context; ``..`` where it is above.
        line: where it begins, from 1.
        about: whose it is (``service web``), for people; empty where the file says enough.
        how: what kind of text it is.
        duty: whether a container starts with it.
        sure: whether what it runs in is this image; else it may be another one's.
        text: the text; of ``words`` empty.
        items: the words, each with the list that holds it.
        places: the offset in the file of each character of ``text``, and of its end; None where it
            cannot be changed in place.
        environ: variables that it sets for the command.
        workdir: its folder, where it says one.
        after_entrypoint: the image's ENTRYPOINT gets the words.
        fixed: why the text is never changed, as the end of a sentence; empty for no such reason.
        known: what else the file defines: values of variables by name, of functions and aliases by
            ``name()``.
    """

    path: str
    line: int
    about: str
    how: How
    duty: Duty
    sure: bool
    text: str = ""
    items: tuple[tuple[Node, Node], ...] = ()
    places: tuple[int, ...] | range | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    workdir: str | None = None
    after_entrypoint: bool = False
    fixed: str = ""
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of ``words``."""
        return tuple(item.text for item, _ in self.items)

    @property
    def said(self) -> str:
        """The text; of ``words`` these as one."""
        return " ".join(self.words) if self.how == "words" else self.text

    @property
    def where(self) -> str:
        """File and line, for people."""
        about = f" ({self.about})" if self.about else ""
        return f"{self.path}, line {self.line}{about}"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A mount of the host's files over a folder of the image.

    ``target`` is the folder, ``covers`` are the targets of the service's other mounts. ``at`` is
    where a further mount can be written into the file, with ``before`` in front of it; None where
    it cannot. ``syncs`` says that files are copied into a running container instead.
    """

    path: str
    line: int
    about: str
    target: str
    covers: tuple[str, ...]
    at: int | None = None
    before: str = ""
    syncs: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a file sets for a container of the image."""

    path: str
    line: int
    about: str
    name: str


@dataclass(slots=True)
class Outside:
    """All that was read.

    ``texts`` are the files' by path; ``starts`` says that one names what starts the container.
    ``named`` are variables of installing tools that a source file of the app names; None: none was
    looked at. ``programs`` are those of curl, wget and node's that a file names which may run in
    the container. ``own`` tells which images and services are this one. ``unread`` are whole sentences
    about files that were not read. ``composed`` are the texts of all compose files, by path.
    """

    slots: list[Slot] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    starts: bool = False
    named: frozenset[str] | None = None
    programs: frozenset[str] | None = None
    own: OwnImages = field(default_factory=OwnImages)
    unread: list[str] = field(default_factory=list)
    composed: dict[str, str] = field(default_factory=dict)


def may_call(text: str) -> bool:
    """May a text of the host call uv in a container, by its own words or by a script that it starts there?"""
    return mentions_uv(text) or (".sh" in text and _CONTAINER.search(text) is not None)
