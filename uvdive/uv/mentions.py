"""What names uv in a Dockerfile: images, files, installers, calls."""

from __future__ import annotations

import re

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.uv.images import Reference

_WORD = re.compile(r"(?<![\w.-])uvx?(?![\w.-])")
_PROGRAM = re.compile(r"(?:^|/)uvx?$")
_SITE = "astral.sh/uv"
_INSTALLER = re.compile(rf"{re.escape(_SITE)}|\buv(?:-installer)?\.sh\b")
_INSTALLS = re.compile(
    r"(?:^|[&;|])(?>[^&;|]*?\bpip3?\s+install\b)[^&;|]*\buv\b"
    rf"|{_INSTALLER.pattern}"
)


def mentions_uv(text: str) -> bool:
    """Does a text call uv or uvx, or name them as a file or image?"""
    return bool(_WORD.search(text))


def names_installer(text: str) -> bool:
    """Does a text name uv's own installer, by its address or as a script?"""
    return bool(_INSTALLER.search(text))


def is_uv(word: str) -> bool:
    """Is a command's first word uv or uvx, by whatever path?"""
    return word.rpartition("/")[2] in ("uv", "uvx")


def installs_uv(text: str) -> bool:
    """Does a shell text install uv, by pip or by its own installer?"""
    return bool(_INSTALLS.search(text))


def brings_uv(instruction: Instruction) -> bool:
    """Does the instruction put uv into its stage (not only mount it)?"""
    if instruction.keyword in ("COPY", "ADD"):
        source = instruction.flag("from")
        if source is not None and Reference.read(source).is_uv:
            return True
        words = instruction.exec_form or tuple(instruction.arguments.split())
        return any(_SITE in word or _PROGRAM.search(word) for word in words[:-1])
    return instruction.keyword == "RUN" and installs_uv(command_text(instruction))
