"""An ImageReport as the data of ``uvdive.report/1`` (``schemas/report-1.json``); sizes in bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from uvdive.image.config import ImageConfig
from uvdive.ledger.report import (
    Component,
    Distribution,
    Environment,
    Finding,
    ImageInfo,
    ImageReport,
    LayerReport,
    OwnerReport,
    Totals,
    Waste,
)
from uvdive.output.as_json.text import json_pieces
from uvdive.output.plain import path_fields

SCHEMA = "uvdive.report/1"


def report_data(report: ImageReport, top: int | None = None) -> dict[str, Any]:
    """The report as data that ``json_text`` can write.

    Args:
        report: what to write.
        top: keep only so many of the largest rows of waste, and of each owner's
            components; None keeps all, so that their sums hold.
    """
    dockerfile = report.dockerfile
    return {
        "schema": SCHEMA,
        "tool_version": report.tool_version,
        "image": _image(report.image),
        "dockerfile": dockerfile
        and {
            **path_fields(dockerfile.path),
            "sha256": dockerfile.sha256,
            "matches": dockerfile.matches,
            "source": dockerfile.source,
        },
        "config": config_data(report.config),
        "totals": totals_data(report.totals),
        "layers": [_layer(layer) for layer in report.layers],
        "owners": [_owner(owner, top) for owner in report.owners],
        "environments": [_environment(environment) for environment in report.environments],
        "waste": [_waste(waste) for waste in report.waste[:top]],
        "findings": [finding_data(finding) for finding in report.findings],
        "warnings": list(report.warnings),
    }


def report_pieces(report: ImageReport, top: int | None = None) -> Iterator[str]:
    """The text of the report's JSON, piece by piece; the rows of waste are made one by one."""
    data = report_data(replace(report, waste=()), top)
    return json_pieces({**data, "waste": map(_waste, islice(report.waste, top))})


def _image(image: ImageInfo) -> dict[str, Any]:
    base = image.base
    return {
        "reference": image.reference,
        "id": image.id,
        "config_digest": image.config_digest,
        "source": image.source,
        "platform": image.platform,
        "created": image.created,
        "inspect_size": image.inspect_size,
        "listed_size": image.listed_size,
        "base": base and {"name": base.name, "layers": base.layers, "by": base.by},
    }


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def config_data(config: ImageConfig) -> dict[str, Any]:
    """The config that containers start with."""
    return {
        "env": list(config.env),
        "entrypoint": _list(config.entrypoint),
        "cmd": _list(config.cmd),
        "user": config.user,
        "working_dir": config.working_dir,
        "exposed_ports": list(config.exposed_ports),
        "volumes": list(config.volumes),
        "labels": dict(config.labels),
        "healthcheck": config.healthcheck and dict(config.healthcheck),
        "stop_signal": config.stop_signal,
        "shell": _list(config.shell),
    }


def totals_data(totals: Totals) -> dict[str, Any]:
    """The image's sums."""
    return {
        "file_bytes": totals.file_bytes,
        "live_bytes": totals.live_bytes,
        "dead_bytes": totals.dead_bytes,
        "efficiency": totals.efficiency,
        "duplicate_bytes": totals.duplicate_bytes,
        "tar_bytes": totals.tar_bytes,
        "tar_overhead": totals.tar_overhead,
        "compressed_bytes": totals.compressed_bytes,
        "files": totals.files,
    }


def _layer(layer: LayerReport) -> dict[str, Any]:
    return {
        "index": layer.index,
        "diff_id": layer.diff_id,
        "verified": layer.verified,
        "created_by": layer.created_by,
        "instruction": layer.instruction,
        "line": layer.line,
        "end_line": layer.end_line,
        "base": layer.base,
        "file_bytes": layer.file_bytes,
        "live_bytes": layer.live_bytes,
        "dead_bytes": layer.dead_bytes,
        "tar_bytes": layer.tar_bytes,
        "compressed_bytes": layer.compressed_bytes,
        "engine_size": layer.engine_size,
        "counts_links": layer.counts_links,
        "link_bytes": layer.link_bytes,
        "files": layer.files,
        "added": layer.added,
        "modified": layer.modified,
        "removed": layer.removed,
        "owners": dict(layer.owners),
    }


def _owner(owner: OwnerReport, top: int | None) -> dict[str, Any]:
    return {
        "owner": owner.owner,
        "bytes": owner.bytes,
        "live_bytes": owner.live_bytes,
        "dead_bytes": owner.dead_bytes,
        "shared_bytes": owner.shared_bytes,
        "reclaimable_bytes": owner.reclaimable_bytes,
        "files": owner.files,
        "components": [_component(component) for component in owner.components[:top]],
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "version": component.version,
        "kind": component.kind,
        **path_fields(component.path),
        "bytes": component.bytes,
        "live_bytes": component.live_bytes,
        "dead_bytes": component.dead_bytes,
    }


def _environment(environment: Environment) -> dict[str, Any]:
    return {
        **path_fields(environment.path),
        "kind": environment.kind,
        "python": environment.python,
        "interpreter": environment.interpreter,
        "interpreter_path": environment.interpreter_path,
        "distributions": [_distribution(item) for item in environment.distributions],
    }


def _distribution(distribution: Distribution) -> dict[str, Any]:
    return {
        "name": distribution.name,
        "version": distribution.version,
        "bytes": distribution.bytes,
        "bytecode_bytes": distribution.bytecode_bytes,
        "native_bytes": distribution.native_bytes,
        "code_bytes": distribution.code_bytes,
        "data_bytes": distribution.data_bytes,
        "tests_bytes": distribution.tests_bytes,
        "files": distribution.files,
        "why": list(distribution.why),
        "group": distribution.group,
        "os_package": distribution.os_package,
        "requires": _list(distribution.requires),
    }


def _waste(waste: Waste) -> dict[str, Any]:
    return {
        **path_fields(waste.path),
        "bytes": waste.bytes,
        "cause": waste.cause,
        "owner": waste.owner,
        "layer": waste.layer,
        "killed_by": waste.killed_by,
        "line": waste.line,
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as reports and checks tell it."""
    return {
        "id": finding.id,
        "severity": finding.severity,
        "title": finding.title,
        "bytes": finding.bytes,
        "line": finding.line,
        "paths": list(finding.paths),
        "advice": finding.advice,
    }
