"""The errors that reach a person, each with what happened, what to do and an exit code."""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the command line (``uvdive --help``)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_ENGINE = 3
    IMAGE = 4
    REFUSED = 5
    INTERRUPTED = 130


class UvdiveError(Exception):
    """A failure that the user can do something about.

    Args:
        what: one sentence that says what happened.
        do: what to do about it, as one or more sentences; may be empty.
        log: the last lines of a log that explains more, oldest first.
    """

    code = ExitCode.FAILED

    def __init__(self, what: str, do: str = "", log: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.log = log

    def __str__(self) -> str:
        return f"{self.what} {self.do}".rstrip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross from the worker process to the app.
        return type(self), (self.what, self.do, self.log)


class UsageError(UvdiveError):
    """A command line or a configuration that makes no sense."""

    code = ExitCode.USAGE


class EngineError(UvdiveError):
    """No container engine answers, or it may not be used."""

    code = ExitCode.NO_ENGINE


class NoEngineError(EngineError):
    """Nothing answers where an engine should."""


class ImageError(UvdiveError):
    """An image or archive that is not there, cannot be read or is not what it says."""

    code = ExitCode.IMAGE


class BuildError(UvdiveError):
    """A build that failed or could not start; ``step`` is the name of the step that failed, if one did."""

    code = ExitCode.IMAGE

    def __init__(self, what: str, do: str = "", log: tuple[str, ...] = (), step: str = "") -> None:
        super().__init__(what, do, log)
        self.step = step

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.do, self.log, self.step)


class RefusedError(UvdiveError):
    """A rewrite that cannot be done safely."""

    code = ExitCode.REFUSED


class VerificationError(UvdiveError):
    """The rewritten image is not as good as the original."""

    code = ExitCode.FAILED


class CancelledError(UvdiveError):
    """The user stopped the work."""

    code = ExitCode.INTERRUPTED

    def __init__(self, what: str = "Stopped.", do: str = "", log: tuple[str, ...] = ()) -> None:
        super().__init__(what, do, log)


class OutputError(UvdiveError):
    """Something could not be written."""

    code = ExitCode.IMAGE


_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_TEMPORARY = "No usable temporary directory"
"""How ``tempfile`` begins where it can write nowhere."""


def disk_full(error: BaseException) -> OutputError | None:
    """The error for people where an exception says that a disk is full; None for any other."""
    if not isinstance(error, OSError):
        return None
    # A copy names what it reads first.
    name = error.filename2 or error.filename
    where = f" {name}" if name else ""
    if error.errno in _FULL:
        return OutputError(
            f"The disk is full:{where or ' what uvdive writes'} can't be written.",
            "Free some room, then try again. TMPDIR names another folder for temporary files.",
        )
    if (error.strerror or "").startswith(_NO_TEMPORARY):
        return OutputError(
            "There is no folder for temporary files that can be written.",
            "Free some room, or set TMPDIR to a folder that has some.",
        )
    return None
