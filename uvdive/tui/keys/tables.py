"""The tables of all actions, one for each kind of screen, and why an action may not apply."""

from __future__ import annotations

from typing import Any

from uvdive.tui.frame.actions import Action, can_leave, leaving, moving, searching
from uvdive.tui.keys.build import BUILD
from uvdive.tui.keys.growth import GROWTH
from uvdive.tui.keys.rewrite import COMPARE, DIFFERENCE, REWRITE


def _read(screen: Any) -> str:
    return "" if screen.report is not None else "The image is not read yet."


def _can_stop_reading(screen: Any) -> str:
    return "" if screen.reading or screen.taking.running else "Nothing is being read or written."


def _can_export(screen: Any) -> str:
    return _read(screen) or str(screen.taking.problem)


def _has_file(screen: Any) -> str:
    return _read(screen) or str(screen.open_problem)


def _has_path_there(screen: Any) -> str:
    return _read(screen) or str(screen.history_problem)


def _can_extract(screen: Any) -> str:
    return _read(screen) or str(screen.extract_problem)


EXPLORE = (
    Action(
        "explore.rewrite",
        "r",
        "Rewrite",
        "Plan a smaller multi-stage Dockerfile; then prove and write it.",
        _read,
        footer=True,
    ),
    Action(
        "explore.findings",
        "f",
        "Findings",
        "List what could be saved or fixed, with explanations.",
        _read,
        footer=True,
    ),
    Action(
        "explore.waste",
        "w",
        "Waste",
        "List files that later layers replaced or deleted, but the image ships.",
        _read,
        footer=True,
    ),
    Action("explore.packages", "p", "Packages", "List Python and OS packages.", _read, footer=True),
    Action(
        "explore.map", "T", "Map", "Show the image as a map, each byte once (a treemap).", _read, spare=True
    ),
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
        spare=True,
    ),
    Action(
        "explore.owner",
        "o",
        "Owner",
        "Show the files of one owner after the other; then all.",
        _read,
        spare=True,
    ),
    Action(
        "explore.change", "plus", "Change", "Show only what was added, changed, removed; then all.", _read
    ),
    Action(
        "explore.bigger",
        "greater_than_sign",
        "Bigger",
        "Show only files from 100 kB, 1, 10, 100 MB on; then all.",
        _read,
    ),
    Action("explore.sort", "s", "Sort", "Order the files by size, name or change.", _read, spare=True),
    Action(
        "explore.view",
        "v",
        "View",
        "Show what one layer changed, or everything up to it; the map by folder, package, layer.",
        _read,
        spare=True,
    ),
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
        spare=True,
    ),
    Action(
        "explore.history",
        "h",
        "History",
        "Show the file or folder through the layers: how much each wrote, with line and diff.",
        _has_path_there,
        spare=True,
    ),
    Action(
        "explore.extract",
        "e",
        "Extract",
        "Write the selected file or folder to the disk.",
        _can_extract,
        spare=True,
    ),
    Action(
        "explore.export",
        "E",
        "Export",
        "Write a report: JSON, Markdown, HTML, SVG, saved report.",
        _can_export,
        spare=True,
    ),
    Action("explore.copy", "y", "Copy", "Copy the selected path or command, or the details.", _read),
    Action("explore.stop", "x", "Stop", "Stop reading the image, or writing files.", _can_stop_reading),
    *moving(
        "explore",
        ("Owners", "Go to the owners."),
        ("Layers", "Go to the layers."),
        ("Files", "Go to the files."),
        ("Details", "Go to the details of what is selected."),
        ("Map", "Go to the map, which is there from 160 columns on."),
    ),
    *leaving(
        "explore",
        "End the filter, the range of layers, the zoom; then back to where one came from.",
        can_leave,
        footer=False,
    ),
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
    return LOOKING if screen.looking else "The line of the Dockerfile is not known."


LISTS = (
    Action("list.path", "f", "In files", "Show its path in the file tree.", _has_path, footer=True),
    Action(
        "list.layer", "L", "Layer", "Show the layer (the instruction) behind it.", _has_layer, footer=True
    ),
    Action("list.line", "d", "Line", "Show the line of the Dockerfile behind it.", _has_line, footer=True),
    Action("list.filter", "slash", "Filter", "List only what contains some words.", footer=True),
    Action("list.sort", "s", "Sort", "Take the next order.", footer=True),
    Action("list.copy", "y", "Copy", "Copy its path, name or advice.", _listed),
    *moving(
        "list",
        ("List", "Go to the list."),
        ("Details", "Go to the details."),
    ),
    *leaving("list", "End the filter, the zoom; then back."),
)


PICK = (
    Action("pick.open", "i", "Open", "Open the selected one. Enter does too.", _listed, footer=True),
    Action(
        "pick.mark",
        "m",
        "Mark",
        "Mark this one; a second one is compared with it.",
        _listed,
        footer=True,
    ),
    Action("pick.filter", "slash", "Filter", "List only what contains some words.", footer=True),
    Action("pick.sort", "s", "Sort", "Order by age, size, name or kind.", footer=True),
    Action("pick.again", "r", "Look again", "Ask the engine and the folder again.", footer=True),
    *leaving("pick", "End the filter.", can_leave, footer=False, quit_in_footer=True),
)


def _has_older(screen: Any) -> str:
    if len(screen.versions) < 2:
        return "Only one layer wrote this file."
    return "" if screen.older is not None else "This is the first version."


def _has_versions(screen: Any) -> str:
    return "" if len(screen.versions) > 1 else "Only one layer wrote this file."


VIEWER = (
    Action(
        "viewer.compare",
        "c",
        "Compare",
        "Show what changed since the version before.",
        _has_older,
        footer=True,
    ),
    *searching("viewer"),
    Action(
        "viewer.older",
        "left_square_bracket",
        "Older",
        "Go to the version before.",
        _has_versions,
        footer=True,
    ),
    Action(
        "viewer.newer",
        "right_square_bracket",
        "Newer",
        "Go to the next version.",
        _has_versions,
        footer=True,
    ),
    Action("viewer.copy", "y", "Copy", "Copy the content or diff; in the versions, the path.", footer=True),
    *moving(
        "viewer",
        ("Versions", "Go to the versions."),
        ("Content", "Go to the content."),
    ),
    *leaving("viewer", "End the search, the zoom; then back."),
)


def _line_has_layer(screen: Any) -> str:
    return "" if screen.layer_of() is not None else "This line made no layer."


DOCKERFILE = (
    Action("dockerfile.layer", "L", "Layer", "Show what the line made.", _line_has_layer, footer=True),
    Action("dockerfile.copy", "y", "Copy", "Copy the line.", _listed, footer=True),
    *moving(
        "dockerfile",
        ("Lines", "Go to the lines."),
        ("Details", "Go to the details."),
    ),
    *leaving("dockerfile", "End the zoom; then back."),
)


def _can_go_in(screen: Any) -> str:
    return str(screen.mapping.problem)


def _has_part(screen: Any) -> str:
    return "" if screen.selected is not None else "Nothing is selected."


MAP = (
    Action("map.into", "i", "Go in", "Go into the part. Enter and a click do too.", _can_go_in, footer=True),
    Action("map.view", "v", "Folder/package/layer", "Divide by folder, by package or by layer.", footer=True),
    Action("map.path", "f", "In files", "Show it in the file tree.", _has_part, footer=True),
    Action("map.copy", "y", "Copy", "Copy its path or name.", _has_part, footer=True),
    *leaving("map", "Go out again; then back."),
)


def _step(screen: Any) -> str:
    return "" if screen.step is not None else "No layer has this path."


def _step_has_line(screen: Any) -> str:
    return "" if screen.line is not None else "The line of the Dockerfile is not known."


HISTORY = (
    Action(
        "history.path",
        "f",
        "In files",
        "Show the path in the files, as the layer left it.",
        _step,
        footer=True,
    ),
    Action("history.layer", "L", "Layer", "Show the layer in the explorer.", _step, footer=True),
    Action("history.line", "d", "Line", "Show the line of the Dockerfile.", _step_has_line, footer=True),
    Action("history.copy", "y", "Copy", "Copy the path, or what the pane shows of it.", footer=True),
    *moving(
        "history",
        ("Layers", "Go to the layers that touched the path."),
        ("Details", "Go to the details of what is selected."),
        ("Changes", "Go to what the layer changed: the paths of a folder, the lines of a file."),
    ),
    *leaving("history", "End the zoom; then back."),
)

TABLES = (EXPLORE, BUILD, REWRITE, LISTS, DOCKERFILE, PICK, VIEWER, HISTORY, COMPARE, DIFFERENCE, MAP, GROWTH)


def action_ids() -> tuple[str, ...]:
    """The ids of all actions, for keymaps."""
    return tuple(action.id for table in TABLES for action in table)
