"""Put uvdive into an environment of its own; the first step of the action (``action.yml``).

It runs on whatever ``python3`` a runner has, so it is plain Python 3.8; the other steps run on the
interpreter that it found or made. Read from the environment: ``INPUT_VERSION`` (empty: the code that
the action came with), ``GITHUB_ACTION_PATH``, ``RUNNER_TEMP``. Told by ``GITHUB_OUTPUT``: ``python``.
It ends with 2 where the version makes no sense, and with 4 where uvdive can't be installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.!+_-]{0,60}", re.ASCII)


class CannotError(Exception):
    """Why uvdive can't be installed, in a sentence or two, and what the step ends with."""

    def __init__(self, what: str, code: int = 4) -> None:
        super().__init__(what)
        self.code = code


def main() -> int:
    """Install, and tell the interpreter."""
    try:
        python = install()
    except CannotError as error:
        text = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        sys.stdout.write(f"::error title=uvdive::{text}\n")
        return error.code
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as told:
        told.write(f"python={python}\n")
    return 0


def install() -> Path:
    """The interpreter of an environment that holds uvdive; one that a step before made is taken again.

    Raises:
        CannotError: there can be none here.
    """
    if not sys.platform.startswith("linux"):
        raise CannotError("uvdive runs on Linux only. Use a runner such as ubuntu-latest.")
    source = Path(os.environ["GITHUB_ACTION_PATH"]).resolve()
    wanted = requirement(os.environ.get("INPUT_VERSION", "").strip(), source)
    name = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    folder = Path(os.environ["RUNNER_TEMP"]).resolve() / f"uvdive-{name}"
    python, whole = folder / "bin" / "python", folder / "whole"
    if whole.exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    if shutil.which("uv"):
        _by_uv(folder, python, wanted, source)
    else:
        _by_pip(folder, python, wanted)
    whole.touch()
    return python


def requirement(version: str, source: Path) -> str:
    """What to install: a version of the package index, its newest one, or the action's own code.

    Raises:
        CannotError: the version is none.
    """
    if not version:
        return str(source)
    if version == "latest":
        return "uvdive"
    if not _VERSION.fullmatch(version):
        raise CannotError("The input version is no version. Name one such as 0.1.0, or latest.", code=2)
    return f"uvdive=={version}"


def _by_uv(folder: Path, python: Path, wanted: str, source: Path) -> None:
    """With uv, which brings a Python where there is none; the action's own code with its locked versions."""
    least = ".".join(map(str, OLDEST))
    _run("uv", "venv", "--quiet", "--no-project", "--python", f">={least}", str(folder))
    pins = []
    if wanted == str(source):
        locked = folder / "constraints.txt"
        _run(
            *("uv", "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"),
            *("--project", str(source), "--output-file", str(locked)),
        )
        pins = ["--constraints", str(locked)]
    _run("uv", "pip", "install", "--quiet", "--python", str(python), *pins, wanted)


def _by_pip(folder: Path, python: Path, wanted: str) -> None:
    """With an interpreter of the runner that is new enough, and its own venv and pip."""
    # -I: what lies in the checkout is not imported in pip's place.
    _run(new_enough(), "-I", "-m", "venv", str(folder))
    _run(str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted)


def new_enough() -> str:
    """An interpreter that runs uvdive.

    Raises:
        CannotError: there is none.
    """
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for minor in range(30, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    here = ".".join(map(str, sys.version_info[:2]))
    raise CannotError(
        f"uvdive needs Python 3.11 or later, and python3 is {here} here. "
        "Put astral-sh/setup-uv or actions/setup-python before this step."
    )


def _run(*command: str) -> None:
    """Run a command in the runner's temporary folder, so that no settings of the checkout count.

    Raises:
        CannotError: it fails; with its last words.
    """
    done = subprocess.run(
        command,
        cwd=os.environ["RUNNER_TEMP"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
        last = "".join(char if char.isprintable() else "?" for char in " ".join(lines[-3:]))
        raise CannotError(f"uvdive could not be installed: {Path(command[0]).name} said: {last[-600:]}")


if __name__ == "__main__":
    sys.exit(main())
