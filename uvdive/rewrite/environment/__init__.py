"""Which environment and Python the app runs in, and whether it fits the image.

In comes the evidence; out goes what no choice changes (``environment_of``), and under the user's
choices ``EnvironmentFacts`` (``settled``): its path, its interpreter, where that came from, and
what else is copied with it. Read ``which.choose_environment`` first; ``made_at_start`` has the
environment that only `uv run` makes, ``fit`` refuses one that was made for another system.
"""

from uvdive.rewrite.environment.facts import EnvironmentFacts, find_environment, settled
from uvdive.rewrite.environment.fit import check_native, warn_by_text
from uvdive.rewrite.environment.made_at_start import environment_of
from uvdive.rewrite.environment.which import Found, uv_bytes

__all__ = [
    "EnvironmentFacts",
    "Found",
    "check_native",
    "environment_of",
    "find_environment",
    "settled",
    "uv_bytes",
    "warn_by_text",
]
