"""Reports and comparisons without the secrets that their ENV and history show.

What leaves the machine goes through here, unless ``--no-redact`` says otherwise.
Paths, sizes and names of packages stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from uvdive.image.config import HistoryEntry, ImageConfig
from uvdive.ledger.report import Finding, ImageReport, LayerReport
from uvdive.output.secrets import HIDDEN, is_secret, redact, secret_values

if TYPE_CHECKING:
    from uvdive.verify.checks import Comparison, ConfigDelta


class Redactor:
    """Hides what looks like a secret, and the given values wherever they stand."""

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        self.known = known

    def text(self, text: str) -> str:
        """One text."""
        return redact(text, self.known)

    def texts(self, texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """A list of texts; None stays None."""
        return None if texts is None else tuple(map(self.text, texts))

    def entry(self, entry: str) -> str:
        """One ``K=V`` of ENV."""
        name, sign, value = entry.partition("=")
        return f"{name}{sign}{self.named(name, value)}"

    def named(self, name: str, value: str) -> str:
        """The value of a variable or label."""
        return HIDDEN if is_secret(name, value) else self.text(value)

    def data(self, value: Any) -> Any:
        """Whatever JSON can hold; texts in it may be ``K=V``."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                key: self.named(key, item) if isinstance(item, str) else self.data(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return value


def redact_report(report: ImageReport) -> ImageReport:
    """The report with secret-looking values of ENV, labels, commands and history hidden."""
    redactor = Redactor(secret_values(report.config.env))
    return replace(
        report,
        config=_config(redactor, report.config),
        history=tuple(_history(redactor, entry) for entry in report.history),
        layers=tuple(_layer(redactor, layer) for layer in report.layers),
        findings=tuple(_finding(redactor, finding) for finding in report.findings),
        warnings=tuple(map(redactor.text, report.warnings)),
    )


def redact_comparison(comparison: Comparison) -> Comparison:
    """The comparison with secret-looking config values hidden; that they differ still shows."""
    redactor = Redactor()
    return replace(comparison, config=tuple(_delta(redactor, delta) for delta in comparison.config))


def _config(redactor: Redactor, config: ImageConfig) -> ImageConfig:
    return replace(
        config,
        env=tuple(map(redactor.entry, config.env)),
        entrypoint=redactor.texts(config.entrypoint),
        cmd=redactor.texts(config.cmd),
        labels={key: redactor.named(key, value) for key, value in config.labels.items()},
        healthcheck=config.healthcheck and redactor.data(config.healthcheck),
        on_build=tuple(map(redactor.text, config.on_build)),
    )


def _history(redactor: Redactor, entry: HistoryEntry) -> HistoryEntry:
    return replace(entry, created_by=redactor.text(entry.created_by), comment=redactor.text(entry.comment))


def _layer(redactor: Redactor, layer: LayerReport) -> LayerReport:
    return replace(
        layer, created_by=redactor.text(layer.created_by), instruction=redactor.text(layer.instruction)
    )


def _finding(redactor: Redactor, finding: Finding) -> Finding:
    return replace(finding, title=redactor.text(finding.title), advice=redactor.text(finding.advice))


def _delta(redactor: Redactor, delta: ConfigDelta) -> ConfigDelta:
    name = delta.key.rpartition(":")[2]  # ``Env:API_TOKEN``
    if isinstance(delta.before, str) or isinstance(delta.after, str):
        before, after = (
            redactor.named(name, value) if isinstance(value, str) else redactor.data(value)
            for value in (delta.before, delta.after)
        )
    else:
        before, after = redactor.data(delta.before), redactor.data(delta.after)
    return replace(delta, before=before, after=after)
