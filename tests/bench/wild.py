"""Every Dockerfile below a folder that names uv, planned from its text alone: what comes out, by rule.

    uv run python tests/bench/wild.py FOLDER

FOLDER holds checkouts of repositories, one folder each. The build context of a file is
the folder above it, up to its repository, in which most of its COPY sources are. Each
new text must be accepted by BuildKit's parser, break no rule of hadolint more often than
the old one does, and come back unchanged when it is planned again; what
does not is named, and so is each refusal with its reason. Nothing is built.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from made_images import buildkit

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from rewrites.hadolint import broken_anew

from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.planner import plan
from uvdive.uv.mentions import mentions_uv

_NAME = re.compile(r"(?:[\w.-]+\.)?(?:docker|container)file(?:[.-][\w-]+)*", re.IGNORECASE)
_OTHER = re.compile(r"\.(?:md|sh|py|txt|ya?ml|json|j2|jinja|dockerignore)$", re.IGNORECASE)


def files(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each repository with each of its Dockerfiles that name uv."""
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in sorted(repository.rglob("*")):
            named = _NAME.fullmatch(path.name) and not _OTHER.search(path.name) and path.is_file()
            if named and mentions_uv(path.read_text("utf-8", "replace")) and _is_one(path):
                yield repository, path


def _is_one(path: Path) -> bool:
    """Is it a Dockerfile, and no template of one?"""
    try:
        read_stages(parse(path.read_text("utf-8", "replace")))
    except DockerfileError:
        return False
    return True


def context_of(repository: Path, path: Path, text: str) -> Path:
    """The folder in which most sources of COPY and ADD are; the file's own where all are as good."""
    wanted = [
        word.lstrip("/")
        for stage in read_stages(parse(text))
        for instruction in stage.instructions
        if instruction.keyword in ("COPY", "ADD") and instruction.flag("from") is None
        for word in instruction.arguments.split()[:-1]
    ]
    above = [folder for folder in path.parents if folder.is_relative_to(repository)]
    return max(above, key=lambda folder: sum((folder / word).exists() for word in wanted))


def faults(text: str, new: str, context: Path) -> Iterator[str]:
    """What is wrong with a new text."""
    try:
        buildkit.parse_string(new)
    except buildkit.GoParseError as error:
        yield f"BuildKit: {error}"
    if fresh := broken_anew(text, new):
        yield f"hadolint: {', '.join(sorted(fresh))}"
    again = plan(new, None, lambda _: None, context=context)
    gone = again.refusal is not None and again.refusal.rule == "R59"
    if again.outcome != "unchanged" and not gone:
        yield f"planned again it is {again.outcome}"


def main(folder: Path) -> None:
    """Plan all of them and print the counts."""
    counts: Counter[str] = Counter()
    for repository, path in files(folder):
        text = path.read_bytes().decode("utf-8", "replace")
        context = context_of(repository, path, text)
        result = plan(text, None, lambda _: None, dockerfile=str(path), context=context)
        counts[f"refused {result.refusal.rule}" if result.refusal else result.outcome] += 1
        if result.refusal:
            line = f", line {result.refusal.line}" if result.refusal.line is not None else ""
            print(f"{path.relative_to(folder)}{line}: {result.refusal.reason}")
        if result.outcome in ("rewritten", "improved"):
            for fault in faults(text, result.text, context):
                print(f"{path.relative_to(folder)}: {fault}")
    print(f"{sum(counts.values())} files")
    for name, count in sorted(counts.items()):
        print(f"{count:5}  {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
