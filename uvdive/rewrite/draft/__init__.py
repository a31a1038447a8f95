"""One draft of the rewrite: all decisions under one set of choices, the text, the prediction.

In come what the study found out and the choices; out goes a ``Draft``. Read ``decide`` first: it
leaves uv out of the last stage where that is all (``whole``), else it divides the stage
(``divided``, by the ``steps`` that both ways share).
"""

from uvdive.rewrite.draft.decide import decide
from uvdive.rewrite.draft.value import Draft
from uvdive.rewrite.draft.whole import finished, mounted

__all__ = ["Draft", "decide", "finished", "mounted"]
