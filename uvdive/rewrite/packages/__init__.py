"""Which OS packages the last stage installs.

In come the RUNs by what they do, what the app needs of the system and the new base's report; out
goes a ``PackagePlan``: edits of the author's commands, packages that are dropped, and those that
are installed by name. Read ``plan.plan_packages`` first, then ``keep_or_drop``, one decision each.
"""

from uvdive.rewrite.packages.by_other_programs import OtherMeans, check_sources
from uvdive.rewrite.packages.extra import extra_packages, install
from uvdive.rewrite.packages.plan import PackagePlan, plan_packages

__all__ = ["OtherMeans", "PackagePlan", "check_sources", "extra_packages", "install", "plan_packages"]
