"""In-toto statements, as BuildKit keeps them beside an image.

Format: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and
https://docs.docker.com/build/metadata/attestations/attestation-storage/.
"""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.image.attested.provenance import Provenance
from uvdive.image.attested.sbom import Sbom

TYPE = "in-toto.io/predicate-type"
"""The annotation that says what a statement is about."""

MOST = 32 << 20
"""Larger statements are not read, in bytes: a list of ten thousand packages has some ten million."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What came along with an image: how it was built, lists of packages, and what could not be read."""

    provenance: Provenance | None = None
    sboms: tuple[Sbom, ...] = ()
    problems: tuple[str, ...] = ()
