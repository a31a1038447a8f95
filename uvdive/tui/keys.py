"""The tables of all actions, one for each kind of screen, and why an action may not apply."""

from __future__ import annotations

from typing import Any

from uvdive.tui.actions import Action


def _read(screen: Any) -> str:
    return "" if screen.report is not None else "The image is not read yet."


def _can_stop_reading(screen: Any) -> str:
    return "" if screen.reading or screen.taking else "Nothing is being read or written."


def _can_export(screen: Any) -> str:
    return _read(screen) or str(screen.export_problem)


def _can_leave(screen: Any) -> str:
    return "" if screen.can_back else "There is nothing to end."


def _has_file(screen: Any) -> str:
    return _read(screen) or str(screen.open_problem)


def _can_extract(screen: Any) -> str:
    return _read(screen) or str(screen.extract_problem)


EXPLORE = (
    Action(
        "explore.rewrite",
        "r",
        "Rewrite",
        "Show the Dockerfile rewritten to the multi-stage form.",
        _read,
        footer=True,
    ),
    Action(
        "explore.findings",
        "f",
        "Findings",
        "List what is worth doing, with explanations.",
        _read,
        footer=True,
    ),
    Action(
        "explore.waste", "w", "Waste", "List bytes that are shipped but cannot be seen.", _read, footer=True
    ),
    Action("explore.packages", "p", "Packages", "List Python and OS packages.", _read, footer=True),
    Action(
        "explore.dockerfile",
        "d",
        "Dockerfile",
        "Show the Dockerfile with each line's bytes.",
        _read,
        footer=True,
    ),
    Action(
        "explore.filter",
        "slash",
        "Filter",
        "Show only paths that fit a text, while you type.",
        _read,
        footer=True,
    ),
    Action(
        "explore.how",
        "t,ctrl+t",
        "Text/fuzzy/regex",
        "Let the filter look for a part of a name (text), its letters in order (fuzzy), or a regex.",
        _read,
    ),
    Action("explore.owner", "o", "Owner", "Show the files of one owner after the other; then all.", _read),
    Action("explore.change", "c", "Change", "Show only what was added, changed, removed; then all.", _read),
    Action(
        "explore.bigger", "b", "Bigger", "Show only files from 100 kB, 1, 10, 100 MB on; then all.", _read
    ),
    Action("explore.sort", "s", "Sort", "Order the files by size, name or change.", _read),
    Action("explore.view", "v", "View", "Show what one layer changed, or everything up to it.", _read),
    Action(
        "explore.mark",
        "m",
        "Mark",
        "Begin a range of layers at this one; go to its other end to see the net effect. Again ends it.",
        _read,
    ),
    Action(
        "explore.open",
        "i",
        "Open",
        "Open the file: text or bytes, its versions, diffs. Enter does too.",
        _has_file,
    ),
    Action("explore.extract", "e", "Extract", "Write the selected file or folder to the disk.", _can_extract),
    Action(
        "explore.export", "E", "Export", "Write a report: JSON, Markdown, SVG, saved report.", _can_export
    ),
    Action("explore.copy", "y", "Copy", "Copy the selected path or command.", _read),
    Action("explore.stop", "x", "Stop", "Stop reading the image, or writing files.", _can_stop_reading),
    Action("explore.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
    Action("explore.pane.1", "1", "Owners", "Go to the owners.", palette=False),
    Action("explore.pane.2", "2", "Layers", "Go to the layers.", palette=False),
    Action("explore.pane.3", "3", "Files", "Go to the files.", palette=False),
    Action("explore.pane.4", "4", "Details", "Go to the details of what is selected.", palette=False),
    Action("explore.next", "tab", "Next pane", "Go to the next pane.", palette=False),
    Action("explore.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    Action(
        "explore.back",
        "escape",
        "Back",
        "End the filter, the range of layers, the zoom; then back to what to open.",
        _can_leave,
        palette=False,
    ),
    Action("explore.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("explore.quit", "q", "Quit", "Stop all work and leave."),
)


LOOKING = "It is being looked up."


def _listed(screen: Any) -> str:
    return "" if screen.selected is not None else "Nothing is selected."


def _has_path(screen: Any) -> str:
    if screen.selected is None:
        return "Nothing is selected."
    if screen.place_of(screen.selected) is not None:
        return ""
    return LOOKING if screen.looking else "It has no path in the image."


def _has_layer(screen: Any) -> str:
    if screen.selected is None:
        return "Nothing is selected."
    if screen.layer_of(screen.selected) is not None:
        return ""
    return LOOKING if screen.looking else "No layer is known for it."


def _has_line(screen: Any) -> str:
    if screen.selected is None:
        return "Nothing is selected."
    if screen.line_of(screen.selected) is not None:
        return ""
    return LOOKING if screen.looking else "No line of a Dockerfile is known for it."


LISTS = (
    Action("list.path", "f", "In files", "Show its path in the file tree.", _has_path, footer=True),
    Action(
        "list.layer", "i", "Layer", "Show the layer (the instruction) behind it.", _has_layer, footer=True
    ),
    Action("list.line", "d", "Line", "Show the line of the Dockerfile behind it.", _has_line, footer=True),
    Action("list.filter", "slash", "Filter", "List only what contains some words.", footer=True),
    Action("list.sort", "s", "Sort", "Take the next order.", footer=True),
    Action("list.copy", "y", "Copy", "Copy its path, name or advice.", _listed),
    Action("list.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
    Action("list.pane.1", "1", "List", "Go to the list.", palette=False),
    Action("list.pane.2", "2", "Details", "Go to the details.", palette=False),
    Action("list.next", "tab", "Next pane", "Go to the next pane.", palette=False),
    Action("list.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    Action("list.back", "escape", "Back", "End the filter, the zoom; then back.", footer=True, palette=False),
    Action("list.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("list.quit", "q", "Quit", "Stop all work and leave."),
)


PICK = (
    Action("pick.open", "o", "Open", "Open the selected one. Enter does too.", _listed, footer=True),
    Action("pick.filter", "slash", "Filter", "List only what contains some words.", footer=True),
    Action("pick.sort", "s", "Sort", "Order by age, size, name or kind.", footer=True),
    Action("pick.again", "r", "Look again", "Ask the engine and the folder again.", footer=True),
    Action("pick.back", "escape", "Back", "End the filter.", _can_leave, palette=False),
    Action("pick.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("pick.quit", "q", "Quit", "Stop all work and leave.", footer=True),
)


def _has_older(screen: Any) -> str:
    if len(screen.versions) < 2:
        return "Only one layer wrote this file."
    return "" if screen.older is not None else "This is the first version."


def _has_versions(screen: Any) -> str:
    return "" if len(screen.versions) > 1 else "Only one layer wrote this file."


VIEWER = (
    Action(
        "viewer.compare", "d", "Diff", "Show what changed since the version before.", _has_older, footer=True
    ),
    Action("viewer.newer", "n", "Newer", "Go to the next version.", _has_versions, footer=True),
    Action("viewer.older", "p", "Older", "Go to the version before.", _has_versions, footer=True),
    Action("viewer.copy", "y", "Copy", "Copy the path.", footer=True),
    Action("viewer.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
    Action("viewer.pane.1", "1", "Versions", "Go to the versions.", palette=False),
    Action("viewer.pane.2", "2", "Content", "Go to the content.", palette=False),
    Action("viewer.next", "tab", "Next pane", "Go to the next pane.", palette=False),
    Action("viewer.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    Action("viewer.back", "escape", "Back", "End the zoom; then back.", footer=True, palette=False),
    Action("viewer.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("viewer.quit", "q", "Quit", "Stop all work and leave."),
)


def _line_has_layer(screen: Any) -> str:
    return "" if screen.layer_of() is not None else "This line made no layer."


DOCKERFILE = (
    Action("dockerfile.layer", "i", "Layer", "Show what the line made.", _line_has_layer, footer=True),
    Action("dockerfile.copy", "y", "Copy", "Copy the line.", _listed, footer=True),
    Action("dockerfile.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
    Action("dockerfile.pane.1", "1", "Lines", "Go to the lines.", palette=False),
    Action("dockerfile.pane.2", "2", "Details", "Go to the details.", palette=False),
    Action("dockerfile.next", "tab", "Next pane", "Go to the next pane.", palette=False),
    Action("dockerfile.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    Action("dockerfile.back", "escape", "Back", "End the zoom; then back.", footer=True, palette=False),
    Action("dockerfile.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("dockerfile.quit", "q", "Quit", "Stop all work and leave."),
)


def _planned(screen: Any) -> str:
    return "" if screen.plan is not None else "The rewrite is not computed yet."


def _has_choice(screen: Any) -> str:
    if screen.busy:
        return "A build is running; x stops it."
    return _planned(screen)


def _can_build(screen: Any) -> str:
    if screen.busy:
        return "A build is running; x stops it."
    return str(_planned(screen) or screen.build_problem)


def _can_repair(screen: Any) -> str:
    if screen.busy:
        return "A build is running; x stops it."
    offered = screen.proof is not None and screen.proof.repairs
    return "" if offered else "No check failed that a changed decision may mend."


def _can_write(screen: Any) -> str:
    if screen.busy:
        return "A build is running; x stops it."
    return str(_planned(screen) or screen.write_problem)


def _can_undo(screen: Any) -> str:
    if screen.busy:
        return "A build is running; x stops it."
    return "" if screen.written is not None else "Nothing was written."


def _can_plan_again(screen: Any) -> str:
    if screen.busy or screen.planning:
        return "Something is running; x stops it."
    return "" if screen.plan is None or screen.changed_problem else "The files are as they were planned from."


def _has_comparison(screen: Any) -> str:
    done = screen.proof is not None and screen.proof.comparison is not None
    return "" if done else "The new image is not measured yet; b builds it."


def _can_stop_build(screen: Any) -> str:
    return "" if screen.busy or screen.planning else "Nothing is running."


def _can_switch(screen: Any) -> str:
    return "" if screen.started else "Nothing was built yet; b builds."


REWRITE = (
    Action(
        "rewrite.build",
        "b",
        "Build",
        "Build the new image, check it against the old one and compare their sizes.",
        _can_build,
        footer=True,
    ),
    Action(
        "rewrite.start",
        "s",
        "Build and run",
        "Build and check as b does, and run both images too: ports, answers, logs, the time of a stop.",
        _can_build,
    ),
    Action(
        "rewrite.repair",
        "p",
        "Repair",
        "Change the decisions that may mend what failed; then build and check again.",
        _can_repair,
    ),
    Action("rewrite.write", "w", "Write", "Write the new Dockerfile, after a yes.", _can_write, footer=True),
    Action("rewrite.undo", "u", "Undo", "Bring the old Dockerfile back.", _can_undo),
    Action(
        "rewrite.again", "r", "Plan again", "Plan anew after a file changed on the disk.", _can_plan_again
    ),
    Action("rewrite.compare", "c", "Compare", "Show all that differs between both images.", _has_comparison),
    Action("rewrite.stop", "x", "Stop", "Stop the build; nothing was written.", _can_stop_build, footer=True),
    Action("rewrite.split", "d", "Split", "Show the diff unified or side by side.", _planned, footer=True),
    Action(
        "rewrite.switch",
        "v",
        "Plan/Build",
        "Switch between the plan and the build.",
        _can_switch,
        footer=True,
    ),
    Action("rewrite.copy", "y", "Copy", "Copy the new Dockerfile, or in the log pane the log.", _planned),
    Action("rewrite.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
    Action("rewrite.pane.1", "1", "First pane", "Go to the decisions, or the steps.", palette=False),
    Action("rewrite.pane.2", "2", "Second pane", "Go to the diff, or to before and after.", palette=False),
    Action("rewrite.pane.3", "3", "Third pane", "Go to the reasons, or the checks.", palette=False),
    Action("rewrite.pane.4", "4", "Fourth pane", "Go to the log, once a build began.", palette=False),
    Action("rewrite.next", "tab", "Next pane", "Go to the next pane.", palette=False),
    Action("rewrite.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    Action(
        "rewrite.back", "escape", "Back", "Back to the files; a build goes on.", footer=True, palette=False
    ),
    Action("rewrite.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("rewrite.quit", "q", "Quit", "Stop all work and leave."),
)


def _can_stop_comparing(screen: Any) -> str:
    return "" if screen.reading else "Nothing is being read."


def _compared(screen: Any) -> str:
    return "" if screen.found is not None else "The images are not compared yet."


COMPARE = (
    Action(
        "compare.kind",
        "v",
        "Kind",
        "List all changes, then only packages, OS packages, paths, settings.",
        _compared,
        footer=True,
    ),
    Action(
        "compare.filter", "slash", "Filter", "List only what contains some words.", _compared, footer=True
    ),
    Action("compare.sort", "s", "Sort", "Order by bytes, name or sign.", _compared, footer=True),
    Action("compare.stop", "x", "Stop", "Stop reading the images.", _can_stop_comparing),
    Action("compare.copy", "y", "Copy", "Copy the selected name, or the verdict.", _compared, footer=True),
    Action("compare.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
    Action("compare.pane.1", "1", "Owners", "Go to the owners before and after.", palette=False),
    Action("compare.pane.2", "2", "Changes", "Go to what differs.", palette=False),
    Action("compare.pane.3", "3", "Details", "Go to the details.", palette=False),
    Action("compare.next", "tab", "Next pane", "Go to the next pane.", palette=False),
    Action("compare.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    Action(
        "compare.back", "escape", "Back", "End the filter, the zoom; then back.", _can_leave, palette=False
    ),
    Action("compare.help", "question_mark", "Help", "Show every key and sign.", footer=True),
    Action("compare.quit", "q", "Quit", "Stop all work and leave.", footer=True),
)

TABLES = (EXPLORE, REWRITE, LISTS, DOCKERFILE, PICK, VIEWER, COMPARE)


def action_ids() -> tuple[str, ...]:
    """The ids of all actions, for keymaps."""
    return tuple(action.id for table in TABLES for action in table)
