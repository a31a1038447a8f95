"""What a fuzzer of ours is: an area with inputs as strangers might make them, and what must hold of each.

An input is a few named texts of bytes (a ``Case``): a Dockerfile and the files beside it, the layers
of an image, the contents of databases. A seed is a case in a file of ``seeds/AREA``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from uvdive.base.deadline import DeadlineError, deadline
from uvdive.base.errors import UvdiveError

Case = dict[str, bytes]
Check = Callable[[Case, Path], None]

SEEDS = Path(__file__).parent / "seeds"
SECONDS = 10
"""Of the processor for one input, all of which are below ``damage.MOST`` bytes: half of what is promised."""

BYTES = 700_000_000
"""Of memory for one input, beside what the process had before."""

_MEMORY = re.compile(r"VmHWM:\s+(\d+) kB")


class FoundError(AssertionError):
    """An input for which something does not hold."""


@dataclass(frozen=True)
class Area:
    """A kind of input.

    Attributes:
        name: as the command line and ``seeds`` have it.
        made: makes cases that look as the kind does.
        check: reads one in an empty folder of its own; raises what it likes but an AssertionError of
            its own or anything that is no UvdiveError is a find.
        words: texts that mean something in this kind, put in anywhere.
        accepted: further errors that say, to the caller of these functions, that the input is none.
    """

    name: str
    made: st.SearchStrategy[Case]
    check: Check
    words: tuple[bytes, ...] = ()
    accepted: tuple[type[Exception], ...] = ()


def attempt(area: Area, case: Case) -> bool:
    """Check a case within its bounds; was it read to the end, without an error that says what is wrong?

    Raises:
        FoundError: it takes too long or too much.
        Exception: whatever the code under test raised that it must not.
    """
    before = _reset_peak()
    with tempfile.TemporaryDirectory(prefix="uvdive-fuzz-") as folder:
        try:
            with deadline(SECONDS):
                area.check(case, Path(folder))
            whole = True
        except (UvdiveError, *area.accepted):
            whole = False
        except DeadlineError:
            raise FoundError(f"it takes more than {SECONDS} s") from None
        except MemoryError:
            raise FoundError("it runs out of memory") from None
    grown = _peak() - before
    if grown > BYTES:
        raise FoundError(f"it takes {grown / 1e6:.0f} MB")
    return whole


def _reset_peak() -> int:
    """Let the peak of this process's memory count anew (proc(5), clear_refs); what it holds, in bytes."""
    with contextlib.suppress(OSError):  # no Linux, or not allowed: the peak of before counts
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    try:
        found = _MEMORY.search(Path("/proc/self/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def dump(case: Case) -> str:
    """A case as a seed's text: JSON, with texts as they are and all else in base64."""
    return json.dumps({name: _plain(data) for name, data in case.items()}, indent=1) + "\n"


def _plain(data: bytes) -> object:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
    return text.split("\n")


def load(text: str) -> Case:
    """The case of a seed's text."""
    return {name: _bytes(value) for name, value in json.loads(text).items()}


def _bytes(value: list[str] | dict[str, str]) -> bytes:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return "\n".join(value).encode()


def seeds(area: str) -> dict[str, Case]:
    """The seeds of an area by their files' names."""
    return {path.name: load(path.read_text()) for path in sorted((SEEDS / area).glob("*.json"))}


def keep(case: Case, folder: Path) -> Path:
    """Write a case as a seed named by its content; the file."""
    text = dump(case)
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
