"""One step of the action (``action.yml``): ``python -I run.py baseline``, ``check`` or ``comment``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# With -I no folder is looked into but this one: nothing of the checkout is imported in a module's place.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from uvdive_action.steps import run_step

if __name__ == "__main__":
    sys.exit(run_step(sys.argv[1], dict(os.environ)))
