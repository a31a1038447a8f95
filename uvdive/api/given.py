"""What a caller gave, looked at before the work: a worker's traceback would not say what was wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from uvdive.base.errors import UsageError

T = TypeVar("T")


def one_of(name: str, value: str, known: Iterable[str]) -> None:
    """See that an argument is one of the values that there are.

    Raises:
        UsageError: it is none; names the nearest.
    """
    there = list(known)
    if value in there:
        return
    near = difflib.get_close_matches(str(value), there, 1)
    told = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(there)}."
    raise UsageError(f"{name}={value!r} is none of the values that there are.", told)


def several(name: str, values: Iterable[T]) -> tuple[T, ...]:
    """All of them.

    Raises:
        UsageError: it is one text, whose letters would be taken for values.
    """
    if isinstance(values, str | bytes):
        raise UsageError(f"{name}={values!r} is one text.", f"Write {name}=[{values!r}].")
    return tuple(values)


def texts_by_name(name: str, values: Mapping[Any, Any] | None) -> dict[str, str]:
    """A mapping of texts.

    Raises:
        UsageError: a name or a value is none.
    """
    for key, value in (values or {}).items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise UsageError(f"{name}: {key!r}: {value!r} are no two texts.", "Write both as text.")
    return dict(values or {})
