"""What a registry keeps about an image: its provenance and lists of its packages.

Storage: https://docs.docker.com/build/metadata/attestations/attestation-storage/.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uvdive.base import shapes
from uvdive.base.errors import ImageError
from uvdive.base.shapes import Each, Maybe, Record
from uvdive.image.attested.provenance import PREDICATES, Provenance, read_provenance
from uvdive.image.attested.sbom import PREDICATE, Sbom, read_sbom
from uvdive.image.attested.statements import MOST, TYPE, Attested
from uvdive.image.registry.manifests import Found, Manifests, blob_of

_MOST_MANIFESTS, _MOST_STATEMENTS = 4, 8
_SUBJECTS = Record({"subject": Maybe([Record({"digest": Maybe(Each(Maybe(str)))})])})


def read_attested(manifests: Manifests, found: Found, diff_ids: Sequence[str]) -> Attested:
    """What is said of an image beside it; an image without is none the worse.

    What cannot be had or makes no sense is told in ``problems``.

    Args:
        manifests: asks the registry.
        found: the image.
        diff_ids: its layers'.
    """
    provenance: Provenance | None = None
    sboms, problems = list[Sbom](), list[str]()
    layers = [(blob.digest, diff_id) for blob, diff_id in zip(found.layers, diff_ids, strict=True)]
    for digest in found.attested[:_MOST_MANIFESTS]:
        try:
            statements = manifests.attestation(digest).get("layers") or []
        except ImageError as error:
            problems.append(f"What is attested of the image cannot be had: {error.what}")
            continue
        for statement in statements[:_MOST_STATEMENTS]:
            kind = (statement.get("annotations") or {}).get(TYPE)
            if kind not in (*PREDICATES, PREDICATE):
                continue
            try:
                data = _statement(manifests, statement, found.digest)
                if kind == PREDICATE:
                    sboms.append(read_sbom(data))
                else:
                    provenance = provenance or read_provenance(data, layers)
            except (ImageError, ValueError) as error:
                what = "list of packages" if kind == PREDICATE else "provenance"
                why = error.what if isinstance(error, ImageError) else str(error)
                problems.append(f"The image's {what} cannot be read: {why}")
    return Attested(provenance, tuple(sboms), tuple(problems))


def _statement(manifests: Manifests, descriptor: dict[str, Any], image: str) -> bytes:
    """A statement that is about this image.

    Raises:
        ValueError: it is of another, or has no end.
        ImageError: it cannot be had.
    """
    blob = blob_of(descriptor)
    if blob.size > MOST:
        raise ValueError(f"it has {blob.size} bytes")
    data = manifests.blob(blob, "attestation")
    subjects = shapes.load(data, _SUBJECTS, "statement").get("subject") or []
    digests = {f"{kind}:{value}" for each in subjects for kind, value in (each.get("digest") or {}).items()}
    if digests and image not in digests:
        raise ValueError("it is about another image")
    return data
