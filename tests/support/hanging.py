"""A Dockerfile whose build never comes to an end by itself."""

from __future__ import annotations

import secrets


def hanging_build() -> str:
    """A text whose build prints ``started`` and waits; new each time, so that no engine has it in its cache.

    A client that dies can leave the step running on an engine until its sleep is over, and then
    every later build of the same text ends at once.
    """
    return f"FROM debian:trixie-slim\nRUN echo started; sleep 600 # {secrets.token_hex(8)}\n"
