"""The Python environments of the final state, as evidence for the rewrite and the checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base import shapes
from uvdive.image.resolve import resolve
from uvdive.image.table import FileTable, Kind
from uvdive.ledger.accounts.attribute import Attribution, PythonPlace
from uvdive.ledger.environments.bytes_by_kind import Parts, parts_of, parts_of_files
from uvdive.ledger.environments.requirements import asks_of, requires_of
from uvdive.ledger.environments.which_lock import Locks, find_locks, reasons
from uvdive.ledger.marks.components import Key, text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.python.distributions import Installed, record_paths
from uvdive.ledger.python.uv_tools import files_of
from uvdive.ledger.report import VIRTUAL, ConsoleScript, Distribution, Environment
from uvdive.ledger.whose import is_os_part

if TYPE_CHECKING:
    from uvdive.ledger.environments.reasons import Reason

_MAPPING = re.compile(rb"^MAPPING\b[^=\n]*=\s*(?=\{)", re.MULTILINE)
_MAPPING_END = re.compile(rb"\}[ \t\r]*$", re.MULTILINE)
_MAX_MAPPING = 64 << 10
"""More than the folders of any project take, in bytes: as Python code it takes a hundred times as much."""

_DIRECT_URL = shapes.Record(
    {
        "url": shapes.Maybe(str),
        "dir_info": shapes.Maybe(shapes.Record({"editable": shapes.Maybe(bool)})),
    }
)
"""PEP 610."""

_MAX_SHEBANG = 1024


def environments(
    contents: KeptContents,
    attribution: Attribution,
    dockerfile: Path | None = None,
    instructions: Sequence[str] = (),
) -> tuple[Environment, ...]:
    """Every environment and interpreter that a container sees: virtual ones first, uv's tools last.

    Args:
        contents: the columns with the kept contents.
        attribution: the environments' places and components.
        dockerfile: the image's, if it is at hand: ``uv.lock`` may lie beside it.
        instructions: texts of what made the image; they may ask for extras.
    """
    parts = _parts(contents, attribution)
    locks = find_locks(contents, dockerfile, instructions)
    found = []
    for place in attribution.places:
        if contents.table.leads_to_live(place.root):
            environment = _environment(contents, place, parts, locks, attribution.components.keys)
            if environment is not None:
                found.append(environment)
    return tuple(found)


def _parts(contents: KeptContents, attribution: Attribution) -> Mapping[int, Parts]:
    """What each distribution is made of, by the node of its metadata."""
    usual = [item for place in attribution.places if place.kind != "tool" for item in place.installed]
    by_component = parts_of(contents.table, attribution, {item.component for item in usual})
    found = {item.info: by_component[item.component] for item in usual}
    for place in attribution.places:
        if place.kind == "tool":
            for item in place.installed:
                found[item.info] = parts_of_files(contents.table, files_of(contents, place, item))
    return found


def _environment(
    contents: KeptContents,
    place: PythonPlace,
    parts: Mapping[int, Parts],
    locks: Locks,
    components: Sequence[Key],
) -> Environment | None:
    table = contents.table
    path = table.path(place.root)
    settings = pyvenv(contents.read(path + b"/pyvenv.cfg") or b"") if place.kind in VIRTUAL else {}
    interpreter = _interpreter_path(table, place, path)
    if interpreter is None:
        return None
    chain = resolve(table, interpreter)
    hops = tuple(text(hop) for hop in chain.hops)
    live = [item for item in place.installed if _is_live(table, item.info)]
    # No project's lock speaks of a tool.
    names = {item.name for item in live}
    why, lock = ({}, None) if place.kind == "tool" else reasons(locks, text(path), names)
    distributions = [
        _distribution(
            contents, item, parts[item.info], why.get(item.name), _os_package(components[item.component])
        )
        for item in live
    ]
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
        distributions=tuple(sorted(distributions, key=lambda item: item.name)),
        asks=() if lock is None else asks_of(lock),
    )


def _os_package(component: Key) -> str | None:
    """The OS package that a distribution came with, by its component."""
    owner, kind, name, version, _ = component
    return name if is_os_part(owner, kind, version) else None


def _version(place: PythonPlace) -> str | None:
    return None if place.interpreter is None else place.interpreter.version


def _interpreter_path(table: FileTable, place: PythonPlace, path: bytes) -> bytes | None:
    """The program that starts this environment's Python, whether or not it leads anywhere."""
    names = [b"python", b"python3"]
    if place.interpreter is not None:
        minor = place.interpreter.minor.encode()
        names = [b"python" + minor, *names, b"pypy" + minor, b"pypy3", b"pypy"]
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
    """Does a container see the metadata? An old ``.egg-info`` may be a file."""
    return table.leads_to_live(info) if table.children(info) else table.visible(info) is not None


def _distribution(
    contents: KeptContents, item: Installed, parts: Parts, reason: Reason | None, os_package: str | None
) -> Distribution:
    folder = contents.table.path(item.info)
    record = contents.read(folder + b"/RECORD") or b""
    direct = contents.read(folder + b"/direct_url.json")
    metadata = contents.read(folder + b"/METADATA") or contents.read(folder + b"/PKG-INFO")
    asked = contents.table.find_below(item.info, b"REQUESTED")
    return Distribution(
        item.name,
        item.version,
        bytes=parts.bytes,
        bytecode_bytes=parts.bytecode,
        native_bytes=parts.native,
        files=parts.files,
        why=reason.why if reason else (),
        group=reason.group if reason else None,
        editable=_editable(direct),
        modules=_modules(record),
        code_bytes=parts.code,
        data_bytes=parts.data,
        tests_bytes=parts.tests,
        os_package=os_package,
        requires=None if metadata is None else requires_of(metadata),
        requested=asked is not None and contents.table.visible(asked) is not None,
    )


def _editable(direct_url: bytes | None) -> str | None:
    """The folder of an editable install (PEP 610), else None."""
    if direct_url is None:
        return None
    try:
        data = shapes.load(direct_url, _DIRECT_URL, "direct_url.json")
    except ValueError:
        return None
    editable = (data.get("dir_info") or {}).get("editable")
    return (data.get("url") or "").removeprefix("file://") if editable else None


def _modules(record: bytes) -> tuple[str, ...]:
    """The top-level modules and packages that a RECORD names."""
    packages: dict[bytes, str | None] = {}
    found = set()
    for path in record_paths(record):
        top, slash, rest = path.partition(b"/")
        if slash and rest:
            if top not in packages:
                name = text(top)
                packages[top] = name if name.isidentifier() and name != "__pycache__" else None
            package = packages[top]
            if package is not None and package not in found and rest.endswith((b".py", b".so")):
                found.add(package)
        elif top.endswith((b".py", b".so")):
            module = text(top).partition(".")[0]
            if module.isidentifier():
                found.add(module)
    return tuple(sorted(name for name in found if not name.startswith("__editable__")))


def _roots(contents: KeptContents, site: int) -> Iterator[str]:
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
            yield from _mapped(data)


def _mapped(code: bytes) -> Sequence[str]:
    """The folders of the modules in a setuptools finder's MAPPING."""
    import ast

    begin = _MAPPING.search(code)
    end = _MAPPING_END.search(code, begin.end(), begin.end() + _MAX_MAPPING) if begin else None
    if begin is None or end is None:
        return ()
    try:
        mapping = ast.literal_eval(text(code[begin.end() : end.start() + 1]))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    values = mapping.values() if isinstance(mapping, dict) else ()
    return [str(value) for value in values if str(value).startswith("/")]


def _scripts(contents: KeptContents, path: bytes) -> Iterator[ConsoleScript]:
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
