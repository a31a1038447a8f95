"""``uvdive.Comparison`` and its parts: two images side by side. Bytes are those of files in all layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from uvdive.api.kept import kept
from uvdive.api.reports import path_text
from uvdive.output.plain import well_formed

if TYPE_CHECKING:
    from uvdive.verify import checks as inner


@dataclass(frozen=True, slots=True)
class OwnerChange:
    """An owner's bytes in both."""

    before: int
    after: int

    @property
    def delta(self) -> int:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class PackageChange:
    """A package whose version or bytes differ: versions and live bytes, None where it is not there."""

    name: str
    environment: str
    before: str | None
    after: str | None
    before_bytes: int | None
    after_bytes: int | None


@dataclass(frozen=True, slots=True)
class PathChange:
    """A path that differs; ``what`` says how one changed that is in both (``mode 0644 -> 0755``)."""

    path: str
    change: Literal["added", "removed", "changed"]
    before_bytes: int | None
    after_bytes: int | None
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """A setting that differs (``Cmd``, ``Env:PATH``), by its values."""

    key: str
    before: object
    after: object


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two images side by side. ``compare`` makes it, nobody else does."""

    _comparison: inner.Comparison

    def __repr__(self) -> str:
        return f"<uvdive.Comparison: {self.verdict}>"

    @kept
    def _shown(self) -> inner.Comparison:
        from uvdive.output.redact import redact_comparison

        return redact_comparison(self._comparison)

    @property
    def before_bytes(self) -> int:
        """The first image's size."""
        return self._comparison.before_bytes

    @property
    def after_bytes(self) -> int:
        """The second image's size."""
        return self._comparison.after_bytes

    @property
    def delta_bytes(self) -> int:
        """After minus before."""
        return self._comparison.delta_bytes

    @property
    def verdict(self) -> str:
        """What it comes to, in a sentence."""
        return self._comparison.verdict

    @kept
    def owners(self) -> Mapping[str, OwnerChange]:
        """Every owner in both."""
        return {each.owner: OwnerChange(each.before, each.after) for each in self._shown.owners}

    @kept
    def packages(self) -> tuple[PackageChange, ...]:
        """The Python packages that differ."""
        return tuple(map(_package, self._shown.packages))

    @kept
    def os_packages(self) -> tuple[PackageChange, ...]:
        """The OS packages that differ."""
        return tuple(map(_package, self._shown.os_packages))

    @kept
    def paths(self) -> tuple[PathChange, ...]:
        """The paths that differ, in order."""
        return tuple(
            PathChange(path_text(each.path), each.change, each.before_bytes, each.after_bytes, each.what)
            for each in self._shown.paths
        )

    @kept
    def config(self) -> tuple[ConfigChange, ...]:
        """The settings that differ, without what looks like a secret."""
        return tuple(ConfigChange(each.key, each.before, each.after) for each in self._shown.config)

    @property
    def unread(self) -> int:
        """How many files of equal size could not be compared, as no contents are at hand."""
        return self._comparison.unread

    def to_dict(self) -> dict[str, Any]:
        """All of it as ``uvdive compare --json`` prints it: ``uvdive.comparison/1`` (docs/json.md)."""
        from uvdive.output.as_json.comparison import comparison_data

        return comparison_data(self._shown)

    def to_markdown(self) -> str:
        """The comparison as ``uvdive compare --markdown`` prints it."""
        from uvdive.output.as_markdown.report import comparison_markdown

        return comparison_markdown(self._shown)

    def __str__(self) -> str:
        from uvdive.output.as_text.comparison import comparison_text

        return comparison_text(self._shown).rstrip("\n")

    def _repr_html_(self) -> str:
        """What a notebook shows: the owners that have a byte in one of both."""
        from uvdive.api.tables import html_table
        from uvdive.base.units import delta, size

        rows = [
            (name, size(each.before), size(each.after), delta(each.delta))
            for name, each in self.owners.items()
            if each.before or each.after
        ]
        return html_table(self.verdict, ("owner", "before", "after", "change"), rows)


def _package(found: inner.PackageDelta) -> PackageChange:
    return PackageChange(
        well_formed(found.name), path_text(found.environment), found.before, found.after, found.before_bytes,
        found.after_bytes,
    )  # fmt: skip
