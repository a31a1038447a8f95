"""Texts of the image's own files: what the image holds, else what the build context has for it."""

from __future__ import annotations

from uvdive.base.errors import ImageError
from uvdive.rewrite.evidence.files.context_files import context_file, context_text
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence

MOST = 8 << 20
"""Bytes; the largest locks of https://github.com have some three million."""


def image_text(evidence: Evidence, files: Files, path: str) -> str | None:
    """The text of a file that the image has in the end; None where it has none, or nobody can read it."""
    inode = files.inode_at(path)
    if inode is None:
        return None
    store = evidence.store
    if store is not None and store.has(inode) and files.table.inode_size(inode) <= MOST:
        try:
            return store.read(inode, MOST).decode("utf-8", "replace")
        except ImageError:
            pass  # the source went away: the context may have the file still
    found = context_file(evidence, path, most=MOST)
    return None if found is None else found[1]


def text_at(evidence: Evidence, files: Files | None, path: str) -> str | None:
    """As ``image_text``; without an image (``files`` is None) as ``context_text``."""
    return image_text(evidence, files, path) if files is not None else context_text(evidence, path)
