"""Which RUNs call uv, and what of its cache they use (R61, R42)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from uvdive.base.paths import is_below
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.shell.commands import SHELLS, Command, Word, program_words
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.edits import Edit
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import context_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.improve import ROOT
from uvdive.rewrite.notes import Refused
from uvdive.uv.cache import cache_folder
from uvdive.uv.calls import TRUE, calls_of
from uvdive.uv.images import Reference
from uvdive.uv.mentions import mentions_uv

_RUNNERS = frozenset({"make", "just", "task", "invoke", "inv", "tox", "nox", "hatch", "poe", "pre-commit"})
_STANDARD = ("/bin/", "/usr/bin/", "/usr/local/bin/")
_NO_CACHE = frozenset({"venv", "version", "help", "self", "python pin", "python find", "python list", ""})
_CHANGES_UV = re.compile(
    r"(?:^|[;&|\n])(?>[^;&|\n]*?\b(?:rm|mv|cp|ln|chmod|chown)\b)[^;&|\n]*(?<![\w.-])uvx?(?![\w.-])"
)
_UVX = re.compile(r"(?<![\w./-])uvx(?![\w.-])")
_SCRIPT = re.compile(r"(?:^|[\s;&|])(?:\./|(?:ba)?sh\s+\S+\.sh|make\b|just\b)")
_REMOVED = re.compile(
    r"\brm\s+-(?:rf|fr|r)\s+(?:~|/root|\$HOME)/\.cache(?:/uv)?(?=\s*(?:$|[;&]))(?!.*\buvx?\b)", re.DOTALL
)
_CACHE_WORD = re.compile(r"\.cache(?:/uv)?(?:/\S*)?$|^/(?:root|home(?:/\w+)?)/?(?:\*|\.\*)?$")


@dataclass(slots=True)
class Caller:
    """A RUN that needs uv.

    ``programs`` are uv and uvx, as far as it calls them. ``words`` are the calls by a path that is
    uv's no more. ``mounted`` says that it has uv mounted already, ``sure`` that it plainly names uv,
    where others start what may. ``cache`` is the folder where it keeps its cache and that no mount
    covers; empty for none, None where nobody can tell it.
    """

    run: Run
    programs: tuple[str, ...]
    words: list[Edit] = field(default_factory=list)
    mounted: bool = False
    sure: bool = True
    cache: str | None = ""


def callers(evidence: Evidence, runs: Sequence[Run], gone: Mapping[int, Collection[int]]) -> list[Caller]:
    """The RUNs that call uv, in their order; ``gone`` are the parts that go.

    Raises:
        Refused: R61, a RUN calls uv in a way that cannot be kept.
    """
    found = []
    for run in runs:
        caller = _caller(evidence, run, gone.get(run.step.line, ()))
        if caller is not None:
            found.append(caller)
    return found


def _caller(evidence: Evidence, run: Run, gone: Collection[int]) -> Caller | None:
    step = run.step
    mounted = any(_mounts_uv(evidence, step))
    if run.script is None:
        return _unread(run, mounted=mounted)
    programs: set[str] = set()
    edits: list[Edit] = []
    kept = [part for index, (part, _) in enumerate(run.parts) if index not in gone]
    for command in (command for part in kept for command in part.commands):
        found, edit = _called(evidence, command, run.text, step)
        programs |= found
        edits += [edit] if edit is not None else []
    if not programs:
        return None
    text = "\n".join(run.text[part.start : part.end] for part in kept)
    ordered = tuple(name for name in ("uv", "uvx") if name in programs)
    return Caller(run, ordered, edits, mounted, mentions_uv(text), _cache(text, step))


def _unread(run: Run, *, mounted: bool) -> Caller | None:
    """A RUN whose text is not understood: it gets uv as it had it, if it may call it."""
    if not (mentions_uv(run.text) or _SCRIPT.search(run.text)):
        return None
    if _CHANGES_UV.search(run.text):
        raise _refused("moves or changes uv itself", run.step)
    programs = ("uv", "uvx") if _UVX.search(run.text) else ("uv",)
    sure = mentions_uv(run.text)
    return Caller(run, programs, mounted=mounted, sure=sure, cache=_cache(run.text, run.step))


def _called(evidence: Evidence, command: Command, text: str, step: Step) -> tuple[set[str], Edit | None]:
    """Which of uv's programs a command calls, and the call by its name where that is by a path."""
    words = program_words(command)
    name = posixpath.basename(words[0].text) if words else ""
    if words and _is_module(words):
        return {"uv"}, _edit(command, words[0], words[2], "uv", step)
    if name in ("uv", "uvx"):
        by_path = "/" in words[0].text and not words[0].text.startswith(_STANDARD)
        return {"uv", name}, _edit(command, words[0], words[0], name, step) if by_path else None
    if words and not words[0].literal and re.search(r"\b(?:sync|pip|add)\b", " ".join(command.argv)):
        if _is_uv(words[0].text, text):
            return {"uv"}, None
        raise _refused(f"calls a program by a variable ({words[0].text}), which may be uv", step)
    return ({"uv"} if _may_call(evidence, command, step) else set()), None


def _mounts_uv(evidence: Evidence, step: Step) -> Iterator[bool]:
    for mount in mounts_of(step.instruction):
        if mount.image is not None:
            stage = next((s for s in evidence.stages if s.name == mount.image.lower()), None)
            yield Reference.read(stage.base if stage else mount.image).is_uv or (
                posixpath.basename(mount.source) == "uv"
            )


def _is_module(words: Sequence[Word]) -> bool:
    """`python -m uv …`."""
    texts = [word.text for word in words[:3]]
    return len(texts) == 3 and "python" in texts[0] and texts[1:] == ["-m", "uv"]


def _is_uv(word: str, text: str) -> bool:
    """Does a text give the variable that a word is nothing but calls of uv by its name?"""
    name = re.fullmatch(r"\$\{?(\w+)\}?", word)
    given = re.findall(rf"(?<![\w$]){name[1]}=(\"[^\"$`]*\"|[^\s;&|]*)", text) if name else []
    return bool(given) and all(value.strip("\"'").split()[-1:] == ["uv"] for value in given)


def _edit(command: Command, first: Word, last: Word, text: str, step: Step) -> Edit:
    if command.nested:
        raise _refused("calls uv by its path inside shell code", step)
    return Edit(first.start, last.end, text)


def _may_call(evidence: Evidence, command: Command, step: Step) -> bool:
    """Does a command run a script that names uv, or one that nobody can read?"""
    words = [word.text for word in program_words(command)]
    if not words:
        return False
    name = posixpath.basename(words[0])
    if name in _RUNNERS:
        return True
    path = None
    if re.fullmatch(r"python[\d.]*", name) or "venv/bin/" in words[0]:
        return False  # it runs in an environment, which has no uv of its own
    if name in SHELLS or name in (".", "source"):
        path = next((word for word in words[1:] if not word.startswith("-")), None)
        if any(re.fullmatch(r"-\w*c\w*", word) for word in words[1:3]):
            return False
    elif "/" in words[0] and not words[0].startswith(("/usr/", "/bin/", "/sbin/")):
        path = words[0]
    if path is None:
        return False
    text = context_text(evidence, posixpath.normpath(posixpath.join(step.workdir, path)))
    return text is None or mentions_uv(text)


def _cache(text: str, step: Step) -> str | None:
    """The folder of the cache that the RUN would leave in the image."""
    targets = [
        posixpath.normpath(posixpath.join(step.workdir, mount.target))
        for found in mounts_of(step.instruction)
        if (mount := found.expanded(step.values.get)) is not None and mount.kind in ("cache", "tmpfs")
    ]
    home = "/root" if step.user in ROOT else None
    calls = calls_of(text, step.workdir)
    if (calls and (calls[-1].name, calls[-1].words) == ("cache", ("clean",))) or _REMOVED.search(text):
        return ""  # it empties it again
    wanted = [(call.environ_in(step.values), call.given) for call in calls if call.name not in _NO_CACHE]
    if _UVX.search(text) or (not calls and mentions_uv(text)):
        wanted.append((dict(step.values), ()))
    folders = {
        cache_folder(environ, home, given) for environ, given in wanted if not _without(given, environ)
    }
    folders = {
        each for each in folders if each is None or not any(is_below(each, target) for target in targets)
    }
    if not folders:
        return ""
    if None in folders or len(folders) > 1 or home is None or _touches(text):
        return None
    return folders.pop()


def _without(words: Sequence[str], environ: Mapping[str, str]) -> bool:
    return bool({"--no-cache", "-n", "--no-cache-dir"} & set(words)) or (
        environ.get("UV_NO_CACHE", "").lower() in TRUE
    )


def _touches(text: str) -> bool:
    """Does a text remove or change the cache itself, which fails or does nothing where it is a mount?"""
    return bool(re.search(r"\buv\s+cache\b", text)) or any(map(_CACHE_WORD.search, text.split()))


def _refused(what: str, step: Step) -> Refused:
    return Refused("R61", f"This RUN {what}. Call uv by its name.", step.line)
