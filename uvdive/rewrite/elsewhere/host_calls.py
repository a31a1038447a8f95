"""A text of the host, of which only what runs in a container of the image counts (R24)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from uvdive.dockerfile.shell.commands import SHELLS, Command, Word, argument_of
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.elsewhere.container_calls import InContainer, in_container
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.slots import Slot
from uvdive.rewrite.elsewhere.verdicts import Asker, Verdict, change, stay
from uvdive.rewrite.start.shell_edit import (
    NotUnderstoodError,
    apply_edits,
    behind_wrapper,
    inner_edits,
    still_calls,
)
from uvdive.rewrite.start.surroundings import Spot, Surroundings
from uvdive.rewrite.start.uv_run import UV
from uvdive.uv.mentions import is_uv


def survey_host(verdict: Verdict, ask: Asker, own: OwnImages) -> None:
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
        change(verdict, slot.text, new, slot.places)


def _without_prefix(text: str) -> str:
    """A recipe's line without make's and just's `@` and `-`, which are no part of the command."""
    return re.sub(r"(?m)^([ \t]*)([@+-]+)", lambda match: match[1] + " " * len(match[2]), text)


def _starts_container(text: str) -> bool:
    return re.search(r"\b(?:docker|podman|nerdctl|kubectl|oc|docker-compose)\b", text) is not None


def _host_command(
    verdict: Verdict, text: str, command: Command, ask: Asker, own: OwnImages
) -> list[tuple[int, int, str]]:
    argv, moved = _resolved(command.argv, verdict.slot)
    found = in_container(argv)
    if found is not None and found.first <= moved and UV.search(" ".join(argv[found.first :])):
        mine = _is_own(found, own, argv)
        if mine is not False:  # the variable itself holds `uv run`
            verdict.sure = verdict.sure and own.sure(mine)
            stay(verdict, f"calls uv by {command.argv[0]}, which is not changed", simple=False)
        return []
    if found is None or found.first < moved:
        if command.program in SHELLS and (word := argument_of(command.words)) is not None:
            return _nested_host(verdict, text, word.start, word.end, word.text, ask, own)
        return []
    mine = _is_own(found, own, argv)
    words = command.words[found.first - moved :]
    reason = _in_itself(found, words[0].text if words else "", ask.around)
    if mine is False or not (reason or UV.search(" ".join(word.text for word in words))):
        return []
    verdict.sure = verdict.sure and own.sure(mine)
    if reason:
        stay(verdict, reason, simple=False)
        return []
    return _inside(text, words, Asker(verdict, _around(ask.around, found)))


def _is_own(found: InContainer, own: OwnImages, argv: Sequence[str]) -> bool | None:
    if found.by == "service":
        return own.of_service(found.target)
    return own.of_image(found.target, argv[found.first :]) if found.by == "image" else None


def _inside(text: str, words: Sequence[Word], ask: Asker) -> list[tuple[int, int, str]]:
    """The edits in the words that run in the container."""
    if posixpath.basename(words[0].text) in SHELLS:
        ask.in_shell = True
        return inner_edits(text, words, ask, lambda _words: None, None)
    first = behind_wrapper([word.text for word in words])
    stripped = ask(tuple(word.text for word in words[first:]))
    if stripped is None:
        return []
    lead = "".join(f"{word} " for word in stripped.lead)
    return [(words[first].start, words[first + stripped.rest].start, lead)]


def _in_itself(found: InContainer, program: str, around: Surroundings) -> str:
    """Why a command calls uv though its words do not; empty where it does not."""
    if is_uv(found.program):
        return "gives uv as the entrypoint"
    if "/" in program or program.endswith(".sh"):
        text = around.script_text(posixpath.join(found.workdir or around.workdir, program))
        if text is not None and text.startswith("#!") and "sh" in text[:30] and still_calls(text, UV):
            return f"starts {program}, which calls uv"
    return ""


def _nested_host(
    verdict: Verdict, text: str, start: int, end: int, inner: str, ask: Asker, own: OwnImages
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
    match = re.fullmatch(r"\$[({](\w+)[)}]|\$(\w+)|__+([^\W_](?:\w*[^\W_])?)__+", argv[0]) if argv else None
    if match is None:
        value = tuple(slot.known.get(f"{argv[0]}()", "").split()) if argv else ()
        return ((*value, *argv[1:]), len(value) - 1) if value else (argv, 0)
    name = next(group for group in match.groups() if group)
    value = tuple(slot.known.get(name, "").split())
    if not value and re.search(r"compose|(?:^|_)dc\b", name, re.IGNORECASE):
        value = ("docker", "compose")
    elif not value and re.search(r"docker|podman", name, re.IGNORECASE):
        value = ("docker",)
    return ((*value, *argv[1:]), len(value) - 1) if value else (argv, 0)


def _around(around: Surroundings, found: InContainer) -> Surroundings:
    environ = {**around.environ, **dict(found.environ)}
    return replace(around, environ=environ).within(Spot(found.workdir))
