"""Every rule that there is, with what it says: for SARIF's help and the documentation."""

from __future__ import annotations

from uvdive.output.check.issues import UNREADABLE

DOCS = "https://github.com/uvdive/uvdive/blob/main/docs"
"""Where the pages are read."""

RULES = {
    "fail-level": "The severity from which a finding fails the check: info, low, medium, high (the default) "
    "or never.",
    "ignore": "Ids of findings that are passed over.",
    "max-size": "The most bytes that the files of all layers may have.",
    "warn-size": "As max-size, but the check passes with a warning.",
    "max-pull-size": "The most compressed bytes, as a registry stores the layers.",
    "max-waste": "The most wasted bytes, as a size or as a share of all.",
    "min-efficiency": "The least share of live bytes among all.",
    "max-growth": "The most bytes more than the baseline has, as a size or as a share of it.",
    "rewrite": "What the rewrite of the Dockerfile may save at most; “none”: there must be no rewrite.",
    "owners": "The most bytes of each owner; “0 B” where it must not be there.",
    "packages": "The most live bytes of each Python or OS package; false where it must not be there.",
    "layers": "The most layers (count), those of the base among them.",
}
"""Each key of the rules with what it asks for."""

OTHERS = {
    "max-user-waste": "The most wasted bytes as a share of all that is not in the first layer: dive's "
    "highestUserWastedPercent.",
    UNREADABLE: "The file can be read, and is a Dockerfile.",
}
"""What else may be in a result."""


def help_of(rule: str) -> tuple[str, str, str]:
    """What a rule or finding says in a sentence, its page in Markdown, and the page's address."""
    if (told := {**RULES, **OTHERS}.get(rule)) is not None:
        anchor = f"#{rule}" if rule in RULES else ""
        return told, told, f"{DOCS}/check.md{anchor}"
    from uvdive.ledger.findings.explain import PAGES

    return f"{PAGES.title(rule)}".strip(), PAGES.read(rule), f"{DOCS}/findings.md#{rule}"
