"""What one slot's calls of uv come to: changed, served by a stand-in, or in need of uv (R24)."""

from __future__ import annotations

import itertools
import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace

from uvdive.dockerfile.shell.commands import SHELLS
from uvdive.rewrite.elsewhere.host_calls import survey_host
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.slots import Slot
from uvdive.rewrite.elsewhere.verdicts import Asker, Verdict, change, stay
from uvdive.rewrite.elsewhere.yaml_places import (
    edits_of_words,
    places_of,
)
from uvdive.rewrite.start.shell_edit import (
    TALKING,
    NotUnderstoodError,
    behind_wrapper,
    behind_wrappers,
    edit,
    resets,
    still_calls,
)
from uvdive.rewrite.start.surroundings import Spot, Surroundings
from uvdive.rewrite.start.uv_run import UV
from uvdive.uv.mentions import is_uv


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
    here = replace(around, environ={**around.environ, **slot.environ}).within(Spot(slot.workdir))
    ask = Asker(verdict, here)
    try:
        if slot.how == "code":
            _code(verdict, ask)
        elif slot.how == "words":
            _words(verdict, text, ask, head if slot.after_entrypoint else ())
        elif slot.how == "host":
            survey_host(verdict, ask, own)
        else:
            _shell(verdict, ask, head if slot.after_entrypoint else ())
    except NotUnderstoodError:
        stay(verdict, "calls uv in a way that is not understood")
    if verdict.calls and not verdict.why and slot.fixed:
        stay(verdict, f"cannot be changed: {slot.fixed}")
    return verdict


def _words(verdict: Verdict, text: str, ask: Asker, head: Sequence[str]) -> None:
    words = verdict.slot.words
    first = behind_wrapper(words)
    calls = is_uv(words[first])
    if not calls and _is_nested(words):
        _nested_words(verdict, text, ask, behind_wrappers(words))
        return
    if not calls and head:
        _behind_entrypoint(verdict, words, ask, head)
        return
    stripped = ask(words[first:]) if calls else None
    if stripped is None:
        _see_rest(verdict, words)
        return
    behind = first + stripped.rest
    edits = edits_of_words(text, verdict.slot.items, first, behind, stripped.lead)
    if edits is None:
        stay(verdict, "cannot be changed in place")
        return
    verdict.edits += edits
    if not stripped.lead and _is_nested(words[behind:]):
        _nested_words(verdict, text, ask, behind + behind_wrappers(words[behind:]))
    else:
        _see_rest(verdict, words[behind:])


def _is_nested(words: Sequence[str]) -> bool:
    """Do the words start a shell, be it behind `tini --`?"""
    return bool(words) and posixpath.basename(words[behind_wrappers(words)]) in SHELLS


def _see_rest(verdict: Verdict, words: Sequence[str]) -> None:
    """Words that are no call themselves but name uv: `python -m uv`, `wait-for db uv run`."""
    if any(UV.search(word) for word in words[1:]) and posixpath.basename(words[0]) not in TALKING:
        stay(verdict, "calls uv in a way that is not understood", simple=False)


def _nested_words(verdict: Verdict, text: str, ask: Asker, first: int) -> None:
    """`["sh", "-c", TEXT]`, from the shell's index on."""
    for (option, _), (item, _) in itertools.pairwise(verdict.slot.items[first + 1 :]):
        if not re.fullmatch(r"-\w*c\w*", option.text):
            continue
        ask.in_shell = True
        _edit_text(verdict, item.text, places_of(text, item), ask)
        if verdict.calls and "l" in option.text:
            stay(verdict, "starts a login shell, which sets PATH anew", simple=False)
        if verdict.calls and item.uses > 1:
            stay(verdict, "cannot be changed: it stands in several places")
        return


def _behind_entrypoint(verdict: Verdict, words: Sequence[str], ask: Asker, head: Sequence[str]) -> None:
    """Words that an ENTRYPOINT of `uv run` got: without it they must name a program."""
    stripped = ask((*head, *words))
    if stripped is None or (not stripped.lead and stripped.rest == len(head)):
        verdict.calls = 0 if stripped is not None else verdict.calls
        return
    stay(verdict, f"gives its words to `{' '.join(head)}`, the ENTRYPOINT that goes", simple=False)


def _shell(verdict: Verdict, ask: Asker, head: Sequence[str]) -> None:
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


def _edit_text(verdict: Verdict, old: str, places: Sequence[int] | None, ask: Asker) -> None:
    if not UV.search(old):
        return
    new = edit(old, ask, lambda _words: None)
    if new != old and (name := resets(old)):
        stay(verdict, f"sets {name} itself", simple=False)
    elif still_calls(new, UV):
        stay(verdict, "uses uv for more than to start a program", simple=verdict.calls > 0 and verdict.simple)
    elif new != old:
        change(verdict, old, new, places)


def _code(verdict: Verdict, ask: Asker) -> None:
    words = tuple(verdict.slot.text.split())
    if verdict.slot.duty != "start":
        return
    if len(words) == 1 and posixpath.basename(words[0]) == "uv":
        stay(verdict, "starts uv", "network", simple=False)
        return
    ask(words)
    stay(verdict, "is code, which is not changed", verdict.needs or "uv", simple=verdict.simple)
