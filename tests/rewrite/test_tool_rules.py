"""R41: what ``uv tool install`` put into the image."""

from __future__ import annotations

from dataclasses import replace

from uvdive.ledger.report import Component

BASE = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim{name}\n"
SYNC = "WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\n"
START = 'CMD ["uv", "run", "flask", "run"]\n'


TOOL = "/root/.local/share/uv/tools/ruff"


def tooled(project, node, text, **image):
    wrote = {
        f"{TOOL}/pyvenv.cfg": node(5, owner="uv"),
        f"{TOOL}/bin/python": node(link="/usr/local/bin/python3.13"),
        f"{TOOL}/bin/ruff": node(50, owner="uv"),
        f"{TOOL}/lib/python3.13/site-packages/ruff/x.py": node(900, owner="uv"),
        "/usr/local/bin/ruff": node(link=f"{TOOL}/bin/ruff"),
        "/root/.local/share/uv/tools/.lock": node(0, owner="uv"),
    }
    made = project(text, {"RUN uv tool": wrote}, **image)
    part = Component("uv", "ruff", None, "tool", TOOL, 955, 955, 0)
    made.report = replace(made.report, components=(part,))
    return made


def test_r41_a_tool_comes_along_with_its_link(project, node) -> None:
    made = tooled(project, node, BASE.format(name="") + SYNC + "RUN uv tool install ruff\n" + START)
    result = made.plan()
    assert result.outcome == "rewritten", result.refusal
    run = result.text.partition(" AS runner\n")[2]
    assert f"COPY --from=builder {TOOL} {TOOL}\n" in run
    assert f"RUN ln -sfn {TOOL}/bin/ruff /usr/local/bin/ruff\n" in run
    assert "/.lock" not in run


def test_r41_a_tool_alone_is_the_environment(project, node) -> None:
    text = BASE.format(name="") + "WORKDIR /app\nRUN uv tool install ruff\n" + 'CMD ["ruff"]\n'
    result = tooled(project, node, text, environments=[]).plan()
    assert result.outcome == "rewritten", result.refusal
    assert "VIRTUAL_ENV" not in result.text


def test_r41_without_an_image_nobody_knows_where_a_tool_is(project) -> None:
    from uvdive.rewrite.planner import plan

    text = BASE.format(name="") + SYNC + "RUN set -e; uv tool install ruff\n" + START
    assert plan(text, None, lambda _: None).refusal.rule == "R41"
