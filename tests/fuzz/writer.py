"""A fuzzer of what writes the user's files: cut off anywhere by a signal, a kill or a fault of the disk.

The model of the file system is the real one: the code that writes runs line by line, and at the line that
the case names it is cut off, or the system's call on that line fails.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from unittest.mock import patch

from cases import Area, Case
from hypothesis import strategies as st

from uvdive.base.errors import UsageError
from uvdive.base.files import aside, wholefile
from uvdive.rewrite.plan import FileChange, RewritePlan
from uvdive.session.disk import journal, writing
from uvdive.session.disk.writing import Written, undo_rewrite, write_rewrite

WATCHED = frozenset(module.__file__ for module in (aside, wholefile, journal, writing))
FAULTS = {"full": errno.ENOSPC, "broken": errno.EIO, "read-only": errno.EROFS, "forbidden": errno.EACCES}
NAMES = ("start.sh", "compose.yaml", ".dockerignore", "pyproject.toml")
Plan = dict[str, Any]


class _CutError(BaseException):
    """Stands for what a signal raises."""


def interrupted(at: int, cut: Callable[[], object], work: Callable[[], object]) -> None:
    """Do the work, and cut it off at the so-many-eth line of what writes."""
    left = at

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left == 0:
                cut()
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if frame.f_code.co_filename in WATCHED else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(before)


def cut_off(how: str, at: int, work: Callable[[], object]) -> None:
    """Do the work until it ends, however that is."""
    if how == "kill":
        pid = os.fork()
        if not pid:
            try:
                interrupted(at, lambda: os._exit(9), work)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        return

    def cut() -> NoReturn:
        if how == "signal":
            raise _CutError
        raise OSError(FAULTS[how], os.strerror(FAULTS[how]))

    with contextlib.suppress(_CutError, OSError, UsageError):
        interrupted(at, cut, work)


def texts(folder: Path) -> dict[str, str]:
    """All files of a folder."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def check(case: Case, folder: Path) -> None:
    """All files as before or all as planned, once the next start that is not cut off has looked."""
    plan: Plan = json.loads(case["plan"])
    if "FROM old" not in plan["before"]["Dockerfile"] or "FROM new" not in plan["after"]["Dockerfile"]:
        return  # made smaller beyond what it stands for
    before: dict[str, str] = plan["before"]
    project = folder / "project"
    project.mkdir()
    for name, text in before.items():
        (project / name).write_text(text)
    changes = {name: text for name, text in plan["after"].items() if name != "Dockerfile"}
    files = tuple(FileChange(name, text, before.get(name)) for name, text in changes.items())
    rewrite = RewritePlan(
        "rewritten",
        "image",
        str(project / "Dockerfile"),
        before["Dockerfile"],
        plan["after"]["Dockerfile"],
        "",
        files=files,
    )
    kept = {f"{name}.orig": before[name] for name in plan["after"] if name in before}
    after = {**before, **plan["after"], **kept}
    done: list[Written] = []
    with patch.dict(os.environ, {"XDG_STATE_HOME": str(folder / "state")}):
        how = ""
        for step in plan["steps"]:
            if how not in FAULTS:
                journal.recover()  # as each start does; after a fault of the disk the app tries again
            how = step["how"]
            work = {
                "write": lambda: done.append(write_rewrite(rewrite)),
                "recover": journal.recover,
                "undo": lambda: undo_rewrite(done[-1]) if done else None,
            }[step["do"]]
            cut_off(step["how"], step["at"], work)
        journal.recover()
    found = texts(project)
    # Undone by half is told and kept: every text of before then stands somewhere.
    if any(step["do"] == "undo" for step in plan["steps"]):
        assert set(before.values()) <= set(found.values()), found
        return
    assert found in (before, after), found


text = st.sampled_from(("", "FROM a\n", "FROM a\nRUN b\n", "x" * 5000, "é\n"))
steps = st.lists(
    st.fixed_dictionaries(
        {
            "do": st.sampled_from(("write", "recover")),
            "how": st.sampled_from(("signal", "kill", *FAULTS)),
            "at": st.integers(1, 250),
        }
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def made(draw: st.DrawFn) -> Case:
    """A project of some files, new texts for some, and what happens."""
    before = {"Dockerfile": "FROM old\n", **draw(st.dictionaries(st.sampled_from(NAMES), text, max_size=3))}
    changed = draw(st.dictionaries(st.sampled_from(NAMES), text, max_size=3))
    after = {"Dockerfile": "FROM new\n", **{name: new + "# new\n" for name, new in changed.items()}}
    plan = {"before": before, "after": after, "steps": draw(steps)}
    return {"plan": json.dumps(plan).encode()}


AREAS = (Area("writer", made(), check),)
