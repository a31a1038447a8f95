"""What several images share, as the data of ``uvdive.shared/1`` (``schemas/shared-1.json``); in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uvdive.base.errors import UvdiveError
from uvdive.base.version import __version__
from uvdive.output.plain import path_fields
from uvdive.verify.several.sharing import Fleet, Repeated, SharedLayer, SharedPackage, Summary

SCHEMA = "uvdive.shared/1"


def sharing_data(
    fleet: Fleet, unread: Sequence[tuple[str, UvdiveError]], notes: Sequence[str], exit_code: int
) -> dict[str, Any]:
    """All of it as data that ``json_text`` can write."""
    return {
        "schema": SCHEMA,
        "tool_version": __version__,
        "exit_code": exit_code,
        "images_bytes": fleet.images_bytes,
        "stored_bytes": fleet.stored_bytes,
        "compared_bytes": fleet.compared_bytes,
        "repeated_bytes": fleet.repeated_bytes,
        "images": [_image(image, own) for image, own in zip(fleet.images, fleet.own_bytes, strict=True)],
        "layers": [_layer(each) for each in fleet.layers],
        "contents": [_content(each) for each in fleet.contents],
        "packages": [_package(each) for each in fleet.packages],
        "unread": [
            {"name": name, "error": str(error), "exit_code": int(error.code)} for name, error in unread
        ],
        "notes": list(notes),
    }


def _image(image: Summary, own: int) -> dict[str, Any]:
    return {
        "name": image.name,
        "reference": image.reference,
        "id": image.id,
        "platform": image.platform,
        "file_bytes": image.file_bytes,
        "own_bytes": own,
        "shared_bytes": image.file_bytes - own,
        "compressed_bytes": image.compressed_bytes,
        "layers": [layer.diff_id for layer in image.layers],
    }


def _layer(shared: SharedLayer) -> dict[str, Any]:
    return {
        "diff_id": shared.layer.diff_id,
        "instruction": shared.layer.instruction or shared.layer.created_by,
        "file_bytes": shared.layer.file_bytes,
        "saved_bytes": shared.saved_bytes,
        "images": list(shared.images),
    }


def _content(repeated: Repeated) -> dict[str, Any]:
    return {
        **({"path": None} if repeated.path is None else path_fields(repeated.path)),
        "bytes": repeated.bytes,
        "repeated_bytes": repeated.repeated_bytes,
        "layers": list(repeated.layers),
        "images": list(repeated.images),
    }


def _package(package: SharedPackage) -> dict[str, Any]:
    return {
        "kind": package.kind,
        "name": package.name,
        "bytes": package.bytes,
        "versions": [
            {"version": each.version, "images": list(each.images), "bytes": each.bytes}
            for each in package.versions
        ],
    }
