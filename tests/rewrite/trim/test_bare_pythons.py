"""A Python that is copied to a base without one can be trimmed, as uv's own can (R62, R63)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from made_images.system_facts import facts, packages

from uvdive.ledger.report import ConsoleScript, Distribution
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase
from uvdive.rewrite.evidence.system.uses import Asked, Uses
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

SLIM = "python:3.13-slim-trixie"
LEAN = "gcr.io/distroless/cc-debian13"
TEXT = f"""\
FROM {SLIM}
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["/app/.venv/bin/flask", "run"]
"""
LOADER = "/lib64/ld-linux-x86-64.so.2"


SYSTEM = f"""\
FROM {SLIM}
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv pip install --system flask
CMD ["flask", "run"]
"""
SITE = "/usr/local/lib/python3.13/site-packages"
PACKAGES = {
    f"{SITE}/flask/app.py": 100,
    f"{SITE}/flask-3.0.dist-info/METADATA": 7,
    "/usr/local/bin/flask": 30,
}


@pytest.fixture
def planned(project, node, env, plain_image, tmp_path: Path):
    """Plans on distroless, with or without what nothing uses; ``system``: in the system's Python."""

    def make(trim: str, *, system: bool = False) -> RewritePlan:
        paths = {
            LOADER: node(100),
            "/usr/local/lib/python3.13/idlelib/run.py": node(700),
            "/usr/local/include/python3.13/Python.h": node(800),
        }
        made = project(TEXT, None, base_uv=False, base_paths=paths)
        if system:
            names = {"idle3.13": "/usr/local/bin/python3.13", "flask": "/usr/local/bin/python3.13"}
            installed = env(
                "/usr/local", kind="system", interpreter="/usr/local/bin/python3.13",
                distributions=(Distribution("flask", "3", 9, 0, 0, 1),),
                scripts=tuple(ConsoleScript(name, target) for name, target in names.items()),
            )  # fmt: skip
            paths |= {"/usr/local/bin/idle3.13": node(40), "/usr/local/bin/python3.13": node(50)}
            wrote = {path: node(count, owner="venv") for path, count in PACKAGES.items()}
            made = project(
                SYSTEM, {"RUN uv pip": wrote}, environments=[installed], base_uv=False, base_paths=paths
            )
        bases = {LEAN: plain_image({LOADER: node(100)}), SLIM: made.report}
        holds = packages("libc6")
        seen = facts((), holds, old=holds, programs=())
        reader = SimpleNamespace(
            system=lambda: seen, base=lambda *_: BeyondBase(libc="gnu"), at_hand=bases.get
        )
        asked = Asked(Uses)
        asked.ask()
        choices = {"final-base": "distroless", "trim": trim}
        text = SYSTEM if system else TEXT
        return plan(
            text, made.report, bases.get, choices=choices, context=tmp_path, reader=reader, asked=asked
        )

    return make


def test_only_what_goes_over_of_it_is_taken_away(planned) -> None:
    plain, trimmed = planned("none"), planned("all")
    assert plain.predicted.after_bytes - trimmed.predicted.after_bytes == 700
    assert trimmed.allowed.trimmed == ("idle:/usr/local/lib/python3.*/idlelib",)
    build, _, last = trimmed.text.partition("# The final image")
    assert "RUN rm -rf \\\n    /usr/local/lib/python3.*/idlelib\n" in build
    assert "COPY --from=builder /usr/local/lib/python3.13 /usr/local/lib/python3.13" in last


def test_no_copy_names_a_program_of_it_that_was_taken_away(planned) -> None:
    plain, trimmed = (planned(trim, system=True) for trim in ("none", "all"))
    assert "/usr/local/bin/idle3.13" in plain.text, plain.refusal
    build, _, last = trimmed.text.partition("# The final image")
    assert "/usr/local/bin/idle3*" in build
    assert "/usr/local/bin/python3.13" in last
    assert "idle3" not in last
    assert plain.predicted.after_bytes - trimmed.predicted.after_bytes == 740


def test_the_build_stage_keeps_it_where_the_base_has_its_own(project, node, tmp_path: Path) -> None:
    paths = {"/usr/local/lib/python3.13/idlelib/run.py": node(700)}
    made = project(TEXT, None, base_uv=False, base_paths=paths)
    asked = Asked(Uses)
    asked.ask()
    assert all(each.id != "trim" for each in made.plan(choices={}, context=tmp_path, asked=asked).decisions)
