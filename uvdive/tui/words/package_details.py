"""The details of a package in words: what it weighs, why it is there, what goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from uvdive.base.units import percent, size
from uvdive.ledger.costs.listed import Beside, Difference
from uvdive.ledger.costs.rows import CostTree
from uvdive.ledger.report import Distribution, ImageReport
from uvdive.tui.desk.listed import versions
from uvdive.tui.desk.tables import Package
from uvdive.tui.frame.text import paragraph, plain
from uvdive.tui.words.selection import by_layer, field, files, lines, owner_words

_MOST = 12
"""So many packages are named of what goes, or stays."""


def describe_package(
    report: ImageReport,
    package: Package,
    layer: int | None,
    tree: CostTree | None,
    listed: Difference | None = None,
) -> Content:
    """A package: what it weighs and of what, why it is there, its layer, and what goes with it.

    ``listed`` is what a list that came with the image says otherwise.
    """
    parts = [
        Content.assemble(plain(package.name, "bold"), " ", plain(package.version, "$foreground 66%")),
        field("size", f"{size(package.bytes)}  ({percent(package.bytes, report.totals.file_bytes)})"),
    ]
    if package.distribution is not None:
        parts += _distribution(package, package.distribution)
    elif package.component is not None:
        component = package.component
        parts += [
            field("owner", owner_words(component.owner)),
            field("kind", plain(component.kind)),
            field("visible", size(component.live_bytes)),
            field("hidden", size(component.dead_bytes)),
        ]
    if listed is not None:
        parts.append(field("SBOM", plain(_listed(listed))))
    if layer is not None:
        parts += by_layer("brought", "first file", report.layers[layer])
    if package.distribution is not None and tree is not None:
        parts += _costs(report, package.name, tree)
    return lines(parts)


def describe_heading(
    report: ImageReport, package: Package, tree: CostTree | None, notes: Iterable[str]
) -> Content:
    """A row of the tree that is no package: an environment, what is asked for, or the system's packages."""
    parts = [plain(package.name, "bold")]
    if package.heading == "asked" and tree is not None:
        parts += [field("what", "what the project asks for"), *_costs(report, package.name, tree)]
    else:
        whole = report.totals.file_bytes
        parts.append(field("size", f"{size(package.with_it)}  ({percent(package.with_it or 0, whole)})"))
        if tree is not None:
            parts.append(field("packages", f"{sum(not row.is_label for row in tree.rows):,}"))
    if package.heading == "environment":
        parts += [Content(""), *(paragraph(note) for note in notes)]
    return lines(parts)


_KINDS = {"python": "Python package", "os": "OS package"}


def describe_list(found: Beside) -> Content:
    """A list of packages that came with the image: who made it, and how far it says the same."""
    parts = [
        plain("List of packages (SBOM)", "bold"),
        field("by", plain(found.tool or "a tool that it does not name")),
        field("lists", f"{found.listed:,} packages"),
        field("as found", f"{found.same:,}"),
        field("different", f"{len(found.differences):,}"),
    ]
    for place, (kind, count) in enumerate(found.others):
        told = Content.assemble(f"{count:,} ", plain(kind))
        parts.append(field("" if place else "left out", told))
    if found.others:
        parts += [Content(""), Content("uvdive looks for Python and OS packages alone.")]
    return lines(parts)


def describe_listed(difference: Difference) -> Content:
    """A package of which a list says something else than the image."""
    return lines(
        [
            plain(difference.name, "bold"),
            field("kind", _KINDS[difference.kind]),
            field("image", plain(versions(difference.here) or "does not have it")),
            field("SBOM", plain(_listed(difference))),
        ]
    )


def _listed(difference: Difference) -> str:
    return f"lists {versions(difference.listed)}" if difference.listed else "does not list it"


def _costs(report: ImageReport, name: str, tree: CostTree) -> Iterator[Content]:
    """What would go, what goes with it, and what stays as others ask for it."""
    row = tree.by_name[name]
    share = percent(row.exclusive_bytes, report.totals.file_bytes)
    yield Content("")
    yield field("with it", f"{size(row.exclusive_bytes)}  ({share} of the image)")
    if row.required_by:
        yield field("asked by", plain(_some(row.required_by)))
    going = [each for _, each in tree.below(name)]
    going.sort(key=lambda each: (-each.bytes, each.name))
    yield from _rows("going", ((each.name, each.bytes, "") for each in going), len(going))
    staying = tree.shared(name)
    held = ((each.name, each.bytes, f"  for {_some(each.held_by)}") for each in staying)
    yield from _rows("staying", held, len(staying))


def _rows(label: str, rows: Iterable[tuple[str, int, str]], count: int) -> Iterator[Content]:
    for place, (name, bytes_, why) in enumerate(rows):
        if place == _MOST:
            yield field("", f"… and {count - _MOST:,} more")
            return
        told = Content.assemble(f"{size(bytes_):>9}  ", plain(name), plain(why, "$foreground 66%"))
        yield field("" if place else label, told)


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - 4
    return ", ".join(names[:4]) + (f" and {more} more" if more > 0 else "")


def _distribution(package: Package, dist: Distribution) -> list[Content]:
    parts = [
        field("in", plain(package.home)),
        field("files", files(dist.files)),
    ]
    split = (
        ("code", dist.code_bytes),
        ("native", dist.native_bytes),
        ("bytecode", dist.bytecode_bytes),
        ("data", dist.data_bytes),
        ("tests", dist.tests_bytes),
    )
    parts += [
        field("of it" if not place else "", f"{name:<9}{size(count):>9}  {percent(count, dist.bytes):>7}")
        for place, (name, count) in enumerate((name, count) for name, count in split if count)
    ]
    if dist.why:
        parts.append(field("why", plain(" → ".join((*dist.why, dist.name)))))
    else:
        parts.append(field("why", "no uv.lock or pyproject.toml that was found leads to it"))
    if dist.group:
        parts.append(field("group", plain(dist.group)))
    if dist.editable:
        parts.append(field("editable", plain(dist.editable)))
    if dist.modules:
        parts.append(field("modules", plain(", ".join(dist.modules[:20]))))
    return parts
