"""Count what the house looks like: rooms, floors and arrows of each package.

A room is a module or a sub-package directly inside the package, an arrow an import from one
room to another, a floor a step of the longest chain of arrows; rooms that import each other in
a circle stand on one floor and are counted beside it.

    uv run python tests/bench/house.py [PACKAGE …]
"""

import sys
from pathlib import Path

import grimp

PACKAGES = ("cli", "tui", "session", "output", "verify", "build", "rewrite", "ledger", "dockerfile", "image")


def arrows_of(graph: grimp.ImportGraph, package: str) -> dict[str, set[str]]:
    """For each room of a package the rooms that it imports."""
    rooms = sorted(graph.find_children(package))
    room_of = {room: room for room in rooms}
    for room in rooms:
        room_of |= dict.fromkeys(graph.find_descendants(room), room)
    arrows: dict[str, set[str]] = {room: set() for room in rooms}
    for module, room in room_of.items():
        for imported in graph.find_modules_directly_imported_by(module):
            other = room_of.get(imported)
            if other is not None and other != room:
                arrows[room].add(other)
    return arrows


def reached(arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """For each room all rooms that it imports, directly or through others."""
    found = {}
    for room in arrows:
        seen: set[str] = set()
        left = [room]
        while left:
            for other in arrows[left.pop()] - seen:
                seen.add(other)
                left.append(other)
        found[room] = seen
    return found


def floors(arrows: dict[str, set[str]]) -> tuple[int, int]:
    """The number of floors, and the number of rooms that are part of a circle."""
    below = reached(arrows)
    circle = {
        room: frozenset({room} | {other for other in below[room] if room in below[other]}) for room in arrows
    }
    heights: dict[frozenset[str], int] = {}
    for room in sorted(arrows, key=lambda room: len(below[room] | {room})):
        group = circle[room]
        others = {circle[other] for one in group for other in arrows[one]} - {group}
        heights[group] = 1 + max((heights[other] for other in others), default=0)
    return max(heights.values(), default=0), sum(1 for room in arrows if len(circle[room]) > 1)


def main() -> None:
    """Print one line for each package."""
    asked = sys.argv[1:] or [name for name in PACKAGES if Path("uvdive", name).is_dir()]
    graph = grimp.build_graph("uvdive")
    for name in asked:
        package = f"uvdive.{name}"
        arrows = arrows_of(graph, package)
        number, circular = floors(arrows)
        files = len(graph.find_descendants(package)) + 1
        print(
            f"{name}: {files} files, {len(arrows)} rooms on {number} floors, "
            f"{sum(map(len, arrows.values()))} arrows, {circular} rooms in circles"
        )


if __name__ == "__main__":
    main()
