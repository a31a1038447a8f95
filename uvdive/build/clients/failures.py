"""What a failed build means: the right error, with the step, the log and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from uvdive.base.errors import BuildError, EngineError, UsageError, UvdiveError
from uvdive.build.events import BuildLog, BuildStep
from uvdive.image.reaching.failures import MAY_USE

LAST_LINES = 20

_STATUS = re.compile(r"exit (?:code:|status) (\d+)$")

# Each part of BuildKit that passes an error on puts its name before it.
_PASSED_ON = re.compile(
    r"^(?:failed to solve(?: with frontend [\w.]+)?: |rpc error: code = \w+ desc = "
    r"|failed to create LLB definition: )+"
)

START = "Start Docker, or set DOCKER_HOST or `docker context use` to an engine that runs."

_ENGINE = (
    (
        "permission denied while trying to connect",
        "The container engine's socket may not be used by this user.",
        MAY_USE,
    ),
    ("Cannot connect to the Docker daemon", "No container engine answers.", START),
    ("error during connect", "No container engine answers.", START),
    ("failed to connect to the docker API", "No container engine answers.", START),
    ("error reading from server", "The container engine went away during the build.", START),
    ("code = Unavailable", "The container engine went away during the build.", START),
)
"""Words of the client's message, what happened, what to do."""

_EMULATION = (
    "The step is for another processor than the engine's, which can't emulate it: build for the engine's "
    "(leave --platform out), or teach it (https://docs.docker.com/build/building/multi-platform/#qemu)."
)
_FULL = "no space left on device"
_SECRET = re.compile(r"\bsecret \S+ not found|\bsecret \S+: not found")

_HINTS = (
    ("exec format error", _EMULATION),
    (_FULL, "Free disk space on the engine: docker system df (or podman system df) shows what takes it."),
    ("failed to read dockerfile", "Name the Dockerfile with -f."),
    ("failed to resolve source metadata", "Is the base image's name right, and its registry reachable?"),
    ("pull access denied", "Is the base image's name right, and its registry reachable?"),
    ("failed to do request", "Is the base image's name right, and its registry reachable?"),
    ("dial tcp", "Is the network that this step needs reachable from the engine?"),
    ("executor failed running", "The log says why the command failed; fix it and build again."),
    ("did not complete successfully", "The log says why the command failed; fix it and build again."),
    ("no builder", "docker buildx ls shows the builders there are."),
)
_ANY = "The log says why; fix it and build again."


def _engine_error(text: str, said: tuple[str, ...]) -> EngineError | None:
    for words, what, do in _ENGINE:
        if words in text:
            return EngineError(what, do, said[-LAST_LINES:])
    return None


def _advice(error: str, log: Sequence[str] = ()) -> str:
    """What to do about an error; some are told by the command's own words alone."""
    for told in (_FULL, "exec format error"):
        if any(told in line.lower() for line in log):
            error = told
    if _SECRET.search(error):
        return "Hand the secret over: --secret id=ID,src=FILE (after -- for uvdive rewrite)."
    return next((do for words, do in _HINTS if words in error), _ANY)


def build_failure(steps: Sequence[BuildStep], logs: Sequence[BuildLog], said: Sequence[str]) -> UvdiveError:
    """The error of a build that ended with a failure.

    Args:
        steps: the steps as they ended.
        logs: every line of output, oldest first.
        said: what buildx itself said, oldest first.

    Returns:
        An EngineError where the engine cannot be reached, a UsageError for options
        that buildx does not take, else a BuildError that names the failing step, if
        there was one, with the last lines of its output.
    """
    words = tuple(_PASSED_ON.sub("", line.removeprefix("ERROR: ")) for line in said if line.strip())
    text = "\n".join(words)
    if (engine := _engine_error(text, words)) is not None:
        return engine
    option = next((line for line in words if line.startswith(("unknown flag", "unknown shorthand"))), None)
    if option is not None:
        return UsageError(f"docker buildx build says: {option}.", "See docker buildx build --help.")
    failed = next((step for step in steps if step.state == "failed"), None)
    if failed is None:
        last = words[-1] if words else "docker buildx build said nothing"
        return BuildError(f"The build failed: {last}", _advice(text), words[-LAST_LINES:])
    lines = [log.text for log in logs if log.id == failed.id] or [failed.error]
    # The command of a RUN is in the step's name already; the error would repeat it.
    status = _STATUS.search(failed.error)
    why = f"exit code {status[1]}" if status else failed.error
    return BuildError(
        f"The build failed in the step {failed.name}: {why}",
        _advice(failed.error, lines[-LAST_LINES:]),
        tuple(lines[-LAST_LINES:]),
        failed.name,
    )
