"""What hadolint says to a Dockerfile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HADOLINT = Path(sys.executable).parent / "hadolint"


def errors(text: str) -> set[str]:
    """hadolint's rules of severity error that a text breaks; DL1000 is a parse error."""
    done = subprocess.run(
        [HADOLINT, "--no-fail", "-f", "json", "-"], input=text, capture_output=True, text=True, check=True
    )
    return {found["code"] for found in json.loads(done.stdout) if found["level"] == "error"}
