"""What builders attest of an image, in the forms in which registries keep it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Literal

from made_images.layouts import Json, Layout

Version = Literal["v0.2", "v1"]
_TYPE = "in-toto.io/predicate-type"


def provenance(
    dockerfile: str,
    lines: Mapping[int, int],
    chains: Mapping[int, Sequence[str]],
    *,
    args: Mapping[str, str] | None = None,
    version: Version = "v0.2",
    name: str = "Dockerfile",
) -> Json:
    """BuildKit's predicate: the line of each step, and the layers below what each step gave."""
    definition = [
        {"id": f"step{n}", "op": {"Op": {"source": {}} if n == 0 else {"file": {}}}} for n in chains
    ]
    metadata = {
        "source": {
            "infos": [
                {
                    "filename": name,
                    "language": "Dockerfile",
                    "data": base64.b64encode(dockerfile.encode()).decode(),
                }
            ],
            "locations": {
                f"step{step}": {"locations": [{"ranges": [{"start": {"line": line}, "end": {"line": line}}]}]}
                for step, line in lines.items()
            },
        },
        "layers": {f"step{n}:0": [[{"digest": each} for each in chain]] for n, chain in chains.items()},
    }
    request = {"frontend": "dockerfile.v0", "args": dict(args or {})}
    if version == "v0.2":
        return {
            "invocation": {"parameters": request},
            "buildConfig": {"llbDefinition": definition},
            "metadata": {"https://mobyproject.org/buildkit@v1#metadata": metadata},
        }
    return {
        "buildDefinition": {
            "externalParameters": {"request": request},
            "internalParameters": {"buildConfig": {"llbDefinition": definition}},
        },
        "runDetails": {"metadata": {"buildkit_metadata": metadata}},
    }


def spdx(*purls: str, tool: str = "stand-in-1") -> Json:
    """An SPDX document that lists packages by their URLs, and one without, as files of an image are."""
    packages: list[Json] = [{"name": "rootfs", "SPDXID": "SPDXRef-DocumentRoot"}]
    packages += [
        {
            "name": "named otherwise",
            "externalRefs": [
                {
                    "referenceCategory": "SECURITY",
                    "referenceType": "cpe23Type",
                    "referenceLocator": "cpe:2.3",
                },
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl},
            ],
        }
        for purl in purls
    ]
    creators = ["Organization: Anchore, Inc", f"Tool: {tool}"]
    return {"spdxVersion": "SPDX-2.3", "creationInfo": {"creators": creators}, "packages": packages}


def statement(layout: Layout, kind: str, predicate: object, image: str | None) -> Json:
    """A statement about an image as a layer of an attestation's manifest."""
    subject = [] if image is None else [{"name": "_", "digest": {"sha256": image.removeprefix("sha256:")}}]
    value = {"predicateType": kind, "subject": subject, "predicate": predicate}
    return layout.add_json(value, mediaType="application/vnd.in-toto+json", annotations={_TYPE: kind})


def attested(layout: Layout, image: Json, *statements: Json) -> Json:
    """An index with an image and what is attested of it."""
    manifest = {"config": layout.add_json({}), "layers": list(statements)}
    about = layout.add_json(
        manifest,
        platform={"os": "unknown", "architecture": "unknown"},
        annotations={
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": image["digest"],
        },
    )
    return layout.index(image, about, mediaType="application/vnd.oci.image.index.v1+json")


def layers_of(layout: Layout, image: Json) -> list[str]:
    """The digests of an image's layers."""
    manifest = json.loads(layout.blobs[image["digest"].removeprefix("sha256:")])
    return [layer["digest"] for layer in manifest["layers"]]
