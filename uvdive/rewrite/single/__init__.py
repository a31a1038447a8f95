"""One stage that stays one: uv is mounted for the commands that call it, and is not in the image (R61).

In come the evidence, what `uv run` did at start and the reason why the stage is not divided; out
goes the changed file. Where uv comes from is ``sources.py``, what of the file brings it
``bringing.py``, which commands call it ``calling.py``, the text of the mounts ``mounts.py``. Read
``single.mount_uv`` first.
"""

from uvdive.rewrite.single.environment import check_start, environment_in_place
from uvdive.rewrite.single.fallback import may_stay_single, with_targets
from uvdive.rewrite.single.left_whole import leave_whole
from uvdive.rewrite.single.single import Mounted, mount_uv

__all__ = [
    "Mounted",
    "check_start",
    "environment_in_place",
    "leave_whole",
    "may_stay_single",
    "mount_uv",
    "with_targets",
]
