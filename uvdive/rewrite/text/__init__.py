"""The new Dockerfile written, in the author's own words wherever they stay.

In come ``Parts``, all that the rooms before have decided; out goes a ``Writer`` with the text and
the lines that each decision touched. ``write`` makes two stages of one, ``write_edited``
leaves the stages as they are. Read ``compose.write`` first, then ``last_stage.write_runner``.
"""

from uvdive.rewrite.text.comments import note_left_comments
from uvdive.rewrite.text.common import note_common, with_common
from uvdive.rewrite.text.compose import write
from uvdive.rewrite.text.edited import LineEdits, comments_above, with_flag, write_edited
from uvdive.rewrite.text.in_place import edits_in_place
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.writer import Writer

__all__ = [
    "LineEdits",
    "Parts",
    "Writer",
    "comments_above",
    "edits_in_place",
    "note_common",
    "note_left_comments",
    "with_common",
    "with_flag",
    "write",
    "write_edited",
]
