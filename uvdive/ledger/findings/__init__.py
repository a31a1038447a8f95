"""What is worth doing, with measured bytes. Ids are stable, never reused, and hold no line numbers."""

from __future__ import annotations

from uvdive.ledger.findings.explain import explain, ids
from uvdive.ledger.findings.facts import Facts
from uvdive.ledger.findings.registry import find

__all__ = ["Facts", "explain", "find", "ids"]
