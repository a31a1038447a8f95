"""``uv run`` and other runners taken off a command, by uv's own table (R18, R19, R23, R58)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.paths import upward
from uvdive.rewrite.environment import RunCall
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.start.surroundings import Surroundings
from uvdive.uv.calls import calls_sync
from uvdive.uv.python_request import answers
from uvdive.uv.run_options import ForbiddenOption, Options, in_sync, read_options

_OTHER_RUNNERS = {"poetry": ("run",), "pdm": ("run",), "pipenv": ("run",), "hatch": ("run",), "rye": ("run",)}
UV = re.compile(r"(?<![\w./-])(?:/\S{0,255}/)?uvx?(?![\w.-])")
"""A call of uv."""

RUNNERS = re.compile(UV.pattern + r"|\b(?:poetry|pdm|pipenv|hatch|rye)\s+run\b")
"""A call of any runner."""

WITH_UV = frozenset({"R18", "R23", "R25", "R58"})
"""What ``strip`` refuses by these rules cannot run without uv, but with uv it can."""

# Set in the image, they change what `uv run` does as the options of the same name do.
_VARIABLES = {
    "UV_ENV_FILE": "reads variables from a file at start",
    "UV_ISOLATED": "makes an environment of its own at start",
    "UV_NO_PROJECT": "does not use the project's environment",
}


@dataclass(frozen=True, slots=True)
class Stripped:
    """A command without its runner: ``lead`` goes in front of the words from index ``rest`` on.

    ``folder`` is the absolute folder that the program must start in where it is not the
    work directory (R23); ``sync`` are options that the build's sync lacks (R14). ``call`` is
    the `uv run` itself, None for other runners.
    """

    runner: str
    lead: tuple[str, ...]
    rest: int
    folder: str | None = None
    sync: tuple[tuple[str, ...], ...] = ()
    call: RunCall | None = None


def strip(words: Sequence[str], around: Surroundings, line: int) -> Stripped | None:
    """Take the runner off a command; None where there is none.

    Raises:
        Refused: R18, R19, R23 or R24, where the rest would not do the same.
    """
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if program in ("uv", "uvx"):
        return _strip_uv(words, program, around, line)
    if program in _OTHER_RUNNERS and tuple(words[1:2]) == _OTHER_RUNNERS[program]:
        return _strip_other(words, program, around, line)
    return None


_ASKS = {
    "pip": frozenset({"check", "freeze", "list", "show", "tree"}),
    "python": frozenset({"dir", "find", "list"}),
}
"""What of uv's commands changes nothing."""


def _strip_uv(words: Sequence[str], program: str, around: Surroundings, line: int) -> Stripped:
    outer = Options(1) if program == "uvx" else _options(words, 1, "uv", line)
    name = "x" if program == "uvx" else words[outer.rest] if outer.rest < len(words) else ""
    if name in ("tool", "x"):
        raise Refused(
            "R24",
            "The image starts with uvx (`uv tool run`), which fetches its tool at start. Make the tool a "
            "dependency of the project (`uv add`) or put it into the image (`uv tool install`), and start it "
            "by its name.",
            line,
        )
    asks = words[outer.rest + 1 : outer.rest + 2]
    if asks and asks[0] in _ASKS.get(name, ()):
        name = f"{name} {asks[0]}"
    if name in ("sync", "lock", "add", "remove", "pip", "venv", "python"):
        raise Refused(
            "R24",
            f"`uv {name}` runs when the container starts, so the environment is not the one that was built. "
            "Run it in the Dockerfile instead.",
            line,
        )
    if name != "run":
        raise Refused(
            "R24",
            f"The image starts `{f'uv {name}'.strip()}`, so it needs uv when it runs. Start a program of the "
            "environment instead.",
            line,
        )
    for variable, why in _VARIABLES.items():
        if around.environ.get(variable):
            raise Refused(
                "R19", f"{variable} is set, with which `uv run` {why}. Take the variable out.", line
            )
    inner = _options(words, outer.rest + 1, "uv run", line)
    return _strip_uv_run(words, outer, inner, around, line)


def _options(words: Sequence[str], start: int, caller: str, line: int) -> Options:
    try:
        return read_options(words, start)
    except ForbiddenOption as option:
        raise Refused(
            "R19",
            f"`{caller} {option.name}` {option.why}, so uv cannot be taken out of the start command. "
            f"{option.do}",
            line,
        ) from None


def _strip_other(words: Sequence[str], program: str, around: Surroundings, line: int) -> Stripped | None:
    if around.has_program(program) is not False:
        return None
    rest = words[2:]
    if not rest or rest[0].startswith("-"):
        raise Refused(
            "R58",
            f"The image starts with {program}, which it does not have. Start the program itself.",
            line,
        )
    _known(rest[0], around, line, "R58")
    return Stripped(program, (), 2)


def _strip_uv_run(
    words: Sequence[str], outer: Options, inner: Options, around: Surroundings, line: int
) -> Stripped:
    if inner.rest >= len(words):
        raise Refused(
            "R25",
            "`uv run` is given no command, so the program is named elsewhere (docker run, compose, "
            "Kubernetes). Write it into the file with CMD.",
            line,
        )
    directory = inner.directory or outer.directory or around.environ.get("UV_WORKING_DIR")
    project = inner.project or outer.project or around.environ.get("UV_PROJECT")
    folder = posixpath.normpath(posixpath.join(around.workdir, directory or "."))
    place = posixpath.normpath(posixpath.join(folder, project or "."))
    call = RunCall(place, inner.told, around.environ)
    _check_place(place, inner, around, line)
    _check_python(inner.python or outer.python, call, around, line)
    if inner.exact and not calls_sync(around.sync):
        raise Refused(
            "R19",
            "`uv run --exact` removes packages at start. Install with `uv sync`, and drop the option.",
            line,
        )
    for option in (*outer.checked, *inner.checked):
        if not in_sync(option, around.sync):
            raise Refused(
                "R19",
                f"`uv run {' '.join(option)}` changes the environment at start: give it to `uv sync` in the "
                "build.",
                line,
            )
    missing = tuple(option for option in inner.wanted if not in_sync(option, around.sync))
    if missing and not calls_sync(around.sync) and not around.is_seen:
        raise Refused(
            "R19",
            f"`uv run {' '.join(missing[0])}` installs at start, and no `uv sync` in the build does. "
            "Give it to one.",
            line,
        )
    lead = _lead(words[inner.rest], inner.mode, folder, around, line)
    return Stripped("uv run", lead, inner.rest, folder if folder != around.workdir else None, missing, call)


def _check_place(folder: str, options: Options, around: Surroundings, line: int) -> None:
    """The environment that uv would find from a folder must be the one that the image has (R15, R23)."""
    env, environ = around.env.path, around.environ
    if options.active and environ.get("VIRTUAL_ENV", "").rstrip("/") == env:
        return
    named = environ.get("UV_PROJECT_ENVIRONMENT", "").rstrip("/") or ".venv"
    above = list(upward(folder))
    if any(posixpath.normpath(posixpath.join(each, named)) == env for each in above):
        return
    looks = [around.look(posixpath.join(each, "pyproject.toml")) for each in above]
    if "unknown" in looks and folder == around.workdir:
        return
    if "file" not in looks:  # no project: uv takes the active environment, or the first .venv above
        active = environ.get("VIRTUAL_ENV", "").rstrip("/")
        if active == env or (not active and any(posixpath.join(each, ".venv") == env for each in above)):
            return
    rule = "R15" if folder == around.workdir else "R23"
    wanted = posixpath.normpath(posixpath.join(folder, named))
    raise Refused(
        rule,
        f"`uv run` in {folder} works with {wanted}, and makes it at start; the image's environment is {env}. "
        f"Install into {wanted} in the build, or set UV_PROJECT_ENVIRONMENT={env}.",
        line,
    )


def _check_python(wanted: str | None, call: RunCall, around: Surroundings, line: int) -> None:
    """The environment's Python must be the one that uv asks for, or uv makes another environment (R50)."""
    env, minor = around.env, around.env.minor
    if wanted and not _is_python(wanted, around):
        raise Refused(
            "R19",
            f"`uv run --python {wanted}` asks for another Python than the environment's ({minor}). Build the "
            "environment with it, or drop the option.",
            line,
        )
    if wanted or not call.syncs:
        return
    variable = around.environ.get("UV_PYTHON")
    if variable:
        why = "" if _is_python(variable, around) else f"UV_PYTHON asks for Python {variable}"
    else:
        why = around.other_python(call) or ""
    if why:
        raise Refused(
            "R50",
            f"{why}, and {env.path} has {env.version or minor}: `uv run` makes another environment at every "
            "start, with a Python that it fetches. Start from the image of the Python that is meant and copy "
            "what names it before the sync, or correct it.",
            line,
        )


def _is_python(wanted: str, around: Surroundings) -> bool:
    """Does the environment's Python answer a request? One for a patch, where nobody knows its own."""
    env = around.env
    if wanted == env.interpreter or wanted.startswith(f"{env.bin}/"):
        return True
    same = around.is_interpreter(posixpath.join(around.workdir, wanted)) if "/" in wanted else None
    if same is not None:
        return same
    name = re.sub(r"^/usr/(?:local/)?bin/(?=python)", "", wanted)
    fits = answers(name, env.version or env.minor, env.interpreter or "")
    whole = re.fullmatch(r"\D*\d+\.\d+\.\d+", name) is not None
    return name == "python" or fits is True or (fits is None and whole)


def _lead(target: str, mode: str, folder: str, around: Surroundings, line: int) -> tuple[str, ...]:
    """What replaces `uv run`, as crates/uv/src/commands/project/run.rs decides it."""
    if mode == "-m":
        return ("python", "-m")
    if target == "-" or "://" in target:
        raise Refused(
            "R19",
            "`uv run` reads its program from standard input or the network. Put the program into the image.",
            line,
        )
    path = posixpath.normpath(posixpath.join(folder, target))
    looks = around.look(path)
    if mode == "-s" or (target.lower().endswith(".py") and looks != "directory"):
        _check_script(target, around.script_text(path), line)
        return ("python",)
    is_package = looks == "package" and target not in (around.env.scripts or ())
    is_folder = looks == "unknown" and path == folder  # `uv run .`
    if is_package or is_folder or (looks == "file" and target.endswith(".pyz")):
        return ("python",)
    if not re.fullmatch(r"pythonw?[\d.]*", posixpath.basename(target)):
        _known(target, around, line, "R18", path)
    return ()


def _check_script(target: str, text: str | None, line: int) -> None:
    if text is not None and re.search(r"^# /// script\s*$", text, re.MULTILINE):
        raise Refused(
            "R19",
            f"{target} declares its own dependencies (PEP 723), which uv installs at start. Make them "
            "dependencies of the project, and take the block out.",
            line,
        )


def _known(target: str, around: Surroundings, line: int, rule: str, path: str | None = None) -> None:
    """The command must be found without the runner: in the environment, on PATH, or as a path."""
    if target in ("$@", "${@}") and around.arguments and not around.arguments[0].startswith("-"):
        _known(around.arguments[0], around, line, rule)
        return
    if target.startswith("$"):
        raise Refused(
            rule,
            f"The start command is {target}, which only the container knows. Write the program's name out.",
            line,
        )
    if re.fullmatch(r"python[\d.]*", target) or target in (around.env.scripts or ()):
        return
    where = path or posixpath.normpath(posixpath.join(around.workdir, target))
    there = around.look(where) not in ("none", "directory") if "/" in target else around.has_program(target)
    if there is False:
        raise Refused(
            rule,
            f"The start command needs {target}, which the image does not have. Install what brings it.",
            line,
        )
