"""The Python environments of the final state, as evidence for the rewrite and the checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from uvdive.image.resolve import resolve
from uvdive.image.table import FileTable, Kind
from uvdive.ledger.attribute import Attribution, PythonPlace
from uvdive.ledger.components import text
from uvdive.ledger.contents import Contents
from uvdive.ledger.distributions import Installed, record_paths
from uvdive.ledger.report import ConsoleScript, Distribution, Environment

_SUFFIX = re.compile(rb"\.so(?:\.[\d.]+)?$")
_MAPPING = re.compile(rb"^MAPPING\b[^=]*=\s*(\{.*?\})\s*$", re.MULTILINE | re.DOTALL)
_MAX_SHEBANG = 1024


def environments(contents: Contents, attribution: Attribution) -> tuple[Environment, ...]:
    """Every environment and interpreter that a container sees, virtual ones first."""
    stats = _distribution_bytes(contents.table, attribution)
    found = []
    for place in attribution.places:
        if contents.table.leads_to_live(place.root):
            environment = _environment(contents, place, stats)
            if environment is not None:
                found.append(environment)
    return tuple(found)


def _distribution_bytes(table: FileTable, attribution: Attribution) -> dict[int, list[int]]:
    """By component: bytes, bytecode bytes, native bytes and files of live inodes."""
    wanted = {number for number, key in enumerate(attribution.components.keys) if key[1] == "distribution"}
    stats: dict[int, list[int]] = {number: [0, 0, 0, 0] for number in wanted}
    for inode, component in enumerate(attribution.inode_component):
        if component in stats and table.inode_live(inode):
            entry = table.inode_entry[inode]
            name, size = table.names[table.entry_node[entry]], table.entry_size[entry]
            row = stats[component]
            row[0] += size
            row[1] += size if name.endswith(b".pyc") else 0
            row[2] += size if _SUFFIX.search(name) else 0
            row[3] += 1
    return stats


def _environment(contents: Contents, place: PythonPlace, stats: dict[int, list[int]]) -> Environment | None:
    table = contents.table
    path = table.path(place.root)
    settings = pyvenv(contents.read(path + b"/pyvenv.cfg") or b"") if place.kind == "venv" else {}
    interpreter = _interpreter_path(table, place, path)
    if interpreter is None:
        return None
    chain = resolve(table, interpreter)
    hops = tuple(text(hop) for hop in chain.hops)
    live = [item for item in place.installed if _is_live(table, item.info)]
    return Environment(
        path=text(path),
        kind=place.kind,
        python=settings.get("version_info") or settings.get("version") or _version(place),
        interpreter=text(interpreter),
        interpreter_path=None if chain.node is None else hops[-1],
        hops=hops,
        uv_version=settings.get("uv"),
        roots=tuple(sorted({root for site in place.sites for root in _roots(contents, site)})),
        scripts=tuple(_scripts(contents, path)),
        distributions=tuple(
            sorted((_distribution(contents, item, stats) for item in live), key=lambda item: item.name)
        ),
    )


def _version(place: PythonPlace) -> str | None:
    return None if place.interpreter is None else place.interpreter.version


def _interpreter_path(table: FileTable, place: PythonPlace, path: bytes) -> bytes | None:
    """The program that starts this environment's Python, whether or not it leads anywhere."""
    names = [b"python", b"python3"]
    if place.interpreter is not None:
        names.insert(0, b"python" + place.interpreter.minor.encode())
    for name in names:
        candidate = path + b"/bin/" + name
        node = table.find(candidate)
        if node is not None and table.visible(node) is not None:
            return candidate
    return None


def pyvenv(data: bytes) -> dict[str, str]:
    """The settings of a ``pyvenv.cfg`` (PEP 405): ``key = value`` lines, keys in lower case."""
    settings = {}
    for line in text(data).splitlines():
        key, separator, value = line.partition("=")
        if separator:
            settings[key.strip().lower()] = value.strip()
    return settings


def _is_live(table: FileTable, info: int) -> bool:
    return any(table.visible(child) is not None for child in table.children(info))


def _distribution(contents: Contents, item: Installed, stats: dict[int, list[int]]) -> Distribution:
    table = contents.table
    folder = table.path(item.info)
    row = stats.get(item.component, [0, 0, 0, 0])
    record = contents.read(folder + b"/RECORD") or b""
    direct = contents.read(folder + b"/direct_url.json")
    return Distribution(
        item.name,
        item.version,
        bytes=row[0],
        bytecode_bytes=row[1],
        native_bytes=row[2],
        files=row[3],
        editable=_editable(direct),
        modules=_modules(record),
    )


def _editable(direct_url: bytes | None) -> str | None:
    """The folder of an editable install (PEP 610), else None."""
    try:
        data = json.loads(direct_url or b"{}")
        editable = data.get("dir_info", {}).get("editable")
        url = str(data.get("url", ""))
    except (ValueError, AttributeError):
        return None
    return url.removeprefix("file://") if editable else None


def _modules(record: bytes) -> tuple[str, ...]:
    """The top-level modules and packages that a RECORD names."""
    found = set()
    for path in record_paths(record):
        first, _, rest = text(path).partition("/")
        if rest:
            if first.isidentifier() and first != "__pycache__" and rest.endswith((".py", ".so")):
                found.add(first)
        elif first.endswith((".py", ".so")) and first.partition(".")[0].isidentifier():
            found.add(first.partition(".")[0])
    return tuple(sorted(name for name in found if not name.startswith("__editable__")))


def _roots(contents: Contents, site: int) -> Iterator[str]:
    """The folders outside the environment that its ``.pth`` files and finders point to (R12)."""
    table = contents.table
    for node in table.children(site):
        name = table.names[node]
        entry = table.visible(node)
        data = None if entry is None else contents.of_entry(entry)
        if data is None:
            continue
        if name.endswith((b".pth", b".egg-link")):
            for line in data.splitlines():
                if line.startswith(b"/"):
                    yield text(line.strip())
        elif name.startswith(b"__editable__"):
            mapping = _MAPPING.search(data)
            yield from _mapped(mapping[1]) if mapping else ()


def _mapped(literal: bytes) -> Sequence[str]:
    """The folders of the modules in a setuptools finder's MAPPING."""
    import ast

    try:
        mapping = ast.literal_eval(text(literal))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    values = mapping.values() if isinstance(mapping, dict) else ()
    return [str(value) for value in values if str(value).startswith("/")]


def _scripts(contents: Contents, path: bytes) -> Iterator[ConsoleScript]:
    """The environment's executables that begin with a shebang."""
    table = contents.table
    folder = table.find(path + b"/bin")
    for node in sorted(() if folder is None else table.children(folder), key=table.names.__getitem__):
        entry = table.visible(node)
        if entry is None or table.entry_kind[entry] != Kind.FILE or not table.entry_mode[entry] & 0o111:
            continue
        data = contents.of_entry(entry)
        if data is not None and data.startswith(b"#!"):
            line = data[2:_MAX_SHEBANG].split(b"\n", 1)[0].strip()
            yield ConsoleScript(text(table.names[node]), text(line.split(b" ", 1)[0]))
