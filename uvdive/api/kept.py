"""A property that is worked out once. Type checkers see a property, as nobody may set it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builtins import property as kept
else:
    from functools import cached_property as kept

__all__ = ["kept"]
