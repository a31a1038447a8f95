"""The new Dockerfile written, in the author's own words wherever they stay.

In come ``Parts``, all that the rooms before have decided; out goes a ``Writer`` with the text and
the lines that each decision touched. ``write`` makes two stages of one, ``write_in_place`` only
takes uv out of the last one. Read ``compose.write`` first, then ``last_stage.write_runner``.
"""

from uvdive.rewrite.text.compose import write
from uvdive.rewrite.text.in_place import predict_in_place, steps_with_uv, write_in_place
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.writer import Writer

__all__ = ["Parts", "Writer", "predict_in_place", "steps_with_uv", "write", "write_in_place"]
