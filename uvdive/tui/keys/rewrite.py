"""The actions of the rewrite and of two images side by side, and why one may not apply."""

from __future__ import annotations

from typing import Any

from uvdive.tui.frame.actions import Action, can_leave, leaving, moving, searching


def _planned(screen: Any) -> str:
    return "" if screen.work.plan is not None else "The rewrite is not computed yet."


def _has_row(screen: Any) -> str:
    if screen.view == "build":
        return "v shows the plan, whose rows have rules."
    return _planned(screen) or ("" if screen.selected is not None else "Nothing is selected.")


def _has_diff(screen: Any) -> str:
    return "There is no diff: nothing is rewritten." if screen.view == "refused" else _planned(screen)


BUSY = "A build is running; x stops it."


def _idle(screen: Any) -> str:
    return BUSY if screen.work.busy else ""


def _can_build(screen: Any) -> str:
    return str(_idle(screen) or _planned(screen) or screen.work.build_problem)


def _can_write(screen: Any) -> str:
    return str(_idle(screen) or _planned(screen) or screen.work.write_problem)


def _can_repair(screen: Any) -> str:
    if screen.work.busy:
        return BUSY
    if screen.work.proof is None or screen.work.proof.comparison is None:
        return "Nothing was checked yet; b builds and checks."
    return "" if screen.work.proof.repairs else "Nothing failed that a decision could fix."


def _can_time(screen: Any) -> str:
    return _idle(screen) or _has_comparison(screen)


def _can_undo(screen: Any) -> str:
    return _idle(screen) or ("" if screen.work.written is not None else "Nothing was written.")


def _can_plan_again(screen: Any) -> str:
    work = screen.work
    if work.busy or work.planning:
        return "Something is running; x stops it."
    return "" if work.plan is None or work.changed_problem else "The files are as they were planned from."


def _can_report(screen: Any) -> str:
    return str(_idle(screen) or screen.work.report_problem)


def _has_comparison(screen: Any) -> str:
    done = screen.work.proof is not None and screen.work.proof.comparison is not None
    return "" if done else "The new image is not measured yet; b builds it."


def _can_stop_build(screen: Any) -> str:
    return "" if screen.work.busy or screen.work.planning else "Nothing is running."


def _can_switch(screen: Any) -> str:
    return "" if screen.work.proof is not None else "Nothing was built yet; b builds."


REWRITE = (
    Action(
        "rewrite.build",
        "b",
        "Build",
        "Build the new image, check it against the old one and compare their sizes.",
        _can_build,
        footer=True,
    ),
    Action("rewrite.write", "w", "Write", "Write the new Dockerfile, after a yes.", _can_write, footer=True),
    Action(
        "rewrite.start",
        "s",
        "Build and run",
        "Build and check as b does, and run both images too: ports, answers, logs, the time of a stop.",
        _can_build,
        spare=True,
    ),
    Action(
        "rewrite.settings",
        "e",
        "Run with",
        "Give both programs variables, a file of them or the network; then build and run both as s does.",
        _can_build,
        spare=True,
    ),
    Action(
        "rewrite.repair",
        "p",
        "Repair",
        "Take the decisions that may fix what failed, and build and check again.",
        _can_repair,
        spare=True,
    ),
    Action(
        "rewrite.time",
        "t",
        "Time builds",
        "Time both builds: without a cache, and after a change of a source file.",
        _can_time,
        spare=True,
    ),
    Action("rewrite.undo", "u", "Undo", "Bring the old Dockerfile back.", _can_undo, spare=True),
    Action(
        "rewrite.again",
        "r",
        "Plan again",
        "Plan anew after a file changed on the disk.",
        _can_plan_again,
        spare=True,
    ),
    Action(
        "rewrite.report",
        "E",
        "Report",
        "Write what is needed to report a problem: plan, checks, versions; no sources, no secrets.",
        _can_report,
    ),
    Action(
        "rewrite.compare",
        "c",
        "Compare",
        "Show all that differs between both images.",
        _has_comparison,
        spare=True,
    ),
    Action("rewrite.stop", "x", "Stop", "Stop the build; nothing was written.", _can_stop_build, footer=True),
    Action(
        "rewrite.page",
        "i",
        "Rule",
        "Open the page of the selected row's rule, and of its choice. Enter does too, but for a choice.",
        _has_row,
        footer=True,
    ),
    Action(
        "rewrite.split",
        "d",
        "Dockerfile",
        "Show the Dockerfile's diff side by side, or in one column.",
        _has_diff,
    ),
    Action(
        "rewrite.switch",
        "v",
        "Plan/Build",
        "Switch between the plan and the build.",
        _can_switch,
        footer=True,
    ),
    Action("rewrite.copy", "y", "Copy", "Copy the new Dockerfile, or in the log pane the log.", _planned),
    *moving(
        "rewrite",
        ("First pane", "Go to the decisions, or the steps."),
        ("Second pane", "Go to the diff, or to before and after."),
        ("Third pane", "Go to the reasons, or the checks."),
        ("Fourth pane", "Go to the log, once a build began."),
    ),
    *leaving("rewrite", "Back to the files; a build goes on."),
)


def _can_stop_comparing(screen: Any) -> str:
    return "" if screen.reading else "Nothing is being read."


def _compared(screen: Any) -> str:
    return "" if screen.found is not None else "The images are not compared yet."


def _can_open(screen: Any) -> str:
    return _compared(screen) or str(screen.open_problem)


COMPARE = (
    Action(
        "compare.kind",
        "v",
        "Kind",
        "List all changes, then only packages, OS packages, paths, paths by folder, settings.",
        _compared,
        footer=True,
    ),
    Action(
        "compare.filter", "slash", "Filter", "List only what contains some words.", _compared, footer=True
    ),
    Action(
        "compare.open", "i", "Open", "Show what changed in the file. Enter does too.", _can_open, footer=True
    ),
    Action("compare.sort", "s", "Sort", "Order by bytes, name or sign.", _compared, footer=True),
    Action("compare.stop", "x", "Stop", "Stop reading the images.", _can_stop_comparing),
    Action("compare.copy", "y", "Copy", "Copy the selected name, or the verdict.", _compared),
    *moving(
        "compare",
        ("Owners", "Go to the owners before and after."),
        ("Changes", "Go to what differs."),
        ("Details", "Go to the details."),
    ),
    *leaving("compare", "End the filter, the zoom; then back.", can_leave, quit_in_footer=True),
)

DIFFERENCE = (
    *searching("difference"),
    Action("difference.copy", "y", "Copy", "Copy what is shown.", footer=True),
    *moving("difference", ("Content", "Go to the content.")),
    *leaving("difference", "End the search, the zoom; then back."),
)
