"""The stages of a Dockerfile, each with its base and its variables at every instruction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from uvdive.dockerfile.keywords import KEYWORDS
from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import Dockerfile, Instruction
from uvdive.dockerfile.variables import expand_known, pairs

BaseEnv = Callable[[str], Mapping[str, str]]
"""The ENV that an image comes with, by its reference."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. ``base`` is FROM's image with its ARGs expanded; empty where it cannot be.

    ``parent`` is the index of the stage that FROM names, or None for an image.
    ``environments`` holds what expands in each of ``instructions`` (FROM is not among
    them): ENV and the ARGs declared so far. ``env`` is the ENV at the end.
    """

    index: int
    source: Instruction
    name: str | None
    base: str
    parent: int | None
    platform: str | None
    instructions: tuple[Instruction, ...]
    environments: tuple[Mapping[str, str], ...]
    env: Mapping[str, str]


def _no_env(_name: str) -> Mapping[str, str]:
    return {}


def read_stages(
    dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None, base_env: BaseEnv = _no_env
) -> tuple[Stage, ...]:
    """The stages in their order.

    Raises:
        DockerfileError: an unknown instruction, no FROM, or something before the first.
    """
    build_args = build_args or {}
    global_args: dict[str, str] = {}
    groups: list[list[Instruction]] = []
    for instruction in dockerfile.instructions:
        _check(instruction, groups)
        if instruction.keyword == "FROM":
            groups.append([instruction])
        elif groups:
            groups[-1].append(instruction)
        else:
            values = pairs(instruction.value, global_args.get, dockerfile.escape)
            _declare(values, global_args, {}, build_args)
    if not groups:
        raise DockerfileError(
            "This is no Dockerfile: it has no FROM instruction.", "Name a Dockerfile that builds an image."
        )
    stages: list[Stage] = []
    for group in groups:
        stages.append(_read_stage(group, stages, global_args, build_args, base_env, dockerfile.escape))
    return tuple(stages)


def _check(instruction: Instruction, groups: list[list[Instruction]]) -> None:
    keyword, line = instruction.keyword, instruction.line
    if keyword not in KEYWORDS:
        raise DockerfileError(
            f"Line {line}: there is no instruction “{keyword[:40]}”.",
            "Check that this is a Dockerfile that builds.",
            line=line,
        )
    if not groups and keyword not in ("FROM", "ARG"):
        raise DockerfileError(
            f"Line {line}: {keyword} stands before the first FROM.", "Move it below FROM.", line=line
        )
    if not instruction.value:
        raise DockerfileError(f"Line {line}: {keyword} says nothing.", "Complete or remove it.", line=line)


def _declare(
    values: list[tuple[str, str | None]],
    target: dict[str, str],
    outer: Mapping[str, str],
    build_args: Mapping[str, str],
) -> None:
    """ARG: the build's value wins, then the default, then the value of a global ARG."""
    for name, default in values:
        value = build_args.get(name, default if default is not None else outer.get(name))
        if value is not None:
            target[name] = value


def _read_stage(
    group: list[Instruction],
    before: list[Stage],
    global_args: Mapping[str, str],
    build_args: Mapping[str, str],
    base_env: BaseEnv,
    escape: str,
) -> Stage:
    source, *instructions = group
    words = source.arguments.split()
    named = len(words) == 3 and words[1].upper() == "AS"
    if not words or (len(words) != 1 and not named):
        raise DockerfileError(
            f"Line {source.line}: FROM needs an image, and a name after AS at most.", line=source.line
        )
    base = expand_known(words[0], global_args.get, escape) or ""
    parent = next((s.index for s in reversed(before) if s.name and s.name == base.lower()), None)
    env = dict(before[parent].env if parent is not None else base_env(base))
    environments: list[Mapping[str, str]] = []
    args: dict[str, str] = {}
    for instruction in instructions:
        environments.append({**args, **env})
        if instruction.keyword == "ARG":
            values = pairs(instruction.value, environments[-1].get, escape)
            _declare(values, args, global_args, build_args)
        elif instruction.keyword == "ENV":
            env.update((k, v or "") for k, v in pairs(instruction.value, environments[-1].get, escape))
    return Stage(
        index=len(before),
        source=source,
        name=words[2].lower() if named else None,
        base=base,
        parent=parent,
        platform=source.flag("platform"),
        instructions=tuple(instructions),
        environments=tuple(environments),
        env=env,
    )


def lineage(stages: tuple[Stage, ...], stage: Stage) -> tuple[Stage, ...]:
    """The stage and those it is built on by FROM, the one on a real image first."""
    chain = [stage]
    while chain[-1].parent is not None:
        chain.append(stages[chain[-1].parent])
    return tuple(reversed(chain))
