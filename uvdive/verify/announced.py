"""The original without what the plan announced to leave out: nobody looks for that in the new image."""

from __future__ import annotations

from dataclasses import replace

from uvdive.base.paths import is_below, raw
from uvdive.ledger.report import Distribution, Environment, ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.files.trimmed import Trimmed


def without_announced(before: ImageReport, allowed: Allowances) -> ImageReport:
    """The report of the original whose environments hold only what the new image must have.

    Distributions, console scripts, source folders and whole environments go that the
    plan said would be missing, those of a Python that is trimmed too. Sizes and files stay as they are.
    """
    trimmed = Trimmed(allowed.trimmed)

    def gone(path: str) -> bool:
        return any(is_below(path, top) for top in allowed.paths) or trimmed.part(raw(path)) is not None

    def is_kept(item: Distribution, environment: Environment) -> bool:
        minor = ".".join((environment.python or "").split(".")[:2])
        site = f"{environment.path}/lib/python{minor}/site-packages"
        lost = [trimmed.part(raw(f"{site}/{name}")) for name in item.modules or (item.name,)]
        return item.name not in allowed.distributions and None in lost

    def rest(environment: Environment) -> Environment:
        kept = [item for item in environment.distributions if is_kept(item, environment)]
        scripts = [item for item in environment.scripts if not gone(f"{environment.path}/bin/{item.name}")]
        roots = [root for root in environment.roots if not gone(root)]
        return replace(environment, distributions=tuple(kept), scripts=tuple(scripts), roots=tuple(roots))

    environments = [rest(each) for each in before.environments if not gone(each.path)]
    return replace(before, environments=tuple(environments))
