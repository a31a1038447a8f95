"""The entries of one layer tar, in columns, before they are stacked."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

HARD_LINK = 16
"""A kind beside those of ``table.Kind``: one more name for an inode."""
WHITEOUT = 17
"""The entry says that a name of the layers below is gone."""
OPAQUE = 18
"""The entry says that everything below its directory is gone from the layers below."""


@dataclass(slots=True)
class LayerIndex:
    """What a layer tar holds, in tar order.

    An entry's path is ``folders[folder[i]] + b"/" + names[i]`` without a slash in
    front; the folder of the top is ``b""``. For whiteouts ``names`` has the name
    that is gone. ``size`` is a regular file's real size in bytes (sparse files: the
    logical size), ``offset`` where its data start in the tar (-1 for sparse ones),
    ``digest`` an xxh3-64 of its content where the bytes passed by (else the column is
    empty, and ``has_digests`` is False). ``target`` indexes ``targets``: a symlink's text, or
    the path that a hard link names. ``contents`` keeps wanted small files; those
    that can be read again where they lie are only noted in ``placed``. ``xattrs`` are the
    extended attributes of the few entries that have any, as ``FileTable`` has them. ``sha256``
    are those of contents that a table told, and nobody read.
    """

    folders: list[bytes] = field(default_factory=list)
    folder: array[int] = field(default_factory=lambda: array("I"))
    names: list[bytes] = field(default_factory=list)
    kind: array[int] = field(default_factory=lambda: array("B"))
    mode: array[int] = field(default_factory=lambda: array("H"))
    uid: array[int] = field(default_factory=lambda: array("I"))
    gid: array[int] = field(default_factory=lambda: array("I"))
    mtime: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("Q"))
    offset: array[int] = field(default_factory=lambda: array("q"))
    digest: array[int] = field(default_factory=lambda: array("Q"))
    target: array[int] = field(default_factory=lambda: array("i"))
    targets: list[bytes] = field(default_factory=list)
    contents: dict[int, bytes] = field(default_factory=dict)
    placed: array[int] = field(default_factory=lambda: array("I"))
    xattrs: dict[int, bytes] = field(default_factory=dict)
    has_digests: bool = False
    sha256: dict[int, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)

    def strip(self) -> None:
        """Let go of all but where contents lie, once ``stack`` took its part of the columns."""
        self.folders, self.names, self.targets = [], [], []
        for column in (self.folder, self.kind, self.target):
            del column[:]

    def removes(self) -> bool:
        """Has it whiteouts?"""
        kinds = self.kind.tobytes()
        return WHITEOUT in kinds or OPAQUE in kinds

    def path(self, index: int) -> bytes:
        """The entry's path without a slash in front; ``b""`` for the top."""
        folder = self.folders[self.folder[index]]
        return folder + b"/" + self.names[index] if folder else self.names[index]


@dataclass(frozen=True, slots=True)
class LayerData:
    """A layer that was read: its index and what its blob and tar weigh.

    ``diff_id`` is the sha256 that the bytes have where all of them passed by, else
    None. ``tar_bytes`` is None where the tar was not read: a table told what is in it.
    ``compressed_bytes`` is None for a plain tar. ``blob`` is the sha256 of the blob
    itself, None where it was not read whole.
    """

    index: LayerIndex
    diff_id: str | None
    tar_bytes: int | None
    compressed_bytes: int | None
    blob: str | None = field(default=None, compare=False)
