"""The page itself: what a report holds, put into the templates."""

from __future__ import annotations

import base64
import hashlib
from functools import cache, partial
from typing import TYPE_CHECKING

from uvdive.base.units import Units, delta, percent, size
from uvdive.ledger.report import ImageReport
from uvdive.output.as_text import largest
from uvdive.output.as_text.plan_groups import CHANGES, CHOICES, WARNINGS, grouped
from uvdive.output.as_text.report import layer_place
from uvdive.output.html import tables
from uvdive.output.html.map_drawing import HEIGHT, WIDTH, drawings
from uvdive.output.plain import visible
from uvdive.output.words.owners import LOOKS

if TYPE_CHECKING:
    from jinja2 import Environment

MARK = b"<!doctype html>\n<!-- uvdive report -->"
"""How every page begins, so that one may be replaced by another."""


def page(report: ImageReport, rewrite: tables.Rewrite | None = None, units: Units = "si") -> str:
    """The text of the page.

    Args:
        report: the image; redacted already, unless secrets are to be shown.
        rewrite: what is known of its Dockerfile's rewrite; redacted as well.
        units: of sizes in words.
    """
    style, script = _text("style.css"), _text("page.js")
    waste, packages = largest.waste(report), tables.packages(report)
    templates = _templates()
    templates.filters["size"] = partial(size, units=units)
    templates.filters["delta"] = partial(delta, units=units)
    return templates.get_template("page.html").render(
        report=report,
        headline=tables.headline(report, units),
        findings=largest.findings(report),
        waste=waste[: tables.MOST_ROWS],
        more_waste=max(0, len(waste) - tables.MOST_ROWS),
        packages=packages[: tables.MOST_ROWS],
        more_packages=max(0, len(packages) - tables.MOST_ROWS),
        drawings=drawings(report, units),
        width=WIDTH,
        height=HEIGHT,
        looks=LOOKS,
        rewrite=rewrite,
        groups=_groups(rewrite),
        tables=tables,
        percent=percent,
        layer_place=layer_place,
        units=units,
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _groups(rewrite: tables.Rewrite | None) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What a plan warns of, leaves open and does: each a text, its reason and its rule."""
    if rewrite is None:
        return []
    open_ = [item for item in rewrite.plan.decisions if item.alternatives]
    return [
        (WARNINGS, [(item.text, "", item.rule) for item in rewrite.plan.warnings]),
        (CHOICES, [(item.summary, item.reason, item.rule) for item in open_]),
        (CHANGES, [(item.summary, item.reason, item.rule) for item in grouped(rewrite.plan).changes]),
    ]


def _policy(style: str, script: str) -> str:
    """What a browser may do with the page: run this script, use this style, and nothing else."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    from importlib.resources import files

    return files("uvdive.output.html").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    """The templates' engine: everything is escaped, and made harmless before."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def harmless(value: object) -> object:
        # Autoescape keeps markup out; controls and turned directions it would let through.
        return visible(value) if isinstance(value, str | bytes) and not isinstance(value, Markup) else value

    templates = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["trusted"] = Markup
    return templates
