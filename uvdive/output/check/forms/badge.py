"""The size as a badge: what shields.io's endpoint reads."""

from __future__ import annotations

from uvdive.base.units import Units, size
from uvdive.output.as_json.text import json_text
from uvdive.output.check.results import Check
from uvdive.output.plain import count


def check_badge(check: Check, units: Units = "si") -> str:
    """The badge's JSON: the image's size, or of how many everything passed; green, yellow or red."""
    sizes = [each.totals.file_bytes for each in check.checked if each.totals is not None]
    passed = sum(each.passed for each in check.checked)
    message = (
        size(sizes[0], units)
        if len(check.checked) == len(sizes) == 1
        else f"{passed} of {len(check.checked)}"
    )
    warned = any(rule.status == "warned" for each in check.checked for rule in each.rules)
    return json_text(
        {
            "schemaVersion": 1,
            "label": "image size" if len(sizes) == 1 else f"checked {count(len(check.checked), 'file')}",
            "message": message,
            "color": "red" if not check.passed else "yellow" if warned else "brightgreen",
        }
    )
