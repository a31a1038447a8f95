"""What is installed: groups, tests, bytecode, a second environment, CUDA."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.base.units import size
from uvdive.ledger.findings.facts import Facts, finding, heaviest
from uvdive.ledger.findings.usage import may_write, sees_system, used_place
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Finding

_DEV_GROUPS = frozenset({"dev", "test", "tests", "testing", "lint", "linting", "typing", "docs"})
_TESTS = frozenset({b"test", b"tests"})
_TESTS_MIN = 1_000_000
_BYTECODE_MIN = 10_000_000
"""Below this, bytecode is the cheap half of a fast start."""
_SOURCE_MIN = 10_000_000
"""Python compiles 5 to 10 MB of source a second: below this nobody notices."""
_CUDA_MIN = 1_000_000
"""Bindings that only ask whether there is a GPU are smaller (nvidia-ml-py)."""
_CUDA = re.compile(
    r"^(?:nvidia-.+|triton|pytorch-triton|cupy-cuda\d+x?|jax-cuda\d+-.+|torch-?tensorrt|cuda-.+)$"
)
_CUDA_ENV = re.compile(r"^(?:CUDA_VERSION|NVIDIA_.+|NV_CUDA.+|CUDA_HOME)=")


def dev_group(facts: Facts) -> Iterator[Finding]:
    """Packages that only a development group of ``uv.lock`` asks for."""
    for item in facts.places:
        extra = [d for d in item.environment.distributions if _is_dev(d.group)]
        names = {d.name for d in extra}
        numbers = [number for name, number in item.components.items() if name in names]
        by_layer = facts.live_by_layer(numbers)
        if sum(by_layer.values()):
            extra.sort(key=lambda distribution: -distribution.bytes)
            yield finding(
                "dev-group-in-image",
                f"{len(extra)} package{'' if len(extra) == 1 else 's'} of the "
                f"{' and '.join(sorted({d.group or '' for d in extra}))} group "
                f"{'is' if len(extra) == 1 else 'are'} in {item.environment.path}",
                "Sync with --no-dev (or UV_NO_DEV=1): the app does not need what its developers do.",
                count=sum(by_layer.values()),
                line=facts.line(heaviest(by_layer)),
                paths=[distribution.name for distribution in extra],
            )


def _is_dev(group: str | None) -> bool:
    """Is this a group of ``[dependency-groups]`` for development? Extras are the app's own."""
    return group is not None and group.removeprefix("group:").lower() in _DEV_GROUPS


def package_tests(facts: Facts) -> Iterator[Finding]:
    """Test folders inside installed packages."""
    table = facts.table
    for item in facts.places:
        by_folder: dict[int, list[int]] = {}
        around: dict[int, int | None] = {}
        for entry in item.entries:
            node = table.entry_node[entry]
            parent = table.node_parent[node]
            if parent not in around:
                around[parent] = _test_folder(facts, node, item.root)
            folder = around[parent]
            if folder is not None:
                by_folder.setdefault(folder, []).append(entry)
        sizes = {folder: facts.freed(entries) for folder, entries in by_folder.items()}
        total = facts.freed([entry for entries in by_folder.values() for entry in entries])
        if total >= _TESTS_MIN:
            folders = sorted(sizes, key=lambda folder: (-sizes[folder], table.path(folder)))
            yield finding(
                "package-tests-in-image",
                f"Packages in {item.environment.path} bring their own tests",
                "Delete them in the RUN that installs, if your tests pass without them.",
                count=total,
                line=_line(facts, by_folder[folders[0]]),
                paths=[text(table.path(folder)) for folder in folders],
                weight="low",
            )


def _test_folder(facts: Facts, node: int, root: int) -> int | None:
    """The outermost test folder around a file that lies inside a package."""
    table, found = facts.table, None
    node = table.node_parent[node]
    while node not in (root, 0):
        parent = table.node_parent[node]
        if table.names[parent] in (b"site-packages", b"dist-packages"):
            return found
        if table.names[node] in _TESTS:
            found = node
        node = parent
    return None


def _line(facts: Facts, entries: list[int]) -> int | None:
    """The line of the layer that wrote the most of these files."""
    table, by_layer = facts.table, dict[int, int]()
    for entry in entries:
        layer = table.entry_layer[entry]
        by_layer[layer] = by_layer.get(layer, 0) + table.entry_size[entry]
    return facts.line(heaviest(by_layer))


def bytecode(facts: Facts) -> Iterator[Finding]:
    """Bytecode that Python could write itself, or that it makes again at every start."""
    table = facts.table
    no_writing = bool(facts.config.environ.get("PYTHONDONTWRITEBYTECODE"))
    for item in facts.places:
        compiled, source = [], 0
        for entry in item.entries:
            name = table.names[table.entry_node[entry]]
            if name[-4:] == b".pyc":
                compiled.append(entry)
            elif name[-3:] == b".py":
                source += table.entry_size[entry]
        count = facts.freed(compiled)
        writes = may_write(facts, item) and not no_writing
        if writes and count >= _BYTECODE_MIN:
            yield finding(
                "bytecode-compiled",
                f"The packages in {item.environment.path} are compiled to bytecode in the image",
                "It buys a faster first import; without UV_COMPILE_BYTECODE Python compiles what it imports.",
                count=count,
                line=_line(facts, compiled),
                paths=[item.environment.path],
                weight="low",
            )
        elif not writes and source >= _SOURCE_MIN and count * 20 < source:
            why = "PYTHONDONTWRITEBYTECODE is set" if no_writing else "its user may not write there"
            yield finding(
                "bytecode-missing",
                f"{size(source)} of Python source in {item.environment.path} can't keep its bytecode: {why}",
                "Compile in the build (UV_COMPILE_BYTECODE=1) if the start is slow; it adds about that size.",
                line=_line(facts, list(item.entries)),
                paths=[item.environment.path],
                weight="info",
            )


def second_environment(facts: Facts) -> Iterator[Finding]:
    """Environments beside the one that the start command uses (R9)."""
    found = facts.places
    if len(found) < 2:
        return
    used = used_place(facts, found)
    kept = used or max(found, key=lambda item: facts.freed(item.entries))
    advice = (
        f"If nothing else runs in it, leave it out: the start command uses {kept.environment.path}."
        if used
        else "Leave out the one that nothing runs in; the start command does not say which that is."
    )
    for item in found:
        if item is kept or (item.environment.kind != "venv" and sees_system(facts, kept)):
            continue
        yield finding(
            "second-environment",
            f"There are packages in {item.environment.path} beside those in {kept.environment.path}",
            advice,
            count=facts.freed(item.entries),
            line=_line(facts, list(item.entries)),
            paths=[item.environment.path],
        )


def for_gpu(facts: Facts) -> bool:
    """Is the image meant for a GPU? Its base or its variables say so."""
    return any(_CUDA_ENV.match(entry) for entry in facts.config.env) or facts.is_live("/usr/local/cuda")


def cuda(facts: Facts) -> Iterator[Finding]:
    """CUDA's libraries as wheels in an image that no GPU is meant for."""
    if for_gpu(facts):
        return
    for item in facts.places:
        wheels = {name: number for name, number in item.components.items() if _CUDA.match(name)}
        # triton alone also comes with builds for other accelerators.
        if not any(name.startswith(("nvidia-", "cupy-", "jax-", "cuda-")) for name in wheels):
            continue
        by_layer = facts.live_by_layer(wheels.values())
        if sum(by_layer.values()) < _CUDA_MIN:
            continue
        yield finding(
            "cuda-wheels-without-cuda",
            f"{len(wheels)} CUDA packages are in {item.environment.path}, and nothing else here is for a GPU",
            "Take the builds for CPUs (PyTorch: https://download.pytorch.org/whl/cpu as an index in uv).",
            count=sum(by_layer.values()),
            line=facts.line(heaviest(by_layer)),
            paths=sorted(wheels, key=lambda name: -facts.components[wheels[name]].live_bytes),
        )
