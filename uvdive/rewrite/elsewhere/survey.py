"""What one slot's calls of uv come to: changed, served by a stand-in, or in need of uv (R24)."""

from __future__ import annotations

import itertools
import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from uvdive.dockerfile.commands import SHELLS, Command, argument_of
from uvdive.dockerfile.shell import read_script
from uvdive.rewrite.elsewhere.container_calls import InContainer, in_container
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.slots import Slot
from uvdive.rewrite.elsewhere.yaml_places import (
    Edit,
    edits_between,
    edits_of_words,
    places_of,
)
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.start.shell_edit import (
    NotUnderstoodError,
    apply_edits,
    behind_wrapper,
    edit,
    inner_edits,
    resets,
    still_calls,
)
from uvdive.rewrite.start.surroundings import Surroundings
from uvdive.rewrite.start.uv_run import UV, Stripped, strip

Needs = Literal["", "uv", "network"]

# What strip() refuses by these rules cannot run without uv, but with uv it can.
_WITH_UV = frozenset({"R18", "R23", "R25", "R58"})


@dataclass(slots=True)
class Verdict:
    """What becomes of one slot.

    Attributes:
        slot: the place.
        calls: how often it calls uv in a container of this image.
        line: of the first call, in its file.
        edits: what takes `uv run` out of it.
        needs: what it needs where its text stays and no stand-in is there: nothing more than to be
            changed, uv itself, or uv with a network.
        why: why it cannot be changed, as the end of “FILE …”; empty where it can.
        simple: whether a stand-in that starts the program would do.
        programs: how it names uv.
        starts: the words of what starts afterwards.
        sync: options that the build's sync gets.
        sure: whether it is this image that they run in.
    """

    slot: Slot
    calls: int = 0
    line: int = 0
    edits: list[Edit] = field(default_factory=list)
    needs: Needs = ""
    why: str = ""
    simple: bool = True
    programs: set[str] = field(default_factory=set)
    starts: list[tuple[str, ...]] = field(default_factory=list)
    sync: set[tuple[str, ...]] = field(default_factory=set)
    sure: bool = True

    @property
    def where(self) -> str:
        """File, line and whose it is, for people."""
        return replace(self.slot, line=self.line or self.slot.line).where


def survey(slot: Slot, text: str, around: Surroundings, own: OwnImages, head: Sequence[str]) -> Verdict:
    """Look at one slot.

    Args:
        slot: the place.
        text: its whole file.
        around: what `uv run` finds in the image.
        own: which images and services are this one.
        head: the ENTRYPOINT that gets the words of a command, where it is a runner that goes.
    """
    verdict = Verdict(slot, line=slot.line, sure=slot.sure)
    here = replace(around, environ={**around.environ, **slot.environ}).within(slot.workdir)
    ask = _Asker(verdict, here)
    try:
        if slot.how == "code":
            _code(verdict, ask)
        elif slot.how == "words":
            _words(verdict, text, ask, head if slot.after_entrypoint else ())
        elif slot.how == "host":
            _host(verdict, ask, own)
        else:
            _shell(verdict, ask, head if slot.after_entrypoint else ())
    except NotUnderstoodError:
        _stay(verdict, "calls uv in a way that is not understood")
    if verdict.calls and not verdict.why and slot.fixed:
        _stay(verdict, f"cannot be changed: {slot.fixed}")
    return verdict


def _stay(verdict: Verdict, why: str, needs: Needs = "uv", *, simple: bool = True) -> None:
    verdict.calls = max(verdict.calls, 1)
    verdict.why = verdict.why or why
    verdict.needs = "network" if "network" in (needs, verdict.needs) else "uv"
    verdict.simple = verdict.simple and simple
    verdict.programs = verdict.programs or {"uv"}


class _Asker:
    """Takes the runner off the commands of a slot, and remembers what that came to."""

    def __init__(self, verdict: Verdict, around: Surroundings) -> None:
        self.verdict, self.around = verdict, around
        self.in_shell = False

    def __call__(self, words: tuple[str, ...], folder: str | None = None) -> Stripped | None:
        """A command without its runner; None where it has none, or has to stay."""
        verdict = self.verdict
        if not words or posixpath.basename(words[0]) not in ("uv", "uvx"):
            return None
        verdict.calls += 1
        verdict.programs.add(words[0])
        try:
            stripped = strip(words, self.around.within(folder), 0)
        except Refused as refused:
            why = str(refused).partition(". ")[0].rstrip(".")
            lacking = self._lacks(words)
            needs: Needs = "uv" if refused.rule in _WITH_UV and not lacking else "network"
            _stay(verdict, f"needs uv: {why}", needs, simple=False)
            return None
        if stripped is None or stripped.runner != "uv run":
            _stay(verdict, "calls uv in a way that is not understood", simple=False)
            return None
        if stripped.sync and not self.around.env.at_start:
            option = " ".join(min(stripped.sync))
            if verdict.slot.duty == "asked":
                _stay(verdict, f"installs what {option} names when it is called", "network", simple=False)
                return None
            verdict.sync |= set(stripped.sync)
        if stripped.folder is not None and not self.in_shell:
            _stay(verdict, "starts its program in another folder", simple=False)
            return None
        rest = words[1 : stripped.rest]
        valued = rest[:1] != ("run",) or any(not word.startswith("-") for word in rest[1:])
        verdict.simple = verdict.simple and stripped.folder is None and not valued
        verdict.starts.append((*stripped.lead, *words[stripped.rest :]))
        return stripped

    def _lacks(self, words: tuple[str, ...]) -> bool:
        """Is the program one that the image does not have, so that uv would have to install it?"""
        target = next((word for word in words[2:] if not word.startswith("-")), "")
        plain = re.fullmatch(r"[\w.+-]+", target) is not None and not target.endswith(".py")
        return plain and self.around.has_program(target) is False


def _words(verdict: Verdict, text: str, ask: _Asker, head: Sequence[str]) -> None:
    words = verdict.slot.words
    program = posixpath.basename(words[0])
    if program in SHELLS:
        _nested_words(verdict, text, ask)
        return
    first = behind_wrapper(words)
    if posixpath.basename(words[first]) not in ("uv", "uvx") and head:
        _behind_entrypoint(verdict, words, ask, head)
        return
    stripped = ask(words[first:])
    if stripped is None:
        return
    edits = edits_of_words(text, verdict.slot.items, first, first + stripped.rest, stripped.lead)
    if edits is None:
        _stay(verdict, "cannot be changed in place")
    else:
        verdict.edits += edits


def _nested_words(verdict: Verdict, text: str, ask: _Asker) -> None:
    """`["sh", "-c", TEXT]`."""
    for (option, _), (item, _) in itertools.pairwise(verdict.slot.items):
        if not re.fullmatch(r"-\w*c\w*", option.text):
            continue
        ask.in_shell = True
        _edit_text(verdict, item.text, places_of(text, item), ask)
        if verdict.calls and "l" in option.text:
            _stay(verdict, "starts a login shell, which sets PATH anew", simple=False)
        if verdict.calls and item.uses > 1:
            _stay(verdict, "cannot be changed: it stands in several places")
        return


def _behind_entrypoint(verdict: Verdict, words: Sequence[str], ask: _Asker, head: Sequence[str]) -> None:
    """Words that an ENTRYPOINT of `uv run` got: without it they must name a program."""
    stripped = ask((*head, *words))
    if stripped is None or (not stripped.lead and stripped.rest == len(head)):
        verdict.calls = 0 if stripped is not None else verdict.calls
        return
    _stay(verdict, f"gives its words to `{' '.join(head)}`, the ENTRYPOINT that goes", simple=False)


def _shell(verdict: Verdict, ask: _Asker, head: Sequence[str]) -> None:
    slot = verdict.slot
    ask.in_shell = slot.duty == "asked" or "\n" in slot.text
    if head and not UV.search(slot.text):
        try:
            words = shlex.split(slot.text)
        except ValueError:
            raise NotUnderstoodError from None
        _behind_entrypoint(verdict, words, ask, head)
        return
    if UV.search(slot.text):
        _edit_text(verdict, slot.text, slot.places, ask)


def _edit_text(verdict: Verdict, old: str, places: Sequence[int] | None, ask: _Asker) -> None:
    if not UV.search(old):
        return
    new = edit(old, ask, lambda _words: None)
    if new != old and (name := resets(old)):
        _stay(verdict, f"sets {name} itself", simple=False)
    elif still_calls(new, UV):
        _stay(
            verdict, "uses uv for more than to start a program", simple=verdict.calls > 0 and verdict.simple
        )
    elif new != old:
        _change(verdict, old, new, places)


def _change(verdict: Verdict, old: str, new: str, places: Sequence[int] | None) -> None:
    edits = None if places is None else edits_between(old, new, places)
    if edits is None or any(re.search(r"[\"'\\#\n]|: ", each[2]) for each in edits):
        _stay(verdict, "cannot be changed in place")
        return
    verdict.edits += edits


def _code(verdict: Verdict, ask: _Asker) -> None:
    words = tuple(verdict.slot.text.split())
    if verdict.slot.duty == "asked":
        return
    if len(words) == 1 and posixpath.basename(words[0]) == "uv":
        _stay(verdict, "starts uv", "network", simple=False)
        return
    ask(words)
    _stay(verdict, "is code, which is not changed", verdict.needs or "uv", simple=verdict.simple)


def _host(verdict: Verdict, ask: _Asker, own: OwnImages) -> None:
    """A text of the host: only what runs in a container of this image counts."""
    slot = verdict.slot
    source = re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: re.sub(r"\W", "_", match[0]), slot.text)
    script = read_script(_without_prefix(source))
    if script is None:
        if UV.search(slot.text) and _starts_container(slot.text):
            verdict.sure = own.only
            raise NotUnderstoodError
        return
    edits: list[tuple[int, int, str]] = []
    for command in script.commands:
        if command.nested == "sh -c":
            continue
        calls = verdict.calls
        edits += _host_command(verdict, source, command, ask, own)
        if verdict.calls > calls and not calls:
            verdict.line = slot.line + slot.text.count("\n", 0, command.start)
    if edits and not verdict.why:
        new = apply_edits(slot.text, edits)
        _change(verdict, slot.text, new, slot.places)


def _without_prefix(text: str) -> str:
    """A recipe's line without make's and just's `@` and `-`, which are no part of the command."""
    return re.sub(r"(?m)^([ \t]*)([@+-]+)", lambda match: match[1] + " " * len(match[2]), text)


def _starts_container(text: str) -> bool:
    return re.search(r"\b(?:docker|podman|nerdctl|kubectl|oc|docker-compose)\b", text) is not None


def _host_command(
    verdict: Verdict, text: str, command: Command, ask: _Asker, own: OwnImages
) -> list[tuple[int, int, str]]:
    argv, moved = _resolved(command.argv, verdict.slot)
    found = in_container(argv)
    if found is None or found.first < moved:
        if command.program in SHELLS and (word := argument_of(command.words)) is not None:
            return _nested_host(verdict, text, word.start, word.end, word.text, ask, own)
        return []
    mine = (
        own.of_service(found.target)
        if found.by == "service"
        else (own.of_image(found.target) if found.by == "image" else None)
    )
    words = command.words[found.first - moved :]
    if mine is False or not UV.search(" ".join(word.text for word in words)):
        return []
    verdict.sure = verdict.sure and own.sure(mine)
    here = _Asker(verdict, _around(ask.around, found))
    here.in_shell = False
    if words and posixpath.basename(words[0].text) in SHELLS:
        here.in_shell = True
        return inner_edits(text, words, here, lambda _words: None, None)
    first = behind_wrapper([word.text for word in words])
    stripped = here(tuple(word.text for word in words[first:]))
    if stripped is None:
        return []
    lead = "".join(f"{word} " for word in stripped.lead)
    return [(words[first].start, words[first + stripped.rest].start, lead)]


def _nested_host(
    verdict: Verdict, text: str, start: int, end: int, inner: str, ask: _Asker, own: OwnImages
) -> list[tuple[int, int, str]]:
    """The host's own `sh -c 'docker run …'`."""
    script = read_script(inner)
    if script is None or text[start + 1 : end - 1] != inner:
        if UV.search(inner) and _starts_container(inner):
            raise NotUnderstoodError
        return []
    edits = []
    for command in script.commands:
        for a, b, new in _host_command(verdict, inner, command, ask, own):
            if re.search(r"[\"'\\$]", new):
                raise NotUnderstoodError
            edits.append((start + 1 + a, start + 1 + b, new))
    return edits


def _resolved(argv: tuple[str, ...], slot: Slot) -> tuple[tuple[str, ...], int]:
    """The words with a variable in front replaced by its value, and how many words that are more."""
    match = re.fullmatch(r"\$[({](\w+)[)}]|\$(\w+)|__+(\w+?)__+", argv[0]) if argv else None
    if match is None:
        return argv, 0
    name = next(group for group in match.groups() if group)
    value = tuple(slot.known.get(name, "").split())
    if not value and re.search(r"compose|(?:^|_)dc\b", name, re.IGNORECASE):
        value = ("docker", "compose")
    elif not value and re.search(r"docker|podman", name, re.IGNORECASE):
        value = ("docker",)
    return ((*value, *argv[1:]), len(value) - 1) if value else (argv, 0)


def _around(around: Surroundings, found: InContainer) -> Surroundings:
    environ = {**around.environ, **dict(found.environ)}
    return replace(around, environ=environ).within(found.workdir)
