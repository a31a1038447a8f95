"""One folder that distributions lie in."""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.ledger.python.interpreters import Interpreter


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with distributions.

    ``prefix`` is the folder that their files may reach into, ``environment`` the path
    by which people know it. ``interpreter`` is the one that looks here by itself.
    """

    node: int
    prefix: bytes
    environment: bytes
    interpreter: Interpreter | None
    venv: int | None
