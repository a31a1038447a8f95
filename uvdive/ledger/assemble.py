"""From stacked layers to the ImageReport."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.version import __version__
from uvdive.distro.release import OsRelease
from uvdive.image.config import Manifest
from uvdive.image.layer_index import LayerData
from uvdive.image.raw_image import KnownImage, layer_commands
from uvdive.image.table import FileTable
from uvdive.ledger.accounts import rule
from uvdive.ledger.accounts.attribute import LayerOrigin, attribute
from uvdive.ledger.accounts.duplicates import DigestOf, duplicate_bytes
from uvdive.ledger.accounts.sums import Sums, add_up, components_of, owners_of, waste_of
from uvdive.ledger.environments import which_lock
from uvdive.ledger.environments.environments import environments
from uvdive.ledger.findings import copied
from uvdive.ledger.findings.facts import Facts
from uvdive.ledger.findings.registry import find
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.name_search import Marks, together
from uvdive.ledger.placing import Placing, place_layers
from uvdive.ledger.report import Base, ImageInfo, ImageReport, LayerReport, Totals, User

if TYPE_CHECKING:
    from uvdive.ledger.findings.recipe import Recipe

_RUN = re.compile(r"(?:RUN )?(?:\|\d+ .*? )?/bin/sh -c (?:#\(nop\)\s+)?", re.DOTALL)
_KEYWORD = re.compile(r"[A-Z]+ ")


@dataclass(frozen=True, slots=True)
class Stacked:
    """All that the report is made of; sequences are bottom first.

    ``digest_of`` is given where duplicates are to be found, ``built_text`` where the text that
    was built is known and no file: what came with FROM is told by it.
    """

    manifest: Manifest
    layers: Sequence[LayerData]
    verified: Sequence[bool]
    table: FileTable
    kept: Mapping[int, bytes]
    warnings: Sequence[str]
    known_images: Sequence[KnownImage]
    dockerfile: Path | None
    digest_of: DigestOf | None = None
    built_text: str = ""


def instruction_text(created_by: str) -> str:
    """A history entry as its instruction reads: ``RUN uv sync``; builders' wrappings taken off."""
    plain = created_by.strip().removesuffix("# buildkit").strip()
    head = _RUN.match(plain)
    bare = plain if head is None else plain[head.end() :]
    if bare != plain and not (_KEYWORD.match(bare) and "#(nop)" in plain):
        return f"RUN {bare}"
    return bare


def make_report(stacked: Stacked) -> ImageReport:
    """Account for every byte of an image."""
    manifest, table = stacked.manifest, stacked.table
    placing = place_layers(manifest, stacked.known_images, stacked.dockerfile, stacked.built_text)
    commands = [instruction_text(command) for command in layer_commands(manifest)]
    contents = KeptContents(table, stacked.kept)
    contents.names.prepare(together((rule.MARKS, Marks(which_lock.FILES), copied.MARKS)))
    attribution = attribute(
        contents,
        [LayerOrigin(number < placing.base_layers, command) for number, command in enumerate(commands)],
        manifest.config.environ,
    )
    sums = add_up(table, attribution, len(stacked.layers))
    layers = _layers(stacked, sums, placing, commands)
    components = components_of(attribution, sums)
    owners = owners_of(components, sums)
    waste = waste_of(table, sums, [layer.line for layer in layers])
    users = _users(contents)
    places = environments(contents, attribution, stacked.dockerfile, _instructions(manifest, placing.written))
    recipe = _recipe(placing.written) if placing.matches else None
    return ImageReport(
        tool_version=__version__,
        image=_image(manifest, placing.base),
        dockerfile=placing.dockerfile,
        config=manifest.config,
        history=manifest.history,
        os=_os_release(contents),
        users=users,
        totals=_totals(sums, stacked),
        layers=layers,
        owners=owners,
        components=components,
        environments=places,
        waste=waste,
        findings=find(
            Facts(
                manifest.config,
                users,
                layers,
                components,
                places,
                waste,
                contents,
                attribution,
                recipe,
                sums.written,
                manifest.platform,
            )
        ),
        warnings=(*manifest.attested.problems, *stacked.warnings, *attribution.warnings),
        files=table,
        inode_owner=sums.inode_owner,
        inode_component=attribution.inode_component,
        sboms=manifest.attested.sboms,
    )


def _recipe(written: str) -> Recipe | None:
    from uvdive.ledger.findings.recipe import recipe_of

    return recipe_of(written)


def _instructions(manifest: Manifest, dockerfile: str) -> tuple[str, ...]:
    """The texts of what made the image; the Dockerfile's tells of stages that it was copied from."""
    return (*(entry.created_by for entry in manifest.history), dockerfile)


def _image(manifest: Manifest, base: Base | None) -> ImageInfo:
    return ImageInfo(
        manifest.reference,
        manifest.image_id,
        manifest.config_digest,
        manifest.source,
        manifest.platform,
        manifest.created,
        manifest.inspect_size,
        manifest.listed_size,
        base,
    )


def _totals(sums: Sums, stacked: Stacked) -> Totals:
    total, layers = sums.total, stacked.layers
    digest_of = stacked.digest_of
    tars = [layer.tar_bytes for layer in layers]
    tar_bytes = None if None in tars else sum(tar for tar in tars if tar is not None)
    blobs = [layer.compressed_bytes for layer in layers]
    return Totals(
        file_bytes=total.bytes,
        live_bytes=total.live,
        dead_bytes=total.dead,
        efficiency=total.live / total.bytes if total.bytes else 1.0,
        duplicate_bytes=None if digest_of is None else duplicate_bytes(stacked.table, digest_of),
        tar_bytes=tar_bytes,
        tar_overhead=None if tar_bytes is None else tar_bytes - total.bytes,
        compressed_bytes=None if None in blobs else sum(blob for blob in blobs if blob is not None),
        files=total.files,
    )


def _layers(
    stacked: Stacked,
    sums: Sums,
    placing: Placing,
    commands: Sequence[str],
) -> tuple[LayerReport, ...]:
    manifest = stacked.manifest
    sizes = manifest.engine_sizes or (None,) * len(commands)
    raw = layer_commands(manifest)
    reports = []
    for number, span in enumerate(placing.spans):
        part = sums.layers[number]
        engine = sizes[number]
        data = stacked.layers[number]
        reports.append(
            LayerReport(
                index=number,
                diff_id=manifest.diff_ids[number],
                verified=stacked.verified[number],
                created_by=raw[number],
                instruction=commands[number],
                line=span[0] if span else None,
                end_line=span[1] if span else None,
                base=number < placing.base_layers,
                file_bytes=part.total.bytes,
                live_bytes=part.total.live,
                dead_bytes=part.total.dead,
                tar_bytes=data.tar_bytes,
                compressed_bytes=data.compressed_bytes,
                engine_size=engine,
                counts_links=_counts_links(engine, part.total.bytes, part.link_bytes),
                link_bytes=part.link_bytes,
                files=part.total.files,
                added=part.added,
                modified=part.modified,
                removed=part.removed,
                owners=part.owners,
            )
        )
    return tuple(reports)


def _counts_links(engine: int | None, file_bytes: int, link_bytes: int) -> bool | None:
    """Does the engine's size of a layer count symlinks' targets? None where neither figure fits."""
    if engine is None or not link_bytes or engine not in (file_bytes, file_bytes + link_bytes):
        return None
    return engine == file_bytes + link_bytes


def _os_release(contents: KeptContents) -> OsRelease | None:
    data = contents.read(b"/etc/os-release")
    if data is None:
        return None
    values = {}
    for line in text(data).splitlines():
        key, separator, value = line.partition("=")
        if separator:
            values[key.strip()] = value.strip().strip("\"'")
    return OsRelease(values.get("ID", ""), values.get("VERSION_ID", ""), values.get("VERSION_CODENAME", ""))


def _users(contents: KeptContents) -> tuple[User, ...]:
    users = []
    for line in text(contents.read(b"/etc/passwd") or b"").splitlines():
        fields = line.split(":")
        if len(fields) >= 6 and fields[2].isdigit() and fields[3].isdigit():
            users.append(User(fields[0], int(fields[2]), int(fields[3]), fields[5]))
    return tuple(users)
