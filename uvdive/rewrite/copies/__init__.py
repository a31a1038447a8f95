"""Which paths go over from the build stage.

In come the image's files, the environment, the bases and the RUNs; out goes a ``CopySet``: whole
paths, folders that must be made first, links, and what is cleared before. ``Copier`` divides the
files and keeps its answers for all drafts; read ``choose.choose_copies`` first, then
``copier.Copier.copy_set``. Without an image ``by_text`` has the paths that the instructions name.
"""

from uvdive.rewrite.copies.choose import choose_copies, node_modules_of
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.in_words import explain

__all__ = ["Copier", "CopySet", "choose_copies", "explain", "node_modules_of"]
