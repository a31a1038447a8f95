"""Cache mounts that are there for uv and lie where it does not keep its cache (R42)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from uvdive.dockerfile.mounts import Mount, mounts_of
from uvdive.dockerfile.shell.reading import shell_text
from uvdive.dockerfile.steps import Step
from uvdive.uv.cache import cache_folder
from uvdive.uv.calls import calls_of

_MEANT = re.compile(r"(?:^|/)uv(?:[-_]?cache)?(?:/|$)|(?:^|/)\.cache/?$")
_PIP = re.compile(r"/\.cache/pip/?$")
_CALLS_PIP = re.compile(r"(?:^|(?<!uv)\s)pip3?\s|-m\s+pip\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Missed:
    """Where a cache mount is (empty: it says nothing), and the folder where uv's cache is."""

    target: str
    folder: str


def missed_mount(step: Step, home: str | None, inherited: Mapping[str, str] | None = None) -> Missed | None:
    """The mount of a RUN that misses uv's cache; None where all is well, or nobody knows.

    A mount with a variable that is not known may be anything: it is passed over.

    Args:
        step: the RUN.
        home: its user's home by ``/etc/passwd``; None: not known.
        inherited: the ENV of the base.
    """
    text = shell_text(step.instruction)
    found = (mount.expanded(step.values.get) for mount in mounts_of(step.instruction))
    caches = [mount for mount in found if mount is not None and mount.kind == "cache"]
    meant = next((mount for mount in caches if _is_meant(mount, text)), None)
    if meant is None:
        return None
    for call in calls_of(text, step.workdir):
        variables = call.environ_in({**(inherited or {}), **step.values})
        folder = cache_folder(variables, home, call.given)
        if call.installs and folder is not None and not any(_covers(m, step, folder) for m in caches):
            return Missed(meant.target, folder)
    return None


def _is_meant(mount: Mount, text: str) -> bool:
    """Is it there for uv? pip's is, where no pip runs."""
    if _PIP.search(mount.target):
        return _CALLS_PIP.search(text) is None
    return bool(_MEANT.search(mount.target) or re.search(r"\buv\b", mount.options.get("id", "")))


def _covers(mount: Mount, step: Step, folder: str) -> bool:
    """Is the folder in the mount? ``~`` is no home in a mount's target: BuildKit takes it as a name."""
    if not mount.target:
        return False
    target = posixpath.normpath(posixpath.join(step.workdir, mount.target))
    return f"{posixpath.normpath(folder)}/".startswith(f"{target.rstrip('/')}/")
