"""A stage that is built by its name although others stand behind it (R44)."""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import Instruction, parse


@dataclass(frozen=True, slots=True)
class Divided:
    """A Dockerfile up to the end of the stage ``target``, and what stands behind that."""

    target: str
    head: str
    tail: str

    @property
    def names(self) -> frozenset[str]:
        """The names of the stages behind the target."""
        words = (i.arguments.split() for i in parse(self.tail).instructions if i.keyword == "FROM")
        return frozenset(each[2].lower() for each in words if len(each) == 3)

    def stands_on(self, head: str) -> int | None:
        """The line in the file of what behind the target takes from a stage that ``head`` changes.

        None where all stages that it takes from are, with what they stand on, as they were.
        """
        before, after = _stages(self.head), _stages(head)
        same = {name for name, text in before.items() if after.get(name) == text}
        offset = self.head.count("\n")
        own: set[str] = set()
        for instruction in parse(self.tail).instructions:
            words = instruction.arguments.split()
            for name in _sources(instruction):
                known = name in before or name.isdecimal()
                if known and name not in own and name not in same:
                    return instruction.line + offset
            if instruction.keyword == "FROM" and len(words) == 3:
                own.add(words[2].lower())
        return None


def up_to(text: str, target: str) -> Divided | None:
    """The file divided behind the stage ``target``; None where that is the last one or there is none.

    Raises:
        DockerfileError: the text is no Dockerfile, or has no such stage.
    """
    dockerfile = parse(text)
    stages = read_stages(dockerfile)
    names = {stage.name: stage.index for stage in stages if stage.name}
    wanted = int(target) if target.isdecimal() else names.get(target.lower())
    if wanted is None or wanted >= len(stages):
        listed = ", ".join(names) or "none that has a name"
        raise DockerfileError(f"There is no stage {target} to build.", f"The stages: {listed}.")
    if wanted == len(stages) - 1:
        return None
    line = stages[wanted + 1].source.line
    # Comments in front of a FROM are its own.
    nodes = dockerfile.nodes
    at = next(i for i, node in enumerate(nodes) if node.line == line)
    while at and not isinstance(nodes[at - 1], Instruction):
        at -= 1
    head = "".join(node.source for node in nodes[:at])
    return Divided(target, head, "".join(node.source for node in nodes[at:]))


def _stages(text: str) -> dict[str, str]:
    """What makes each stage, by name: its own text, and that of the stages that it stands on."""
    stages = read_stages(parse(text))
    found: dict[str, str] = {}
    texts: list[str] = []
    for stage in stages:
        below = texts[stage.parent] if stage.parent is not None else stage.source.source
        copied = [
            found.get(name, name) for each in stage.instructions for name in _sources(each) if name in found
        ]
        texts.append("".join([below, *(each.source for each in stage.instructions), *copied]))
        if stage.name:
            found[stage.name] = texts[-1]
    return found


def _sources(instruction: Instruction) -> list[str]:
    """The stages or images that an instruction takes from."""
    if instruction.keyword == "FROM":
        return [word.lower() for word in instruction.arguments.split()[:1]]
    found = [instruction.flag("from")] if instruction.keyword in ("COPY", "ADD") else []
    if instruction.keyword == "RUN":
        found += [mount.image for mount in mounts_of(instruction)]
    return [name.lower() for name in found if name]
