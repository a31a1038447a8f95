"""The JSON contracts: a table of each schema's keys, an example and the schema itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from writers.text import table

DOCS = Path(__file__).parents[1]
SCHEMAS = DOCS.parent / "uvdive" / "output" / "schemas"
EXAMPLES = DOCS / "examples"

Schema = dict[str, Any]


def contract(name: str) -> str:
    """What is told of one kind of object: ``report``, ``rewrite`` …."""
    text = (SCHEMAS / f"{name}-1.json").read_text()
    schema = json.loads(text)
    rows = list(_rows(schema, schema, ""))
    return "\n\n".join(
        (
            table(("key", "type", "meaning"), rows),
            _folded("An example", (EXAMPLES / f"{name}.json").read_text()),
            _folded("The JSON Schema", text),
        )
    )


def _folded(title: str, text: str) -> str:
    return f'<details markdown="1"><summary>{title}</summary>\n\n```json\n{text.strip()}\n```\n\n</details>'


def _rows(schema: Schema, root: Schema, prefix: str) -> Iterator[tuple[str, str, str]]:
    for key, value in schema.get("properties", {}).items():
        if key == "path_b64":
            continue
        kind, inner, suffix = _kind(value, root)
        meaning = value.get("description") or _resolved(value, root).get("description", "")
        if key not in schema.get("required", ()):
            meaning = f"{meaning} (not always there)".strip()
        yield f"`{prefix}{key}`", kind, meaning
        if inner is not None:
            yield from _rows(inner, root, f"{prefix}{key}{suffix}.")


def _resolved(value: Schema, root: Schema) -> Schema:
    reference = value.get("$ref")
    return root["$defs"][reference.rpartition("/")[2]] if reference else value


def _kind(value: Schema, root: Schema) -> tuple[str, Schema | None, str]:
    """The type in words, and the schema of what is inside, with what its keys have in front."""
    value = _resolved(value, root)
    if "const" in value:
        return f"`{json.dumps(value['const'])}`", None, ""
    if "enum" in value:
        return " or ".join(f"`{each}`" for each in value["enum"]), None, ""
    types = value.get("type", "any")
    names = [types] if isinstance(types, str) else list(types)
    if "array" in names and "items" in value and isinstance(value["items"], dict):
        words, inner, _ = _kind(value["items"], root)
        return _joined([f"array of {words}" if name == "array" else name for name in names]), inner, "[]"
    if isinstance(value.get("additionalProperties"), dict):
        words, inner, _ = _kind(value["additionalProperties"], root)
        return _joined([f"object of {words}" if name == "object" else name for name in names]), inner, "{}"
    return _joined(names), value if "properties" in value else None, ""


def _joined(names: list[str]) -> str:
    return " or ".join(names)
