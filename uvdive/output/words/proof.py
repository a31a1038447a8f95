"""What the steps of a proof took, in words."""

from __future__ import annotations

from uvdive.verify.spent import WAITING, Seconds, Step, own_seconds

_NAMES: dict[Step, str] = {
    "sources": "the context against the original",
    "reading": "reading the new image",
    "comparing": "laying both side by side",
    "repairs": "what may fix it",
}
"""What a step is called, where its own name does not tell."""
_STARTS: dict[Step, str] = {"start": "starting both", "loading": "seeing what the original imports"}
_LEAST = 0.05
"""Seconds: what took less is not named."""


def proof_words(seconds: Seconds) -> str:
    """How long the proof itself took, its slow steps first, and the starts, which wait for programs."""
    own = [(step, each) for step, each in seconds if step not in WAITING and each >= _LEAST]
    slow = sorted(own, key=lambda each: -each[1])
    named = ", ".join(f"{_NAMES.get(step, step)} {each:.1f} s" for step, each in slow)
    told = f"{own_seconds(seconds):.1f} s by itself" + (f" ({named})" if named else "")
    for step, what in _STARTS.items():
        took = dict(seconds).get(step, 0.0)
        told += f"; {what}: {took:.1f} s" if took >= _LEAST else ""
    return told
