"""The text of a script where no image shows it: from the context or the Dockerfile itself (R24)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from uvdive.rewrite.evidence.files.context_files import context_file, heredoc_text
from uvdive.rewrite.evidence.files.written_files import writer_of
from uvdive.rewrite.evidence.steps import Evidence

_UNKNOWN = "so nobody knows whether it calls uv"
_WHY = {
    "stage": f"comes from another stage or image, {_UNKNOWN}",
    "run": f"is written by a RUN whose words do not say its text, {_UNKNOWN}",
    "context": f"is copied from the build context, which has no such file, {_UNKNOWN}",
    "heredoc": f"holds variables that the build fills in, {_UNKNOWN}",
}
# Where a base has its programs; what the author puts there an instruction names.
_SYSTEM = ("/bin/", "/sbin/", "/usr/", "/lib/", "/lib64/", "/etc/", "/opt/", "/root/", "/snap/")


@dataclass(frozen=True, slots=True)
class Found:
    """A file's text; None where it is not at hand, with ``why`` as the end of “PATH …”.

    ``written`` is the line of the RUN whose words say it, or None.
    """

    text: str | None
    written: int | None = None
    why: str = ""


def find_by_text(evidence: Evidence, path: str) -> Found | None:
    """What the Dockerfile and its context say of an absolute path; None where they say nothing."""
    writer = writer_of(evidence, path)
    heredoc = heredoc_text(evidence, path)
    if heredoc is not None:
        return Found(heredoc)
    if writer is not None and writer.how != "context":
        why = "" if writer.text is not None else _WHY[writer.how]
        return Found(writer.text, writer.step.line if writer.how == "run" else None, why)
    given = context_file(evidence, path)
    if given is not None:
        return Found(given[1])
    if writer is None:
        return None
    return Found(None, None, _WHY["heredoc" if writer.step.instruction.heredocs else "context"])


def is_script_by_name(word: str, path: str, *, on_path: bool) -> bool:
    """Must a file that nothing is known of be one of the author's own scripts?

    Args:
        word: how the command names it.
        path: where that is.
        on_path: it is the name of a program, to be found on PATH.
    """
    name = posixpath.basename(word)
    if name == "activate" or path.startswith(("/proc/", "/dev/")):
        return False
    if name.endswith((".sh", ".bash")):
        return True
    return not on_path and not path.startswith(_SYSTEM)
