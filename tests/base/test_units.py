"""Sizes as people read them."""

from __future__ import annotations

from uvdive.base import units


def test_sizes_are_decimal_as_docker_prints_them() -> None:
    assert units.size(180_614_368) == "180.6 MB"
    assert units.size(1) == "1 B"
    assert units.size(0) == "0 B"
    assert units.size(None) == "unknown"
    assert units.size(1 << 20, "binary") == "1.0 MiB"


def test_differences_have_a_sign() -> None:
    assert units.delta(1500) == "+1.5 kB"
    assert units.delta(-61_300_000) == "-61.3 MB"
    assert units.delta(0) == "0 B"


def test_shares() -> None:
    assert units.percent(1, 3) == "33.3 %"
    assert units.percent(0, 0) == "0.0 %"
