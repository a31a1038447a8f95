"""Files that are finished: what is still wrong with them, mended where the image stays the same (R45).

In come the evidence and the image's files; out goes ``Improved``: the file with a few
instructions changed, and in the notes each decision, and a warning for each fault that is left.
Every mend (``owners``, ``twice``, ``build_packages``, ``stray_uv``) changes the same ``Work``
and says why where it does not dare. Read ``improve.improve`` first.
"""

from uvdive.rewrite.improve.copied_environments import warn_by_text
from uvdive.rewrite.improve.improve import Improved, improve
from uvdive.rewrite.improve.stray_uv import note_left_out
from uvdive.rewrite.improve.work import ROOT, Work

__all__ = ["ROOT", "Improved", "Work", "improve", "note_left_out", "warn_by_text"]
