"""Registries that want to be asked less: when to come back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from uvdive.base.errors import ImageError

_LONGEST = 7 * 86400
"""A registry that says more has no clock, in seconds."""


def seconds_until(headers: Mapping[str, str]) -> float | None:
    """For how long a ``Retry-After`` tells to wait, in seconds (RFC 9110, 10.2.3).

    None where it does not, or tells what no registry means.
    """
    said = headers.get("Retry-After", "").strip()
    if said.isdecimal() and len(said) < 10:
        return float(said) if float(said) <= _LONGEST else None
    try:
        left = parsedate_to_datetime(said).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(left, 0.0) if left <= _LONGEST else None


def too_many(host: str, seconds: float | None, *, known: bool) -> ImageError:
    """The error where a registry takes no more requests.

    Args:
        host: the registry.
        seconds: for how long; None where it does not say.
        known: was it told who asks?
    """
    when = ""
    if seconds is not None:
        then = datetime.now().astimezone() + timedelta(seconds=seconds)
        when = f" until {then:%H:%M:%S}" if seconds < 86400 else f" until {then:%Y-%m-%d %H:%M}"
    do = "Try again then." if when else "Try again later."
    more = "" if known else " Many registries take more from those who log in."
    return ImageError(f"{host} takes no more requests from here{when}.", do + more)
