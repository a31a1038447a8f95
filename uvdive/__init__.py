"""uvdive: where a container image's bytes come from, and how to need fewer of them.

>>> import uvdive
>>> report = uvdive.read("myimage:latest")
>>> report.size, report.owners["uv"].bytes

What ``__all__`` names is the Python API (docs/api.md); everything below is not. It is loaded when it is
first asked for: importing uvdive loads nothing.
"""

TYPE_CHECKING = False  # as type checkers know it; importing typing would be the only import

if TYPE_CHECKING:
    from uvdive.api.checking import check
    from uvdive.api.checks import Check, RuleResult
    from uvdive.api.comparing import compare
    from uvdive.api.comparisons import (
        Comparison,
        ConfigChange,
        OwnerChange,
        PackageChange,
        PathChange,
    )
    from uvdive.api.events import Event
    from uvdive.api.plans import (
        Alternative,
        Decision,
        FileChange,
        Plan,
        PlanWarning,
        Prediction,
        Refusal,
        Rung,
        Written,
    )
    from uvdive.api.proofs import Proof, ProofCheck
    from uvdive.api.reading import read
    from uvdive.api.reports import (
        Environment,
        Finding,
        Layer,
        Owner,
        Package,
        Part,
        Report,
        Waste,
    )
    from uvdive.api.rewriting import plan, prove
    from uvdive.base.errors import (
        BuildError,
        CancelledError,
        EngineError,
        ImageError,
        OutputError,
        RefusedError,
        UsageError,
        UvdiveError,
        VerificationError,
    )
    from uvdive.base.progress import CancelToken
    from uvdive.base.version import __version__

_HOMES = {
    "api.reading": ("read",),
    "api.rewriting": ("plan", "prove"),
    "api.comparing": ("compare",),
    "api.checking": ("check",),
    "api.reports": ("Environment", "Finding", "Layer", "Owner", "Package", "Part", "Report", "Waste"),
    "api.plans": (
        "Alternative", "Decision", "FileChange", "Plan", "PlanWarning", "Prediction", "Refusal", "Rung",
        "Written",
    ),
    "api.proofs": ("Proof", "ProofCheck"),
    "api.comparisons": ("Comparison", "ConfigChange", "OwnerChange", "PackageChange", "PathChange"),
    "api.checks": ("Check", "RuleResult"),
    "api.events": ("Event",),
    "base.progress": ("CancelToken",),
    "base.version": ("__version__",),
    "base.errors": (
        "BuildError", "CancelledError", "EngineError", "ImageError", "OutputError", "RefusedError",
        "UsageError", "UvdiveError", "VerificationError",
    ),
}  # fmt: skip
"""Where each public name is, which is nobody's concern but this module's."""

__all__ = [
    "Alternative",
    "BuildError",
    "CancelToken",
    "CancelledError",
    "Check",
    "Comparison",
    "ConfigChange",
    "Decision",
    "EngineError",
    "Environment",
    "Event",
    "FileChange",
    "Finding",
    "ImageError",
    "Layer",
    "OutputError",
    "Owner",
    "OwnerChange",
    "Package",
    "PackageChange",
    "Part",
    "PathChange",
    "Plan",
    "PlanWarning",
    "Prediction",
    "Proof",
    "ProofCheck",
    "Refusal",
    "RefusedError",
    "Report",
    "RuleResult",
    "Rung",
    "UsageError",
    "UvdiveError",
    "VerificationError",
    "Waste",
    "Written",
    "__version__",
    "check",
    "compare",
    "plan",
    "prove",
    "read",
]


if not TYPE_CHECKING:  # else any name at all would be one

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                from importlib import import_module

                found = getattr(import_module(f"uvdive.{home}"), name)
                globals()[name] = found
                return found
        raise AttributeError(f"module 'uvdive' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
