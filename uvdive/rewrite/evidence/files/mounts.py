"""What a RUN mounts, and the empty folders that older builders leave where it was mounted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from uvdive.base.paths import upward
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence


def mount_targets(step: Step, *kinds: str) -> Iterator[str]:
    """The absolute targets of a RUN's mounts, of these types or of all.

    https://docs.docker.com/reference/dockerfile/#run---mount says where the types are
    mounted that need no target.
    """
    agents = 0
    for mount in mounts_of(step.instruction):
        target = mount.target
        if mount.kind == "ssh":
            target = target or f"/run/buildkit/ssh_agent.{agents}"
            agents += 1
        elif mount.kind == "secret" and not target and "env" not in mount.options:
            target = f"/run/secrets/{mount.options.get('id', '')}"
        if target and (mount.kind in kinds or not kinds):
            # Older BuildKits take a variable in it for a part of the name.
            for path in dict.fromkeys((expand(target, step.values.get), target)):
                yield posixpath.normpath(posixpath.join(step.workdir, path))


def mount_points(evidence: Evidence, files: Files) -> frozenset[str]:
    """The topmost folders that a RUN's mounts alone have made, and that are empty in the end.

    BuildKit before 0.11 (Docker 20.10) takes away what it made for a mount, but not the
    folders above it.
    """
    found = set()
    for step in evidence.runs():
        for target in mount_targets(step) if step.layer is not None else ():
            for path in reversed([*upward(target)][:-1]):
                node = files.at(path)
                if node is None or files.layer(node) != step.layer or files.in_base(node):
                    continue
                if all(files.is_folder(below) for below in files.walk(node)):
                    found.add(path)
                    break
    return frozenset(found)
