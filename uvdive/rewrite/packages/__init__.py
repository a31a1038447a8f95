"""Which OS packages the last stage installs.

In come the RUNs, what the image shows of its packages (``SystemFacts``) and the runner's base; out
goes a ``PackagePlan``: edits of the commands that install, parts to leave out, and what the new
image gets or lacks. Read ``plan.plan_packages`` first, then ``keep_or_drop.decide``.
"""

from uvdive.rewrite.packages.asset_builders import NODE
from uvdive.rewrite.packages.by_other_programs import OtherMeans, check_sources, is_playwright
from uvdive.rewrite.packages.by_text import offer_package
from uvdive.rewrite.packages.extra import extra_packages, install
from uvdive.rewrite.packages.fetchers import FETCHERS, KEYS, fetching
from uvdive.rewrite.packages.from_base import FromBase, needed_of_base
from uvdive.rewrite.packages.install_commands import Install, installs, removals, without_words
from uvdive.rewrite.packages.on_bare import without_manager
from uvdive.rewrite.packages.plan import PackagePlan, plan_packages

__all__ = [
    "FETCHERS",
    "KEYS",
    "NODE",
    "FromBase",
    "Install",
    "OtherMeans",
    "PackagePlan",
    "check_sources",
    "extra_packages",
    "fetching",
    "install",
    "installs",
    "is_playwright",
    "needed_of_base",
    "offer_package",
    "plan_packages",
    "removals",
    "without_manager",
    "without_words",
]
