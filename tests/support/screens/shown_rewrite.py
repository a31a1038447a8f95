"""A rewrite of the shown image: its build and its proof, as the session floor would tell them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from made_images.samples import sample_report

from screens import driving, shown
from uvdive.build.events import BuildBegan, BuildEnded, BuildLog, BuildResult, BuildStep
from uvdive.image.events import ImageFound, LayerOutline, LayerRead
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import (
    Alternative,
    Decision,
    FileChange,
    PlanWarning,
    Prediction,
    Refusal,
    RewritePlan,
    Rung,
)
from uvdive.verify.checks import (
    Check,
    CheckStarted,
    Comparison,
    ConfigDelta,
    OwnerDelta,
    PackageDelta,
    PathDelta,
    Verification,
)
from uvdive.verify.repairs import Repair

NEW = """\
FROM python:3.13-slim-trixie AS base
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /usr/local/bin/
# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY pyproject.toml uv.lock /app/
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq5 && pip install "psycopg[binary]==3.2"
RUN --mount=type=cache,target=/root/.cache/uv uv sync --no-dev --frozen
COPY . /app
RUN chown -R app:app /app \\
    && rm -rf /app/assets/video

FROM python:3.13-slim-trixie AS runner
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
ENV PATH=/app/.venv/bin:$PATH \\
    VIRTUAL_ENV=/app/.venv
COPY --from=base /app /app
WORKDIR /app
ENTRYPOINT ["shop"]
"""
OWNERS = {
    "uv": (44_618_929, 0),
    "venv": (22_355_090, 22_355_090),
    "uv-cache": (3_022_846, 0),
    "caches": (2_566_698, 2_004_795),
    "python": (42_936_496, 32_514_896),
    "base-os": (90_198_956, 82_536_213),
    "os-packages": (9_400_228, 400_228),
    "app": (2_707_378, 387_729),
}
BEFORE, AFTER = (sum(pair[side] for pair in OWNERS.values()) for side in (0, 1))
DECISIONS = (
    Decision(
        "python",
        "R4",
        1,
        "The interpreter: Python 3.13 of python:3.13-slim-trixie in both stages",
        "The environment runs on /root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu/bin/python3.13, "
        "which uv downloaded; the final image must have its interpreter at the same path.",
        "image",
        (
            Alternative("image", "Python 3.13 of python:3.13-slim-trixie in both stages", AFTER),
            Alternative("managed", "uv's Python 3.13.5 on debian:trixie-slim", AFTER + 4_382_844),
        ),
        (1, 2),
    ),
    Decision(
        "python-downloads",
        "R6",
        1,
        "The build stage never downloads a Python",
        "A downloaded Python would be missing in the final image, so this stops the build where the Python "
        "version doesn't match.",
        new_lines=(3, 4),
    ),
    Decision(
        "start-runner",
        "R58",
        9,
        "The start command goes through uv: start without uv",
        "The final image has no uv; `shop` is in the environment and needs none. [b]uv run[/b] would sync again.",
        "remove",
        (
            Alternative("remove", "start without uv", AFTER),
            Alternative("keep", "keep the command as it is", AFTER + 44_618_929),
        ),
        (20,),
    ),
    Decision(
        "package-gcc",
        "R33",
        4,
        "The OS package gcc: install it in the final image",
        "Nothing was found that needs it; a program may call it all the same.",
        "keep",
        (
            Alternative("keep", "install it in the final image", AFTER),
            Alternative("drop", "not in the final image", AFTER - 58_104_811),
        ),
    ),
    Decision(
        "dev-group",
        "R14",
        5,
        "The dev group: install it, as the original does",
        "psycopg-binary is in the lock for it.",
        "keep",
        (
            Alternative("keep", "install it, as the original does", AFTER),
            Alternative("remove", "leave it out (--no-dev)", AFTER - 7_712_000),
        ),
    ),
    Decision(
        "copies",
        "R12",
        None,
        "Copy /app from the build stage",
        "uv and its cache stay behind.",
        new_lines=(18,),
    ),
)
WARNINGS = (
    PlanWarning(
        "R44",
        1,
        "Don't build with `--target base` any more to get the final image: it is now the build stage.",
    ),
    PlanWarning(
        "R21",
        9,
        "`docker stop` takes 10.2 s, it took 0.3 s. \x1b[1mUse `--init` (compose: `init: true`), or choose "
        "stop-signal=sigint.",
    ),
)
SCRIPT = FileChange(
    "start[red].sh",
    "exec shop\n",
    "--- start[red].sh\n+++ start[red].sh\n@@ -1,2 +1,2 @@\n #!/bin/sh\n-exec uv run shop\n+exec shop\n",
)


def plan(path: Path, _report: ImageReport, **_more: object) -> RewritePlan:
    """The whole rewrite."""
    return RewritePlan(
        outcome="rewritten",
        evidence="image",
        dockerfile=str(path),
        original=shown.DOCKERFILE,
        text=NEW,
        diff="",
        decisions=DECISIONS,
        warnings=WARNINGS,
        files=(SCRIPT,),
        predicted=Prediction(BEFORE, AFTER, OWNERS),
    )


def with_ladder(path: Path, report: ImageReport, **more: object) -> RewritePlan:
    """The whole rewrite, with its ladder where that is asked for."""
    made = plan(path, report)
    rungs = (
        Rung("multi-stage", "multi-stage", (), AFTER, chosen=True),
        Rung("distroless", "distroless", (), None, "HEALTHCHECK is in the shell form, and needs a shell"),
        Rung("trimmed", "trimmed", (("python", "managed"), ("trim", "all")), AFTER - 9_400_000),
    )
    return made if more.get("ladder") is None else replace(made, ladder=rungs)


def refused(path: Path, _report: ImageReport, **_more: object) -> RewritePlan:
    """No rewrite, and why."""
    return RewritePlan(
        outcome="refused",
        evidence="image",
        dockerfile=str(path),
        original=shown.DOCKERFILE,
        text=shown.DOCKERFILE,
        diff="",
        refusal=Refusal(
            "R59",
            "Line 4 installs into the system's Python with pip, beside the environment of uv. uvdive cannot tell "
            "which of the two the program needs. Install psycopg with uv (uv add psycopg[binary]) and try again.",
            4,
        ),
    )


def unchanged(path: Path, report: ImageReport, **_more: object) -> RewritePlan:
    """Nothing to change, and something to know."""
    made = plan(path, report)
    return replace(
        made,
        outcome="unchanged",
        text=made.original,
        decisions=(),
        files=(),
        predicted=None,
        warnings=WARNINGS[1:],
    )


_STEPS = (
    BuildStep("1", "[internal] load metadata for docker.io/library/python:3.13-slim-trixie", "done", 0.8),
    BuildStep("2", "[base 1/7] FROM docker.io/library/python:3.13-slim-trixie", "cached"),
    BuildStep("3", "[base 2/7] COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /usr/local/bin/", "cached"),
    BuildStep("4", "[base 4/7] RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq5", "done", 12.4),
    BuildStep("5", "[base 5/7] RUN --mount=type=cache,target=/root/.cache/uv uv sync [bold]--no-dev[/] --frozen", "running", None, 18_000_000, 44_000_000),
)  # fmt: skip
_LOG = (
    "Resolved 3 packages in 12ms",
    "\x1b[2K\x1b[32mDownloading[0m numpy [red](16.0MiB)[/red]",
    "Prepared 3 packages in 1.20s",
)
_CHECKS = (
    Check("config", "passed", "11 settings"),
    Check(
        "files",
        "announced",
        "3 differences, all of them announced by a decision",
        (
            "- /usr/local/bin/uv (44.6 MB): uv stays in the build stage",
            "- /root/.cache/uv",
            "~ /app/x[/y].py\u202e mode 0644 → 0600",
        ),
    ),
    Check("interpreter", "passed", "3.13.5 at /usr/local/bin/python3.13"),
    Check("libraries", "passed", "41 ELF files find their libraries"),
    Check("imports", "passed", "flask, numpy, psycopg, shop"),
    Check("start", "repaired", "listens on 8000, answers on /"),
)
_FAILED = Check(
    "imports",
    "failed",
    "1 of 4 packages does not import",
    (
        "ImportError: libpq.so.5: cannot open shared object file: [Errno 2] No such file",
        "  in psycopg/pq/__init__.py, line 109",
    ),
    way_out="--choose extra-packages=libpq5 may fix it; --repair does so, builds and checks once more.",
)
_WANTS = Check(
    "start",
    "announced",
    "Both images fail alike: the new one ends with 1 (KeyError: 'SHOP_URL'). The start is not proven. "
    "The error names SHOP_URL: give it with --start-env SHOP_URL=….",
    unseen=(
        "the program fails in both images. The error names SHOP_URL: give it with --start-env SHOP_URL=….",
    ),
    needs=("SHOP_URL",),
)
_REPAIR = Repair(
    "extra-packages", "libpq5", ("imports",), "libpq.so.5 is missing, which libpq5 of the original brings."
)


def comparison() -> Comparison:
    """The old and the new image side by side."""
    return Comparison(
        before={},
        after={},
        before_bytes=BEFORE,
        after_bytes=AFTER,
        verdict="77.6 MB smaller (-35.6 %): uv went away",
        owners=tuple(OwnerDelta(name, *pair) for name, pair in OWNERS.items()),
        packages=(PackageDelta("app/.venv", "fla[sk]", "3.0", "3.1", 1_000_000, 2_000_000),),
        os_packages=(PackageDelta("", "gcc-14", "14.2.0-19", None, 9_000_000, None),),
        paths=(
            PathDelta(b"usr/local/bin/uv", "removed", 44_618_929, None),
            PathDelta(b"app/\x1b[2Jnew", "added", None, 7),
            PathDelta(
                b"usr/share/" + b"very-long-name/" * 12 + b"end.txt", "changed", 5_000, 5_000, ("content",)
            ),
            PathDelta(
                b"app/start.sh",
                "changed",
                120,
                120,
                ("mode 0755 -> 0644", "uid 0 -> 1000", "gid 0 -> 1000", "attributes none -> user.x\x1b=1"),
            ),
            PathDelta("app/\u202etxt.exe".encode(), "changed", 5, 6),
        ),
        config=(ConfigDelta("Entrypoint", ["uv", "run", "shop"], ["shop"]),),
    )


def first_build(error: Exception | None = None) -> Any:
    """A loader that builds the shown image: it waits to be stopped, or fails in its last step."""
    begun = (BuildBegan("before"), *_STEPS, *(BuildLog("5", line) for line in _LOG))
    if error is None:
        return driving.Waits(*begun)

    def load(on_event: Any, cancel: Any) -> Any:
        for event in (*begun, BuildStep("5", _STEPS[-1].name, "failed", 3.1)):
            on_event(event)
        raise error

    return load


@dataclass
class Shop(driving.Recorded):
    """Services that rewrite, build and prove the shown image."""

    plan: Any = plan
    passes: bool = True
    starts: bool = True

    def prove(self, _plan: RewritePlan, _before: ImageReport, **options: Any) -> Any:
        on_event, cancel = options["on_event"], options["cancel"]
        on_event(BuildBegan("after"))
        for step in _STEPS:
            on_event(step)
        for line in _LOG:
            on_event(BuildLog("5", line))
        if self.wait:
            layers = tuple(LayerOutline(f"sha256:{number}", "", None) for number in range(3))
            on_event(ImageFound("uvdive.local/shop", layers))
            on_event(LayerRead("sha256:0", 78_500_000, 2_680))
            on_event(CheckStarted("config"))
            on_event(_CHECKS[0])
            on_event(CheckStarted("files"))
            driving.Waits()(on_event, cancel)
        last = BuildStep("5", _STEPS[-1].name, "done", 9.7)
        on_event(last)
        on_event(BuildEnded("after", BuildResult("sha256:1", None, 24.6, (*_STEPS[:-1], last))))
        others = ({} if self.passes else {"imports": _FAILED}) | ({} if self.starts else {"start": _WANTS})
        checks = tuple(others.get(check.name, check) for check in _CHECKS)
        for check in checks:
            on_event(check)
        return SimpleNamespace(
            comparison=comparison(),
            verification=Verification(checks),
            after=sample_report(),
            repairs=() if self.passes else (_REPAIR,),
            held=None,
            looked=False,
            seconds=(),
            loaded=None,
        )
