"""BuildKit's provenance: the Dockerfile that was built, with what arguments, and each layer's lines.

Formats: https://docs.docker.com/build/metadata/attestations/slsa-definitions/ (SLSA v0.2 and v1,
``mode=max``; ``mode=min`` holds no Dockerfile).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uvdive.base import shapes
from uvdive.base.dockerfile_names import names_dockerfile
from uvdive.base.shapes import Each, Maybe, Record

PREDICATES = ("https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1")

_BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"
_MOST = 1 << 20
"""A longer text is no Dockerfile, in bytes."""

_MOST_STEPS = 20_000
_MOST_LINKS = 1_000_000
"""So many layers of all steps are compared: a build of a thousand steps on a hundred layers has fewer."""

_STEP = re.compile(r"step(\d{1,6}):\d{1,6}")
_LINE = Record({"line": Maybe(int)})
_LOCATION = Record(
    {"sourceIndex": Maybe(int), "ranges": Maybe([Record({"start": Maybe(_LINE), "end": Maybe(_LINE)})])}
)
_SOURCE = Record(
    {
        "locations": Maybe(Each(Maybe(Record({"locations": Maybe([_LOCATION])})))),
        "infos": Maybe([Record(dict.fromkeys(("filename", "language", "data"), Maybe(str)))]),
    }
)
_METADATA = Maybe(
    Record(
        {"source": Maybe(_SOURCE), "layers": Maybe(Each(Maybe([Maybe([Record({"digest": Maybe(str)})])])))}
    )
)
_REQUEST = Maybe(Record({"args": Maybe(Each(Maybe(str)))}))
_BUILD = Maybe(Record({"llbDefinition": Maybe([Record({"id": str, "op": Maybe(dict)})])}))
_STATEMENT = Record(
    {
        "predicate": Record(
            {
                "invocation": Maybe(Record({"parameters": _REQUEST})),
                "buildConfig": _BUILD,
                "metadata": Maybe(Record({_BUILDKIT: _METADATA})),
                "buildDefinition": Maybe(
                    Record(
                        {
                            "externalParameters": Maybe(Record({"request": _REQUEST})),
                            "internalParameters": Maybe(Record({"buildConfig": _BUILD})),
                        }
                    )
                ),
                "runDetails": Maybe(Record({"metadata": Maybe(Record({"buildkit_metadata": _METADATA}))})),
            }
        )
    }
)

Lines = tuple[int, int]
"""The first and the last line of an instruction, from 1."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an image was built, as its builder says.

    ``dockerfile`` is the text that was built and ``name`` what the file was called; ``build_args`` are
    the build's own options (``--target``, ``--build-arg``). ``lines`` has those of each layer's
    instruction, bottom first, or None where the provenance does not tell.
    """

    name: str
    dockerfile: str
    build_args: tuple[str, ...] = ()
    lines: tuple[Lines | None, ...] = ()


def read_provenance(data: bytes, layers: Sequence[tuple[str, str]]) -> Provenance | None:
    """What a statement says of the build; None where it holds no Dockerfile, as ``mode=min``.

    Args:
        data: the in-toto statement.
        layers: the image's, bottom first: the digest of each one's blob and its diff id.

    Raises:
        ValueError: it is no such statement.
    """
    predicate: dict[str, Any] = shapes.load(data, _STATEMENT, "provenance")["predicate"]
    definition = predicate.get("buildDefinition") or {}
    request = _inner(definition, "externalParameters", "request") or _inner(
        predicate, "invocation", "parameters"
    )
    build = predicate.get("buildConfig") or _inner(definition, "internalParameters", "buildConfig")
    metadata = _inner(predicate, "metadata", _BUILDKIT) or _inner(
        predicate, "runDetails", "metadata", "buildkit_metadata"
    )
    source = metadata.get("source") or {}
    found = _dockerfile(source.get("infos") or ())
    if found is None:
        return None
    number, name, text = found
    args = {key: value for key, value in (request.get("args") or {}).items() if value is not None}
    made = dict(_made(metadata.get("layers") or {}, build.get("llbDefinition") or (), layers))
    places = source.get("locations") or {}
    lines = tuple(_lines(places.get(made.get(place, "")) or {}, number) for place in range(len(layers)))
    return Provenance(name, text, tuple(_options(args)), lines)


def _inner(value: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    found: Any = value
    for key in keys:
        found = found.get(key) or {}
    return dict(found)


def _dockerfile(infos: Sequence[dict[str, Any]]) -> tuple[int, str, str] | None:
    """Which of the sources is the Dockerfile: its number, name and text."""
    for number, info in enumerate(infos):
        name, language = info.get("filename") or "Dockerfile", info.get("language") or ""
        if language.lower() != "dockerfile" and not names_dockerfile(name.rpartition("/")[2]):
            continue
        packed = info.get("data") or ""
        if len(packed) > 2 * _MOST:
            return None
        try:
            data = base64.b64decode(packed, validate=True)
        except binascii.Error as error:
            raise ValueError("provenance's Dockerfile is not in base64") from error
        return (number, name, data.decode("utf-8", "replace")) if data and len(data) <= _MOST else None
    return None


def _options(args: Mapping[str, str]) -> Iterator[str]:
    """The arguments of the frontend as buildx takes them."""
    if args.get("target"):
        yield from ("--target", args["target"])
    for key, value in args.items():
        kind, colon, name = key.partition(":")
        if kind == "build-arg" and colon and name:
            yield from ("--build-arg", f"{name}={value}")


def _made(
    chains: Mapping[str, Any], definition: Sequence[dict[str, Any]], layers: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, str]]:
    """The step that made each layer, by the layer's place.

    A step is noted with all layers that lie below what it gave, so the last of them is its own. Its
    blobs may be packed otherwise than the image's: a digest that is another is no other layer. So the
    chain that is the image's is the one as long as it that has its own last layers.
    """
    sources = {step["id"] for step in definition if "source" in _inner(step, "op", "Op")}
    steps = [
        (int(match[1]), f"step{match[1]}", [blob.get("digest") for blob in chain])
        for key, results in list(chains.items())[:_MOST_STEPS]
        if (match := _STEP.fullmatch(key)) is not None
        for chain in results or ()
        if chain
    ]
    if sum(len(chain) for _, _, chain in steps) > _MOST_LINKS:
        return
    whole = [(_same_at_end(chain, layers), -number, chain) for number, _, chain in steps]
    alike = [each for each in whole if len(each[2]) == len(layers) and each[0]]
    if not alike:
        return
    image = max(alike)[2]
    known = set[int]()
    for _, step, chain in sorted(steps):
        place = len(chain) - 1
        if step not in sources and place not in known and chain == image[: len(chain)]:
            known.add(place)
            yield place, step


def _same_at_end(chain: Sequence[str | None], layers: Sequence[tuple[str, str]]) -> int:
    """How many layers are the image's, from the top down."""
    count = 0
    for digest, known in zip(reversed(chain), reversed(layers), strict=False):
        if digest not in known:
            break
        count += 1
    return count


def _lines(place: Mapping[str, Any], number: int) -> Lines | None:
    """The lines of a step in one of the sources."""
    found = [
        (_line(each, "start"), _line(each, "end"))
        for location in place.get("locations") or ()
        if (location.get("sourceIndex") or 0) == number
        for each in location.get("ranges") or ()
    ]
    if not found or min(start for start, _ in found) < 1:
        return None
    return min(start for start, _ in found), max(max(start, end) for start, end in found)


def _line(place: Mapping[str, Any], key: str) -> int:
    line = (place.get(key) or {}).get("line") or 0
    return line if 0 < line <= _MOST else 0
