"""Where zstd is: in the standard library, or in its backport before Python 3.14."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def zstd_module() -> Any:
    """The module; imported when it is needed, as most images have no layer that is packed so."""
    return importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
