"""The file of a recording: what it holds, and how it is written and read.

It comes with the package and is no format for strangers: after the first line, JSON and the saved
reports, packed by zstd.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.base.progress import BytesRead, Note
from uvdive.base.zstd import zstd_module
from uvdive.build.events import BuildBegan, BuildEnded, BuildLog, BuildStep, Timings
from uvdive.image.events import ImageFound, LayerRead
from uvdive.image.table import FileTable
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import codec, report_file
from uvdive.session.proof.proving import Proof
from uvdive.verify.checks import Check, CheckStarted, Comparison

MAGIC = b"uvdive.recording/1\n"

EVENTS = (
    BuildBegan, BuildStep, BuildLog, BuildEnded, Note, BytesRead, ImageFound, LayerRead, CheckStarted, Check,
    Comparison,
)  # fmt: skip
"""The kinds of events that a build, a proof and a timing report."""

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in EVENTS}
_LENGTH = struct.Struct("<Q")
_LEVEL = 19
_AGAIN = "Install uvdive again; in a checkout: uv run python docs/record_demo.py"


@dataclass(frozen=True, slots=True)
class Timed:
    """An event of EVENTS, and the seconds since the beginning at which it came."""

    seconds: float
    event: object


@dataclass(frozen=True, slots=True)
class Played:
    """One proof of the text ``text``: what it reported and what it came to, its new image's report slim.

    ``choices`` are those that led to the text; ``start`` says that both programs ran.
    """

    text: str
    choices: Mapping[str, str]
    start: bool
    events: tuple[Timed, ...]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Timing:
    """The timing of both builds: for the text, what it reported and what it came to."""

    text: str
    events: tuple[Timed, ...]
    timings: Timings


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything of one recorded rewrite.

    ``made`` says when and by what; ``files`` is the build context by path, with the Dockerfile;
    ``contents`` are files of the image by path, among them all that planning reads; ``original``
    is what the original's build reported. ``report`` and ``bases``, by reference, are whole.
    """

    made: str
    files: Mapping[str, str]
    contents: Mapping[str, str]
    original: tuple[Timed, ...]
    proofs: tuple[Played, ...]
    timings: tuple[Timing, ...]
    report: ImageReport
    bases: Mapping[str, ImageReport] = field(default_factory=dict)


def dump(recording: Recording) -> bytes:
    """The recording as the bytes of a ``.recording`` file.

    Raises:
        TypeError: there is an event of a kind that has no place in the file.
    """
    bases = dict(recording.bases)
    plain = {
        "made": recording.made,
        "files": dict(recording.files),
        "contents": dict(recording.contents),
        "original": _events(recording.original),
        "proofs": [_played(played) for played in recording.proofs],
        "timings": [
            {"text": each.text, "events": _events(each.events), "timings": codec.encode(each.timings)}
            for each in recording.timings
        ],
        "bases": list(bases),
    }
    # Packed once, all together: the reports have much in common.
    reports = [b"".join(report_file.plain_pieces(report)) for report in (recording.report, *bases.values())]
    pieces = [json.dumps(plain, ensure_ascii=True).encode("ascii"), *reports]
    data = b"".join(_LENGTH.pack(len(piece)) + piece for piece in pieces)
    zstd = zstd_module()
    parameter = zstd.CompressionParameter
    options = {parameter.compression_level: _LEVEL, parameter.window_log: 24}
    packed: bytes = zstd.compress(data, options=options)
    return MAGIC + packed


def load(data: bytes) -> Recording:
    """The recording of a file's bytes.

    Raises:
        ImageError: it is none, or damaged.
    """
    if not data.startswith(MAGIC):
        raise ImageError("This is no recording.", _AGAIN)
    try:
        header, report, *bases = _pieces(zstd_module().decompress(data[len(MAGIC) :]))
        raw = json.loads(header)
        return Recording(
            codec.decode(str, raw["made"]),
            codec.decode(Mapping[str, str], raw["files"]),
            codec.decode(Mapping[str, str], raw["contents"]),
            _read_events(raw["original"]),
            tuple(_read_played(played) for played in raw["proofs"]),
            tuple(
                Timing(each["text"], _read_events(each["events"]), codec.decode(Timings, each["timings"]))
                for each in raw["timings"]
            ),
            report_file.load_plain(memoryview(report)),
            {
                name: report_file.load_plain(memoryview(base))
                for name, base in zip(raw["bases"], bases, strict=True)
            },
        )
    except (ValueError, KeyError, TypeError, struct.error, zstd_module().ZstdError) as error:
        raise ImageError(f"The demo's recording is damaged: {error}.", _AGAIN) from error


def _pieces(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size + length
        found.append(data[at - length : at])
    return found


def _events(events: tuple[Timed, ...], comparison: Comparison | None = None) -> list[Any]:
    found = []
    for timed in events:
        name = type(timed.event).__name__
        if _KINDS.get(name) is not type(timed.event):
            raise TypeError(f"a recording has no place for {name}")
        # The comparison is in the proof too, and is the largest part of it.
        value = None if comparison is not None and timed.event == comparison else codec.encode(timed.event)
        found.append([round(timed.seconds, 3), name, value])
    return found


def _read_events(raw: Any, comparison: Comparison | None = None) -> tuple[Timed, ...]:
    return tuple(
        Timed(float(seconds), comparison if value is None else codec.decode(_KINDS[name], value))
        for seconds, name, value in raw
    )


def _played(played: Played) -> dict[str, Any]:
    return {
        "text": played.text,
        "choices": dict(played.choices),
        "start": played.start,
        "events": _events(played.events, played.proof.comparison),
        "proof": codec.encode(played.proof, leave_out=(array, FileTable)),
    }


def _read_played(raw: Any) -> Played:
    columns = {"files": FileTable(), "inode_owner": array("B"), "inode_component": array("i")}
    proof: Proof = codec.decode(Proof, {**raw["proof"], "after": {**raw["proof"]["after"], **columns}})
    return Played(
        codec.decode(str, raw["text"]),
        codec.decode(Mapping[str, str], raw["choices"]),
        codec.decode(bool, raw["start"]),
        _read_events(raw["events"], proof.comparison),
        proof,
    )


def as_saved(report: ImageReport) -> ImageReport:
    """The report as whoever opens a saved one has it."""
    return replace(report, image=replace(report.image, source="saved"))
