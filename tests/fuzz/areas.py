"""Every area by its name."""

from __future__ import annotations

import contents
import images
import kept
import settings_files
import texts
import writer
from cases import Area

AREAS: dict[str, Area] = {
    area.name: area
    for module in (images, contents, texts, settings_files, kept, writer)
    for area in module.AREAS
}
UNDAMAGED = frozenset({"tarfile", "stack", "writer"})
"""Their cases are our own notes, which nobody damages; what they stand for is varied instead."""
