"""A check as SARIF 2.1.0, for code scanning: rules with their pages, results at the Dockerfile's lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from uvdive.base.units import Units
from uvdive.base.version import __version__
from uvdive.output.as_json.text import json_text
from uvdive.output.check.forms.inert import inert
from uvdive.output.check.issues import Issue, issues
from uvdive.output.check.results import Check
from uvdive.output.check.rules import DOCS, help_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEVERITIES = {"error": "8.0", "warning": "5.0", "note": "2.0"}
"""GitHub's numbers for what is a security matter: from 7 high, from 4 medium."""

_SECURITY = frozenset({"secrets-in-image", "secrets-in-settings", "git-folder-in-image"})


def check_sarif(check: Check, units: Units = "si") -> str:
    """The log's text."""
    found = issues(check, units)
    names = sorted({issue.rule for issue in found})
    run = {
        "tool": {
            "driver": {
                "name": "uvdive",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": f"{DOCS}/index.md",
                "rules": [_rule(name, found) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(issue, names.index(issue.rule)) for issue in found],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str, found: Sequence[Issue]) -> dict[str, Any]:
    told, page, address = help_of(name)
    level = next(issue.level for issue in found if issue.rule == name)
    properties: dict[str, Any] = {"tags": ["container", "uv"], "precision": "very-high"}
    if name in _SECURITY:
        properties["tags"].append("security")
        properties["security-severity"] = _SEVERITIES[level]
    return {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": told},
        "fullDescription": {"text": told},
        "help": {"text": page, "markdown": page},
        "helpUri": address,
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }


def _result(issue: Issue, index: int) -> dict[str, Any]:
    place: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": inert(issue.image), "kind": "resource"}]
    }
    if issue.path is not None:
        place["physicalLocation"] = {"artifactLocation": {"uri": _uri(issue.path)}}
        place["physicalLocation"]["region"] = {"startLine": issue.line or 1}
    return {
        "ruleId": issue.rule,
        "ruleIndex": index,
        "level": issue.level,
        "message": {"text": inert(f"{issue.image}: {issue.text} {issue.advice}".strip())},
        "locations": [place],
        "partialFingerprints": {"uvdive/v1": issue.fingerprint},
        "properties": {"rule": inert(issue.name), "bytes": issue.bytes, "fails": issue.fails},
    }


def _uri(path: str) -> str:
    """A path as a relative reference, or as a file's URI where it is absolute."""
    text = quote(path.encode("utf-8", "surrogateescape"))
    return (
        f"file://{text}" if path.startswith("/") else text if ":" not in text.split("/")[0] else f"./{text}"
    )
