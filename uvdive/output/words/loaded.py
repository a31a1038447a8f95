"""What the original imported until it was ready, in words and as data (``measured.loaded``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uvdive.base.units import Units, size
from uvdive.base.words import all_of
from uvdive.output.plain import count, table, visible
from uvdive.verify.start.loads.loaded import CAVEAT, Loaded

HEADING = "What the start imported"
_SLOWEST = 10
_LARGEST = 10
_NAMED = 5


def loaded_lines(loaded: Loaded, units: Units) -> list[str]:
    """The slowest imports, what was never imported with its bytes, and what that does not say."""
    if loaded.problem:
        return [visible(loaded.problem)]
    lines = [_sum(loaded)]
    if loaded.imported:
        lines += table([*slowest(loaded, units)], frozenset({1, 2}))
    if loaded.never:
        lines.append(never_words(loaded, units))
        rows = [(f"  {visible(each.name)}", size(each.bytes, units)) for each in loaded.never[:_LARGEST]]
        lines += table(rows, frozenset({1}))
        if more := loaded.never[_LARGEST:]:
            lines.append(f"  and {count(len(more), 'other')}, {size(sum(e.bytes for e in more), units)}")
        lines.append(CAVEAT)
    lines += [f"{what}: {_few(names)}." for what, names in _apart(loaded) if names]
    if not loaded.maps or loaded.unread:
        lines.append(_unseen(loaded))
    return lines


def slowest(loaded: Loaded, units: Units) -> Iterable[tuple[str, str, str, str]]:
    """The slowest imports: name, milliseconds, bytes, and how many native libraries were mapped."""
    for each in loaded.imported[:_SLOWEST]:
        mapped = f"{len(each.libraries)} mapped" if each.libraries else ""
        yield visible(each.name), f"{each.milliseconds:.1f} ms", size(each.bytes, units), mapped


def brief(loaded: Loaded, units: Units = "si") -> list[str]:
    """The same in a sentence or two, for where there is little room."""
    if loaded.problem:
        return [loaded.problem]
    told = ", ".join(f"{each.name} {each.milliseconds:.0f} ms" for each in loaded.imported[:_NAMED])
    lines = [_sum(loaded) + (f" Slowest: {told}." if told else "")]
    if loaded.never:
        named = ", ".join(f"{each.name} {size(each.bytes, units)}" for each in loaded.never[:_NAMED])
        lines += [f"{never_words(loaded, units)} {named}", CAVEAT]
    return lines


def never_words(loaded: Loaded, units: Units) -> str:
    """How much was never imported."""
    many = count(len(loaded.never), "package")
    return f"Never imported: {many}, {size(loaded.never_bytes, units)} (distribution-never-imported):"


def _sum(loaded: Loaded) -> str:
    packages = sum(each.milliseconds for each in loaded.imported)
    parts = [
        f"{count(len(loaded.imported), 'package')} in {packages:.0f} ms",
        f"Python's own modules in {loaded.python_milliseconds:.0f} ms",
        f"the app's in {loaded.app_milliseconds:.0f} ms",
    ]
    if loaded.unknown:
        parts.append(f"others in {loaded.unknown_milliseconds:.0f} ms")
    return f"Until it was ready, the original's processes imported {all_of(parts)}."


def _apart(loaded: Loaded) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("Nothing to import is in", loaded.empty),
        ("What they bring is not told by", loaded.untold),
    )


def _unseen(loaded: Loaded) -> str:
    if not loaded.maps:
        return "Which native libraries were loaded is not known: it had ended, or its Python did not run."
    many = "1 process does" if loaded.unread == 1 else f"{loaded.unread} processes do"
    return f"{many} not show which native libraries were loaded."


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _LARGEST} more" if len(names) > _LARGEST else ""
    return ", ".join(map(visible, names[:_LARGEST])) + more


def loaded_data(loaded: Loaded) -> dict[str, Any]:
    """All of it as data of the contract."""
    finding = loaded.finding
    return {
        "problem": loaded.problem or None,
        "imported": [
            {
                "environment": each.environment,
                "name": each.name,
                "version": each.version,
                "milliseconds": each.milliseconds,
                "bytes": each.bytes,
                "modules": each.modules,
                "libraries": list(each.libraries),
            }
            for each in loaded.imported
        ],
        "never_imported": [
            {
                "environment": each.environment,
                "name": each.name,
                "version": each.version,
                "bytes": each.bytes,
                "exclusive_bytes": each.exclusive_bytes,
            }
            for each in loaded.never
        ],
        "nothing_to_import": list(loaded.empty),
        "unknown_contents": list(loaded.untold),
        "python_milliseconds": loaded.python_milliseconds,
        "app_milliseconds": loaded.app_milliseconds,
        "unknown_milliseconds": loaded.unknown_milliseconds,
        "unknown_modules": list(loaded.unknown),
        "maps_read": loaded.maps,
        "maps_unread_processes": loaded.unread,
        "finding": finding
        and {
            "id": finding.id,
            "severity": finding.severity,
            "title": finding.title,
            "bytes": finding.bytes,
            "advice": finding.advice,
        },
    }
