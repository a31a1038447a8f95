"""Reports and comparisons without the secrets that their ENV and history show.

What leaves the machine goes through here, unless ``--no-redact`` says otherwise.
Paths, sizes and names of packages stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from uvdive.base.errors import UvdiveError
from uvdive.base.secrets.words import (
    HIDDEN,
    LONG_ENOUGH,
    is_secret,
    is_secret_option,
    redact,
    redact_words,
    secret_values,
    values_in,
)

if TYPE_CHECKING:
    from uvdive.image.config import HistoryEntry, ImageConfig
    from uvdive.ledger.report import (
        Component,
        Distribution,
        Environment,
        Finding,
        ImageReport,
        LayerReport,
    )
    from uvdive.verify.checks import Comparison, ConfigDelta


_T = TypeVar("_T")


class Redactor:
    """Hides what looks like a secret, and the values that it knows wherever they stand."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = tuple(known)

    def learn(self, texts: Iterable[str]) -> None:
        """Take the values that texts show to be secrets: a Dockerfile's, a history's, a command line's."""
        self._know(values_in(texts))

    def learn_image(self, report: ImageReport) -> None:
        """Take the secrets of an image's settings and history."""
        labels = (f"{name}={value}" for name, value in report.config.labels.items())
        self._know(secret_values((*report.config.env, *labels)))
        self.learn(entry.created_by for entry in report.history)
        if report.dockerfile is not None:
            self.learn((report.dockerfile.text, *report.dockerfile.build_args))

    def learn_build(self, args: Sequence[str], environ: Mapping[str, str]) -> None:
        """Take the secrets of a build's arguments; `--build-arg NAME` and `--secret env=` name variables."""
        self.learn(args)
        names = {word for arg in args for word in re.findall(r"[A-Za-z_]\w*", arg)}
        self._know(value for name, value in environ.items() if name in names and is_secret(name, value))
        given = (environ.get(name, "") for arg in args for name in re.findall(r"\benv=([A-Za-z_]\w*)", arg))
        self._know(value for value in given if len(value) >= LONG_ENOUGH)

    def _know(self, values: Iterable[str]) -> None:
        found = {value for value in (*self.known, *values) if len(value) >= LONG_ENOUGH}
        self.known = tuple(sorted(found, key=lambda value: (-len(value), value)))

    def text(self, text: str) -> str:
        """One text."""
        return redact(text, self.known)

    def texts(self, texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """The words of a command; what follows an option for a secret is one. None stays None."""
        if texts is None:
            return None
        before = ("", *texts)
        return tuple(
            HIDDEN if is_secret_option(option, word) else self.text(word)
            for option, word in zip(before, redact_words(texts), strict=False)
        )

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
            if all(isinstance(item, str) for item in value):
                return list(self.texts(tuple(value)) or ())
            return [self.data(item) for item in value]
        return value

    def value(self, value: _T) -> _T:
        """A value of our own with all texts in it redacted: a plan, its decisions, a check, an error."""
        found: Any = value
        if isinstance(value, str):
            found = self.text(value)
        elif isinstance(value, tuple):
            found = tuple(map(self.value, value))
        elif isinstance(value, UvdiveError):
            found = copy(value)
            found.__dict__.update({name: self.value(item) for name, item in vars(value).items()})
            found.args = (found.what,)
        elif is_dataclass(value) and not isinstance(value, type):
            found = replace(
                value, **{each.name: self.value(getattr(value, each.name)) for each in fields(value)}
            )
        return cast("_T", found)


def redact_report(report: ImageReport) -> ImageReport:
    """The report with secret-looking values of ENV, labels, commands and history hidden."""
    redactor = Redactor()
    redactor.learn_image(report)
    return replace(
        report,
        dockerfile=redactor.value(report.dockerfile),
        config=_config(redactor, report.config),
        history=tuple(_history(redactor, entry) for entry in report.history),
        layers=tuple(_layer(redactor, layer) for layer in report.layers),
        owners=tuple(
            replace(owner, components=_components(redactor, owner.components)) for owner in report.owners
        ),
        components=_components(redactor, report.components),
        environments=tuple(_environment(redactor, place) for place in report.environments),
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


def _components(redactor: Redactor, components: tuple[Component, ...]) -> tuple[Component, ...]:
    """What of the app came by an instruction is called by all of its words."""
    return tuple(replace(part, name=redactor.text(part.name)) for part in components)


def _environment(redactor: Redactor, place: Environment) -> Environment:
    """A requirement may be an address, with a password in it."""
    return replace(place, distributions=tuple(_distribution(redactor, item) for item in place.distributions))


def _distribution(redactor: Redactor, item: Distribution) -> Distribution:
    if not any("://" in text for text in item.requires or ()):
        return item
    return replace(item, requires=tuple(map(redactor.text, item.requires or ())))


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
