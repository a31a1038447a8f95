"""What the author should know, whatever is chosen, and what no draft changes.

In comes the evidence, with the image's files where there is an image; out go warnings in the
notes. ``ADVICE`` is the list, made once for all drafts; read ``registry`` first. What depends on
how the new image starts, or on contents that were read elsewhere, is a function of its own.
"""

from uvdive.rewrite.advice.missing_libraries import Lacking, warn_lacking
from uvdive.rewrite.advice.missing_programs import warn_never_installed
from uvdive.rewrite.advice.registry import ADVICE

__all__ = ["ADVICE", "Lacking", "warn_lacking", "warn_never_installed"]
