"""What starts the container from outside the Dockerfile: compose, Kubernetes, CI, code (R24, R25).

In come the evidence and how the image starts by itself; out goes the same ``Start`` with uv kept, a
stand-in for it, or the changes of those files. ``look_outside`` reads the files once for all drafts,
``serve_outside`` decides under one set of choices. Read ``slots`` first, then ``choice.serve_outside``.
"""

from uvdive.rewrite.elsewhere.choice import (
    called_outside,
    commands_outside,
    serve_outside,
    texts_outside,
)
from uvdive.rewrite.elsewhere.context_texts import folders_read
from uvdive.rewrite.elsewhere.reading import look_outside
from uvdive.rewrite.elsewhere.slots import Outside

__all__ = [
    "Outside",
    "called_outside",
    "commands_outside",
    "folders_read",
    "look_outside",
    "serve_outside",
    "texts_outside",
]
