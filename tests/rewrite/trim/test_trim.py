"""The choice ``trim`` (R62): what goes, what keeps it, and what the plan says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from uvdive.base.errors import UsageError
from uvdive.rewrite.evidence.system.uses import Asked, Uses
from uvdive.rewrite.plan import RewritePlan

Planned = Callable[..., RewritePlan]

TEXT = """FROM debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:0.13 /uv /bin/
RUN uv python install 3.13
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["python", "main.py"]
"""
PYTHON = "/root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu"
LIB = f"{PYTHON}/lib/python3.13"
SITE = "/app/.venv/lib/python3.13/site-packages"
PARTS: Mapping[str, tuple[str, int]] = {
    "python-tests": (f"{LIB}/test/support/__init__.py", 100),
    "idle": (f"{LIB}/idlelib/run.py", 200),
    "tkinter": (f"{LIB}/tkinter/__init__.py", 300),
    "ensurepip": (f"{LIB}/ensurepip/_bundled/pip.whl", 400),
    "pip": (f"{LIB}/site-packages/pip/__init__.py", 500),
    "headers": (f"{PYTHON}/include/python3.13/Python.h", 600),
    "bytecode": (f"{SITE}/tool/__pycache__/a.cpython-313.opt-1.pyc", 700),
    "stubs": (f"{SITE}/tool/a.pyi", 800),
    "tests": (f"{SITE}/tool/core/tests/test_a.py", 900),
    "catalogs": (f"{SITE}/tool/locale/de/LC_MESSAGES/django.po", 1000),
}
PYTHONS = ("python-tests", "idle", "tkinter", "ensurepip", "pip", "headers")


@pytest.fixture
def planned(project, node, env, tmp_path: Path) -> Planned:
    """Plans an image that has every part, once uses are known."""

    def plan(
        choice: str = "", uses: Uses | None = None, *, without: str = "", text: str = TEXT, **image: Any
    ) -> RewritePlan:
        paths = {path: node(size) for part, (path, size) in PARTS.items() if part != without}
        kept = {
            f"{SITE}/tool/locale/{'fr' if without == 'compiled' else 'de'}/LC_MESSAGES/django.mo": node(11),
            f"{SITE}/tool/__init__.py": node(12),
            f"{SITE}/tool/testing.py": node(13),
            f"{SITE}/tool-1.dist-info/RECORD": node(14),
            f"{LIB}/os.py": node(15),
            f"{LIB}/lib-dynload/math.cpython-313-x86_64-linux-gnu.so": node(16),
        }
        wrote = {
            "COPY --from=ghcr": {"/bin/uv": node(4000)},
            "RUN uv python": {f"{PYTHON}/bin/python3.13": node(900)},
            "RUN uv sync": {"/app/.venv/bin/python": node(link=f"{PYTHON}/bin/python3.13"), **paths, **kept},
        }
        made = project(
            text, wrote, base_uv=False, environments=[env(interpreter=f"{PYTHON}/bin/python3.13")], **image
        )
        asked = Asked(lambda: uses or Uses())
        asked.ask()
        choices = {"python": "managed", **({"trim": choice} if choice else {})}
        result: RewritePlan = made.plan(choices=choices, context=tmp_path, asked=asked)
        return result

    return plan


def size(plan: RewritePlan) -> int:
    assert plan.predicted is not None
    return plan.predicted.after_bytes


def reason(plan: RewritePlan) -> str:
    return next(decision.reason for decision in plan.decisions if decision.id == "trim")


def test_nothing_goes_unless_somebody_says_so(planned: Planned) -> None:
    plan = planned()
    decision = next(each for each in plan.decisions if each.id == "trim")
    assert decision.chosen == "none"
    assert [each.value for each in decision.alternatives] == ["none", "python", "all"]
    sizes = [size(plan) - (each.predicted_bytes or 0) for each in decision.alternatives]
    assert sizes == [0, sum(PARTS[each][1] for each in PYTHONS), sum(count for _, count in PARTS.values())]
    assert all(f"{part} ({count} B)" in decision.reason for part, (_, count) in PARTS.items() if count < 1000)
    assert plan.allowed is not None
    assert not plan.allowed.trimmed
    assert "rm -rf" not in plan.text


@pytest.mark.parametrize("part", PARTS)
def test_each_part_goes_by_itself_before_anything_is_copied(planned: Planned, part: str) -> None:
    plan = planned(part)
    assert size(planned()) - size(plan) == PARTS[part][1]
    assert plan.allowed is not None
    assert {each.partition(":")[0] for each in plan.allowed.trimmed} == {part}
    removal = plan.text.index("# Nothing was found to use these")
    assert plan.text.index("uv sync") < removal < plan.text.index("FROM debian:trixie-slim AS runner")


def test_the_step_names_what_it_removes_for_any_patch_release(planned: Planned) -> None:
    text = planned("all").text
    run = re.search(r"^RUN rm -rf.*?\n\n", text, re.MULTILINE | re.DOTALL)
    assert run is not None
    site = "/app/.venv/lib/python3.13/site-packages"
    tests = r"'/^tool\/\(.*\/\)\{0,1\}tests\//d'"
    names = r"\( -name '*.opt-[12].pyc' -o -name '*.pyi' -o -name '*.po' \)"
    assert run[0].replace(site, "SITE").replace(names, "NAMES").replace(tests, "TESTS").rstrip() == (
        r"""RUN rm -rf \
    /opt/uv-python/*/lib/python3.*/test \
    /opt/uv-python/*/lib/python3.*/idlelib \
    /opt/uv-python/*/lib/python3.*/tkinter \
    /opt/uv-python/*/lib/python3.*/ensurepip \
    /opt/uv-python/*/lib/python3.*/site-packages/pip \
    /opt/uv-python/*/include && \
    find SITE -type f NAMES -delete && \
    find SITE/tool -type d -name tests -prune -exec rm -rf {} + && \
    sed -i -e '/\.opt-[12]\.pyc,/d' -e '/\.pyi,/d' -e TESTS -e '/\.po,/d' SITE/*.dist-info/RECORD"""
    )


@pytest.mark.parametrize(
    ("part", "uses"),
    [
        ("python-tests", Uses(modules={"test": "/app/a.py"})),
        ("idle", Uses(modules={"idlelib": "/app/a.py"})),
        ("tkinter", Uses(modules={"turtle": "/app/a.py"})),
        ("ensurepip", Uses(modules={"venv": "/app/a.py"})),
        ("pip", Uses(modules={"pip": "/app/a.py"})),
        ("stubs", Uses(stubs="/app/a.py")),
        ("tests", Uses(tests={"tool": "/app/a.py"})),
        ("catalogs", Uses(catalogs="/app/a.py")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_part_that_something_names_stays_with_the_reason(planned: Planned, part: str, uses: Uses) -> None:
    plan, whole = planned("all", uses), planned("all")
    more = PARTS["tkinter"][1] if part == "idle" else 0  # IDLE is a window by Tk
    assert size(plan) - size(whole) == PARTS[part][1] + more
    assert f"{part} stays: /app/a.py names" in reason(plan)
    named = planned(f"{part},headers", uses)
    assert any(w.rule == "R62" and f"`{part}` stays: /app/a.py" in w.text for w in named.warnings)


@pytest.mark.parametrize(
    ("part", "start"),
    [
        ("pip", '["pip", "list"]'),
        ("pip", '["python", "-m", "pip", "list"]'),
        ("python-tests", '["python", "-m", "test"]'),
        ("idle", "python -m idlelib"),
        ("bytecode", '["python", "-O", "main.py"]'),
    ],
)
def test_the_start_command_keeps_what_it_names(planned: Planned, part: str, start: str) -> None:
    plan = planned("all", text=TEXT.replace('["python", "main.py"]', start))
    assert f"{part} stays: a command " in reason(plan)


@pytest.mark.parametrize(
    "start", ['["python", "test"]', '["sh", "-c", "test -f a && python pipeline.py -Ox"]']
)
def test_words_of_the_start_that_only_look_like_it_keep_nothing(planned: Planned, start: str) -> None:
    assert "stays" not in reason(planned("all", text=TEXT.replace('["python", "main.py"]', start)))


def test_optimized_bytecode_stays_where_python_is_told_to_optimize(planned: Planned) -> None:
    text = TEXT.replace("WORKDIR /app\n", "WORKDIR /app\nENV PYTHONOPTIMIZE=1\n")
    plan = planned("all", text=text, config={"env": ("PATH=/usr/bin", "PYTHONOPTIMIZE=1")})
    assert "bytecode stays: PYTHONOPTIMIZE is 1" in reason(plan)


def test_headers_stay_for_who_compiles_when_the_app_runs(planned: Planned, project, node, env) -> None:
    from uvdive.distro.needs import compiles_at_run_time
    from uvdive.ledger.report import Distribution

    assert compiles_at_run_time("numba")
    made = env(
        interpreter=f"{PYTHON}/bin/python3.13", distributions=(Distribution("numba", "1", 1, 0, 0, 1),)
    )
    wrote = {
        "COPY --from=ghcr": {"/bin/uv": node(4000)},
        "RUN uv python": {f"{PYTHON}/bin/python3.13": node(900), f"{LIB}/idlelib/run.py": node(1)},
        "RUN uv sync": {
            "/app/.venv/bin/python": node(link=f"{PYTHON}/bin/python3.13"),
            PARTS["headers"][0]: node(600),
        },
    }
    asked = Asked(Uses)
    asked.ask()
    plan = project(TEXT, wrote, base_uv=False, environments=[made]).plan(
        choices={"python": "managed", "trim": "all"}, asked=asked
    )
    assert "headers stays: numba may compile when the app runs" in reason(plan)


def test_a_source_that_nobody_compiled_stays(planned: Planned) -> None:
    assert "catalogs stays" not in reason(planned("all"))
    assert "catalogs stays: " in reason(planned("all", without="compiled"))


def test_pythons_of_a_base_are_not_touched_and_it_is_said(project, node, tmp_path: Path) -> None:
    wrote = {
        "RUN uv sync": {
            "/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"),
            f"{SITE}/tool/a.pyi": node(800),
        }
    }
    base = {"/usr/local/lib/python3.13/idlelib/run.py": node(100)}
    text = (
        'FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\nWORKDIR /app\nCOPY . .\nRUN uv sync\nCMD ["x"]\n'
    )
    asked = Asked(Uses)
    asked.ask()
    made = project(text, wrote, base_paths=base)
    plan = made.plan(choices={"trim": "all"}, context=tmp_path, asked=asked)
    decision = next(each for each in plan.decisions if each.id == "trim")
    assert [each.value for each in decision.alternatives] == ["none", "all"]
    assert "comes with the final image's base" in decision.reason
    assert plan.allowed is not None
    assert plan.allowed.trimmed == (f"stubs:{SITE}/**/*.pyi",)
    assert "idlelib" not in plan.text


def test_the_step_runs_as_root_where_the_build_ends_as_somebody_else(planned: Planned) -> None:
    text = TEXT.replace("CMD", "USER 1000\nCMD")
    plan = planned("idle", text=text, config={"user": "1000"})
    assert "USER root\nRUN rm -rf" in plan.text
    assert plan.text.rstrip().splitlines()[-2] == "USER 1000"


def test_a_part_that_is_not_there_is_told(planned: Planned) -> None:
    plan = planned("idle,stubs", without="stubs")
    assert any("nothing of `stubs`" in warning.text for warning in plan.warnings)


def test_a_part_that_nobody_knows_is_an_error(planned: Planned) -> None:
    with pytest.raises(UsageError, match="is no value"):
        planned("idle,nonsense")


LIBRARY = f"{SITE}/tool/_fast.so"


def with_debug(project, node, env, *, strip: bool) -> Callable[[str], RewritePlan]:
    """Plans an image whose only part is a library of 3000 bytes with 1100 for debuggers."""
    wrote = {
        "RUN uv sync": {
            "/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"),
            LIBRARY: node(3000),
            f"{SITE}/tool/__init__.py": node(5),
        }
    }
    text = (
        'FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\nWORKDIR /app\nCOPY . .\nRUN uv sync\nCMD ["x"]\n'
    )
    made = project(text, wrote, base_paths={"/usr/bin/strip": node(9)} if strip else {})
    asked = Asked(lambda: Uses(debug={LIBRARY: 1100}))
    asked.ask()
    return lambda value: made.plan(choices={"trim": value}, asked=asked)


def test_libraries_lose_what_only_debuggers_read_where_the_build_has_strip(project, node, env) -> None:
    planned = with_debug(project, node, env, strip=True)
    plan = planned("all")
    assert size(planned("none")) - size(plan) == 1100
    names = r"\( -name '*.so' -o -name '*.so.*' \)"
    assert f"RUN find {SITE} -type f {names} -exec strip --strip-debug {{}} +\n" in plan.text
    assert "binutils" not in plan.text


def test_without_strip_it_goes_by_name_alone_and_the_build_installs_it(project, node, env) -> None:
    planned = with_debug(project, node, env, strip=False)
    assert "strip" not in planned("all").text
    plan = planned("debug")
    assert size(planned("none")) - size(plan) == 1100
    assert "install binutils for it" in reason(plan).replace("installs", "install")
    build, _, last = plan.text.partition("# The final image")
    assert re.search(r"apt-get install .*binutils", build)
    assert build.index("binutils") < build.index("strip --strip-debug")
    assert "binutils" not in last


def test_nobody_looks_into_the_code_before_somebody_asks(project, tmp_path: Path) -> None:
    asked = Asked(lambda: pytest.fail("nobody asked"))
    text = (
        'FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\nWORKDIR /app\nCOPY . .\nRUN uv sync\nCMD ["x"]\n'
    )
    plan = project(text).plan(choices={}, context=tmp_path, asked=asked)
    assert all(decision.id != "trim" for decision in plan.decisions)
