"""What ``uvdive doctor`` found, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from uvdive.base.units import Units, size
from uvdive.output.doctor.found import FoundEngine, Health, LookedAt, Terminal
from uvdive.output.plain import one_line, table

SCHEMA = "uvdive.doctor/1"
_TRUE_COLOUR = 1 << 24
_WIDE = 400
"""No text of others is longer than so many characters."""


def doctor_data(health: Health) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {"schema": SCHEMA, **asdict(health), "has_engine": health.has_engine}


def doctor_text(health: Health, units: Units) -> str:
    """What a terminal gets: the engines first, problems last."""
    return "\n".join(_lines(health, units)) + "\n"


def _lines(health: Health, units: Units) -> Iterator[str]:
    yield f"uvdive {health.tool_version} on {health.system}"
    yield from ("", "Engines")
    for engine in health.engines:
        yield f"  {engine.kind:8}{_shown(engine.address)} ({_shown(engine.found_by)})"
        yield from (f"  {'':8}{_shown(line)}" for line in _engine(engine))
    yield from ("", "Looked for an engine at")
    yield from table([(f"  {_shown(at.place)}", _shown(at.program), _there(at)) for at in health.looked_at])
    yield from ("", "Programs")
    yield from table(
        [(f"  {tool.name}", _shown(tool.version) or "not there", tool.path) for tool in health.tools]
    )
    if health.platforms:
        yield f"  Builds can be made for {', '.join(map(_shown, health.platforms))}."
    yield from ("", "Logins to registries (none is asked for until a registry wants one)")
    for login in health.logins:
        yield f"  {_shown(login.registry)}: {_shown(login.kept_by)}, named in {_shown(login.place)}"
    if not health.logins:
        yield "  none: what needs no login works; `docker login HOST` makes one"
    cache = health.cache
    held, limit = size(cache.bytes, units), size(cache.limit, units)
    yield from ("", "Cache of layers", f"  {_shown(cache.folder)}: {cache.files} files, {held} of {limit}")
    yield from ("", "Terminal", f"  {_terminal(health.terminal)}")
    yield from ("", "Problems" if health.problems else "No problem was found.")
    for problem in health.problems:
        yield f"  {_shown(problem.what)}"
        yield f"    {_shown(problem.do)}"


def _shown(text: str) -> str:
    return one_line(text, _WIDE)


def _there(at: LookedAt) -> str:
    return "elsewhere" if at.there is None else "there" if at.there else "-"


def _engine(engine: FoundEngine) -> Iterator[str]:
    if not engine.answers:
        yield "does not answer"
        return
    yield f"{engine.name} {engine.version} on {engine.platform}".strip()
    store = ", in containerd's store" if engine.containerd_store else ""
    yield f"keeps images with {engine.storage_driver or 'a driver that it does not tell'}{store}"
    if engine.storage_readable:
        yield f"{engine.storage} may be read: images come from there, which is the quickest way"
    else:
        yield "its storage cannot be read from here: images come by its save stream"


def _terminal(terminal: Terminal) -> str:
    if not terminal.interactive:
        return "standard input, output or error is none: reports are printed, no app opens"
    colours = {0: "no colours", _TRUE_COLOUR: "16 million colours"}
    told = colours.get(terminal.colours, f"{terminal.colours} colours")
    return f"{terminal.columns} columns, {terminal.rows} rows, {told} (TERM={_shown(terminal.term)})"
