"""The choices that plans offer: one table, from which errors, decisions and the documentation are fed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from uvdive.base.errors import UsageError
from uvdive.rewrite.plan import Alternative, Decision

PACKAGES = "extra-packages"
PATHS = "extra-paths"
TRIM = "trim"
USER = "user"
NONE = "none"
"""The value of a choice that takes a list of names, where the user gave none."""

_ANY = "NAME"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that users may decide with ``--choose ID=VALUE``, in the app by its alternatives.

    Attributes:
        id: its name; one that ends in ``NAME`` stands for a choice of each thing of its kind.
        rule: the rule that it belongs to (``R12``).
        about: what is decided on, as a heading.
        values: every value that it may ever have, with its words; a plan offers those that
            apply, in words of its own where it knows more. Empty where any names are taken.
        default: the value that holds where nobody chooses and nothing speaks for another one.
        parts: what may be named instead of a value, with commas between, with its words.
        takes: what else may be named beside the values, with ``:``, ``/`` or ``@`` in it; empty for nothing.
    """

    id: str
    rule: str
    about: str
    values: Mapping[str, str]
    default: str
    parts: Mapping[str, str] = field(default_factory=dict)
    takes: str = ""

    def takes_any(self, value: str) -> bool:
        """May a value be one that nobody lists?"""
        return self.is_free or (bool(self.takes) and any(sign in value for sign in ":/@"))

    @property
    def is_free(self) -> bool:
        """Does it take any list of names?"""
        return not self.values

    def lists(self, value: str) -> bool:
        """Is a value a list of its parts?"""
        return bool(self.parts) and set(value.split(",")) <= self.parts.keys()

    def of(self, name: str) -> Choice:
        """The choice of one thing: ``package-NAME`` of ``curl`` is ``package-curl``."""
        return replace(self, id=self.id.replace(_ANY, name))

    def alternatives(self, offered: Mapping[str, str] | None = None) -> tuple[Alternative, ...]:
        """Its values to choose from; ``offered`` are those that apply, with words that say more."""
        values = self.values if offered is None else offered
        return tuple(Alternative(value, words) for value, words in values.items())


_TABLE = (
    Choice(
        "python",
        "R4",
        "The interpreter",
        {"image": "the Python of `python:X.Y-slim`, in both stages", "managed": "uv's own Python"},
        "image",
    ),
    Choice(
        "final-base",
        "R2",
        "The final image's base",
        {
            "same": "the full Python image that it is built on, with its compilers, headers and tools",
            "slim": "the slim Python image, with the packages of the full one that something needs",
            "base": "the image that the build stands on, without uv",
            "distroless": "the distroless image of the same Debian, which has no shell",
        },
        "same",
        takes="an image",
    ),
    Choice(
        "start-scripts",
        "R24",
        "A start script calls uv",
        {
            "patch": "call the environment's programs in it; the script is written with the Dockerfile",
            "shim": "keep it, with a stand-in for uv that starts the program",
            "keep-uv": "keep it, with uv in the final image, where it installs nothing",
        },
        "patch",
    ),
    Choice(
        "uv-elsewhere",
        "R24",
        "Something outside the Dockerfile calls uv in the container",
        {
            "patch": "name the program there; the files are written with the Dockerfile",
            "shim": "a stand-in for uv in the final image, that starts the program",
            "keep-uv": "uv in the final image, where it installs nothing",
        },
        "patch",
    ),
    Choice(
        "start-runner",
        "R58",
        "The start command goes through a program that the image does not have (`poetry run`)",
        {"remove": "start without it", "keep": "keep the command as it is"},
        "remove",
    ),
    Choice(
        "stop-signal",
        "R21",
        "The signal of `docker stop`",
        {"sigterm": "SIGTERM, as it is", "sigint": "SIGINT (STOPSIGNAL SIGINT)"},
        "sigterm",
    ),
    Choice(
        "dev-group",
        "R14",
        "The dev group",
        {"keep": "install it, as the original does", "remove": "leave it out (--no-dev)"},
        "keep",
    ),
    Choice(
        "bytecode",
        "R48",
        "Precompile .pyc?",
        {
            "keep": "as today",
            "compile": "compile all of it (UV_COMPILE_BYTECODE=1)",
            "none": "none (UV_COMPILE_BYTECODE=0)",
        },
        "keep",
    ),
    Choice(
        "project-install",
        "R13",
        "The project itself",
        {
            "editable": "editable, with its sources",
            "copied": "installed, the environment alone is copied",
        },
        "editable",
    ),
    Choice(
        "project-files",
        "R12",
        "Files that only the build needs",
        {"keep": "copy them with the work directory", "leave-out": "leave them out"},
        "keep",
    ),
    Choice(
        "layers",
        "R12",
        "The environment's layer",
        {
            "own": "the environment first, then your own COPY instructions",
            "split": "the environment first, then the parts of the work directory by name",
            "whole": "with the work directory, as one layer",
        },
        "own",
    ),
    Choice(
        "system-install",
        "R10",
        "Packages of the system's Python",
        {
            "prefix": "install them into a folder of their own, and copy that",
            "files": "copy the files that they have today, by name",
        },
        "prefix",
    ),
    Choice(
        "dependency-layer",
        "R42",
        "The dependencies in the build stage",
        {
            "first": "install them before the source is copied, in a layer of their own",
            "with-source": "as today",
            "exported": "by the lock's pins, exported in a stage of their own",
        },
        "first",
    ),
    Choice(
        "dockerignore",
        "R40",
        "Your local .venv",
        {"keep": "would be copied into the image", "add": "left out (.dockerignore)"},
        "keep",
    ),
    Choice(
        "node-modules",
        "R37",
        "node_modules in the work directory",
        {"keep": "copy them with the work directory", "leave-out": "leave them out"},
        "keep",
    ),
    Choice(
        "build-packages",
        "R33",
        "Packages that only build",
        {"drop": "not in the final image", "keep": "install them there too"},
        "drop",
    ),
    Choice(
        "package-NAME",
        "R33",
        "An OS package that nothing was found to need",
        {"keep": "install it in the final image", "drop": "not in the final image"},
        "keep",
    ),
    Choice(
        "other-environments",
        "R9",
        "An environment that the start command does not use",
        {"keep": "copy it too", "leave-out": "leave it behind"},
        "keep",
    ),
    Choice(
        TRIM,
        "R62",
        "What nothing was found to use",
        {
            "none": "keep it",
            "python": "without the parts of Python that nothing uses",
            "all": "without the parts of Python and of the packages that nothing uses",
        },
        NONE,
        {
            "python-tests": "Python's own tests",
            "idle": "the editor IDLE and the turtle demo",
            "tkinter": "windows by Tk",
            "ensurepip": "what installs pip",
            "pip": "pip, setuptools and wheel beside Python",
            "headers": "what compiles against Python",
            "bytecode": "bytecode that only `python -O` reads",
            "stubs": "type stubs",
            "tests": "the packages' tests",
            "catalogs": "sources of compiled translations",
            "debug": "what only debuggers read of libraries",
        },
    ),
    Choice(
        USER,
        "R64",
        "Who the program runs as",
        {"keep": "root, as it is", "app": "a user of its own, who owns what the program writes"},
        "keep",
    ),
    Choice(
        PACKAGES,
        "R46",
        "Install these too",
        {},
        NONE,
    ),
    Choice(
        PATHS,
        "R46",
        "Copy these too",
        {},
        NONE,
    ),
)

CHOICES: Mapping[str, Choice] = {choice.id: choice for choice in _TABLE}
"""Every choice that any plan may offer, by id."""


def find_choice(name: str) -> Choice | None:
    """The choice of an id that a user wrote, ``package-curl`` too; None where there is none."""
    if name in CHOICES:
        return CHOICES[name]
    for choice in _TABLE:
        head, any_name, _ = choice.id.partition(_ANY)
        if any_name and name.startswith(head):
            return choice.of(name.removeprefix(head))
    return None


def check_choices(
    chosen: Mapping[str, str],
    decisions: Mapping[str, Decision],
    *,
    complete: bool,
    otherwise: Callable[[], Mapping[str, Decision]] = dict,
) -> tuple[str, ...]:
    """See that each choice is offered; where the plan is none, that it exists at all.

    Args:
        chosen: the user's values, by id.
        decisions: what the plan offers, by id.
        complete: the plan was made to its end, so what it does not offer does not apply.
        otherwise: gives the decisions of a plan without any choice.

    Returns:
        The ids of choices that only the other ones make pointless.

    Raises:
        UsageError: there is no such choice or value; names the nearest one.
    """
    offered = _offered(decisions)
    unasked: Mapping[str, list[str]] | None = None
    pointless = []
    for name, value in chosen.items():
        choice = find_choice(name)
        if (choice is not None and choice.is_free) or value in offered.get(name, ()):
            continue
        if name in offered:
            raise _no_value(name, value, [*offered[name], *(choice.parts if choice is not None else ())])
        if complete and unasked is None:
            unasked = _offered(otherwise())
        if unasked is not None and value in unasked.get(name, ()):
            pointless.append(name)
        elif complete or choice is None:
            listed = offered if complete else (*CHOICES, *offered)
            raise _no_choice(name, listed, exists=choice is not None)
        elif value not in choice.values and not (choice.lists(value) or choice.takes_any(value)):
            raise _no_value(name, value, [*choice.values, *choice.parts])
    return tuple(pointless)


def _offered(decisions: Mapping[str, Decision]) -> dict[str, list[str]]:
    return {d.id: [a.value for a in d.alternatives] for d in decisions.values() if d.alternatives}


def _no_choice(name: str, names: Iterable[str], *, exists: bool) -> UsageError:
    listed = sorted(names)
    near = difflib.get_close_matches(name, listed, 1)
    hint = f"Did you mean {near[0]}? " if near and not exists else ""
    what = f"The choice “{name}” does not apply here." if exists else f"There is no choice “{name}” here."
    return UsageError(what, f"{hint}The choices of this rewrite: {', '.join(listed) or 'none'}.")


def _no_value(name: str, value: str, values: Iterable[str]) -> UsageError:
    listed = list(values)
    near = difflib.get_close_matches(value, listed, 1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return UsageError(
        f"“{value}” is no value of the choice “{name}”.", f"{hint}Its values: {', '.join(listed)}."
    )
