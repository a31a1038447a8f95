"""Images of the first engine for another one, which begins without any."""

from __future__ import annotations

import subprocess


def bring_image(name: str, address: str) -> None:
    """Copy an image of the first engine to the one at ``address``, where it is not there yet."""
    engine = ["docker", "-H", address]
    there = subprocess.run([*engine, "image", "inspect", name], capture_output=True, check=False)
    if there.returncode:
        saved = subprocess.run(["docker", "save", name], capture_output=True, check=True)
        subprocess.run([*engine, "load"], input=saved.stdout, capture_output=True, check=True)
