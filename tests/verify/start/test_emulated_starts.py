"""An image for another processor than the engine's is emulated, and the check of the start says so."""

from __future__ import annotations

import pytest

from uvdive.verify.start.emulated import emulation

EMULATED = "arm64 image on an amd64 engine: the start check ran emulated."


@pytest.mark.parametrize(
    ("platform", "machine", "told"),
    [
        ("linux/arm64", "x86_64", EMULATED),
        ("linux/arm64/v8", "x86_64", EMULATED),
        ("linux/amd64", "aarch64", "amd64 image on an arm64 engine: the start check ran emulated."),
        ("linux/s390x", "x86_64", "s390x image on an amd64 engine: the start check ran emulated."),
        ("linux/amd64", "x86_64", ""),
        ("linux/arm64/v8", "aarch64", ""),
        ("linux/arm/v7", "armv7l", ""),
        ("linux/arm/v7", "aarch64", ""),
        ("linux/386", "x86_64", ""),
        ("linux/amd64", "", ""),
        ("", "x86_64", ""),
        (None, "x86_64", ""),
    ],
)
def test_the_engine_s_processor_decides(platform: str | None, machine: str, told: str) -> None:
    assert emulation(platform, machine) == told
