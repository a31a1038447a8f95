"""The arguments of ``docker buildx build``, read as far as uvdive needs them.

The context, the Dockerfile and the tags are found; everything else is handed on as
it was written (https://docs.docker.com/reference/cli/docker/buildx/build/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uvdive.base.errors import UsageError
from uvdive.compose.services import is_remote

SWITCHES = frozenset(
    {
        "--compress",
        "--debug",
        "--detach",
        "--force-rm",
        "--load",
        "--no-cache",
        "--pull",
        "--rm",
        "--squash",
        "-D",
    }
)
"""Options that take no value."""

VALUED = frozenset(
    {
        "--add-host",
        "--allow",
        "--annotation",
        "--attest",
        "--build-arg",
        "--build-context",
        "--builder",
        "--cache-from",
        "--cache-to",
        "--cgroup-parent",
        "--cpu-period",
        "--cpu-quota",
        "--cpu-shares",
        "--cpuset-cpus",
        "--cpuset-mems",
        "--file",
        "--iidfile",
        "--isolation",
        "--label",
        "--memory",
        "--memory-swap",
        "--metadata-file",
        "--network",
        "--no-cache-filter",
        "--platform",
        "--policy",
        "--provenance",
        "--root",
        "--sbom",
        "--secret",
        "--security-opt",
        "--server-config",
        "--shm-size",
        "--ssh",
        "--tag",
        "--target",
        "--ulimit",
        "-c",
        "-f",
        "-m",
        "-t",
    }
)
"""Options whose value may stand in the next argument."""

_LOADS = "uvdive explores the image that the engine holds, so it loads what it builds."
REFUSED = {
    "--progress": "uvdive shows the progress itself: leave it out.",
    "--quiet": "uvdive shows the progress itself: leave it out.",
    "-q": "uvdive shows the progress itself: leave it out.",
    "--output": f"{_LOADS} Leave it out, and export the image later.",
    "-o": f"{_LOADS} Leave it out, and export the image later.",
    "--push": f"{_LOADS} Leave it out, and push the image later with docker push.",
    "--print": "It builds no image: use docker buildx build for it.",
    "--call": "It builds no image: use docker buildx build for it.",
    "--check": "It builds no image: use docker buildx build for it.",
    "--help": "See docker buildx build --help.",
    "-h": "See docker buildx build --help.",
}
"""Options that cannot work here, each with what to do instead."""

NAMES = {"-f": "--file", "-t": "--tag"}


@dataclass(frozen=True, slots=True)
class BuildArguments:
    """What the arguments say.

    ``dockerfile`` is None for the context's own ``Dockerfile`` and ``-`` for
    standard input. ``rest`` is everything but the context, the Dockerfile and the
    tags, ``target`` included, as it was written.
    """

    context: str
    dockerfile: str | None = None
    tags: tuple[str, ...] = ()
    target: str | None = None
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Option:
    """One option or, with an empty ``name``, one positional argument."""

    name: str
    value: str
    written: tuple[str, ...]


def _refuse(name: str) -> None:
    if name in REFUSED:
        raise UsageError(f"uvdive can't build with {name}.", REFUSED[name])


def _long(argument: str, following: Iterator[str]) -> _Option:
    name, equals, value = argument.partition("=")
    _refuse(name)
    if equals or name in SWITCHES:
        return _Option(name, value, (argument,))
    if name not in VALUED:
        raise UsageError(
            f"uvdive does not know the option {name} of docker buildx build.",
            f"Write it with its value in one argument: {name}=VALUE ({name}=true for a switch).",
        )
    return _Option(name, _value(name, following), (argument,))


def _short(argument: str, following: Iterator[str]) -> _Option:
    name, value = argument[:2], argument[2:]
    _refuse(name)
    if name in VALUED:
        value = value.removeprefix("=") if value else _value(name, following)
        return _Option(NAMES.get(name, name), value, (name,))
    if name not in SWITCHES or value:
        raise UsageError(
            f"uvdive does not know the option {argument} of docker buildx build.",
            "Write short options one by one.",
        )
    return _Option(name, "", (argument,))


def _value(name: str, following: Iterator[str]) -> str:
    value = next(following, None)
    if value is None:
        raise UsageError(f"The option {name} needs a value.")
    return value


def _options(args: Sequence[str]) -> Iterator[_Option]:
    following = iter(args)
    for argument in following:
        if argument == "--":
            yield from (_Option("", rest, ()) for rest in following)
        elif argument.startswith("--"):
            yield _long(argument, following)
        elif argument.startswith("-") and argument != "-":
            yield _short(argument, following)
        else:
            yield _Option("", argument, ())


def _rest(option: _Option) -> tuple[str, ...]:
    (written,) = option.written
    if written in VALUED:
        return written, option.value
    return (written,)


def option_values(args: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """The options of ``args`` with their values; None for a switch.

    Raises:
        UsageError: one that cannot work here or is not known.
    """
    for option in _options(args):
        whole = option.written[0] if option.written else ""
        has_value = "=" in whole or whole in VALUED
        yield option.name, option.value if has_value else None


def file_option(
    args: Sequence[str],
) -> tuple[str | None, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The file that ``--file`` names, what is no option, the rest as it was written, and the tags.

    Raises:
        UsageError: an option that cannot work here or is not known.
    """
    options = list(_options(args))
    file = next((option.value for option in reversed(options) if option.name == "--file"), None)
    names = tuple(option.value for option in options if not option.name)
    others = (option for option in options if option.name not in ("", "--file", "--tag"))
    rest = tuple(part for option in others for part in _rest(option))
    return file, names, rest, tuple(option.value for option in options if option.name == "--tag")


def split_arguments(args: Sequence[str]) -> BuildArguments:
    """Split the arguments of ``uvdive build``.

    Raises:
        UsageError: no context or several, a context that is no folder of this
            machine, or an option that cannot work here or is not known.
    """
    contexts: list[str] = []
    tags: list[str] = []
    rest: list[str] = []
    dockerfile = target = None
    for option in _options(args):
        if not option.name:
            contexts.append(option.value)
        elif option.name == "--file":
            dockerfile = option.value
        elif option.name == "--tag":
            tags.append(option.value)
        else:
            target = option.value if option.name == "--target" else target
            rest += _rest(option)
    if len(contexts) != 1:
        found = ", ".join(contexts) or "none"
        raise UsageError(
            f"docker buildx build takes one context; given: {found}.",
            "Name the folder to build, for example: uvdive build .",
        )
    for place, remote in ((contexts[0], is_remote(contexts[0])), (dockerfile, "://" in (dockerfile or ""))):
        if remote:
            raise UsageError(
                f"uvdive builds folders of this machine, not {place}.",
                "Fetch it first, then build the folder.",
            )
    if contexts[0] == "-":
        raise UsageError("uvdive needs the context as a folder, not on standard input.")
    return BuildArguments(contexts[0], dockerfile, tuple(tags), target, tuple(rest))


def target_of_build(args: Sequence[str]) -> str:
    """The stage that ``--target`` names, the last one of several; empty where none does."""
    return next((value or "" for name, value in reversed([*option_values(args)]) if name == "--target"), "")


def values_of_build(args: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """What ``--build-arg`` gives; a name alone takes the value that ``environ`` has (docker build)."""
    found: dict[str, str] = {}
    for name, value in option_values(args):
        if name == "--build-arg" and value is not None:
            key, sign, given = value.partition("=")
            if sign or key in environ:
                found[key] = given if sign else environ[key]
    return found
