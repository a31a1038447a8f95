"""R41: what ``uv tool install`` put into the image."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rewrites.dockerfiles import BASE, SYNC_ALONE, refused

from uvdive.ledger.report import Component

START = 'CMD ["uv", "run", "flask", "run"]\n'
INSTALL = "RUN uv tool install ruff\n"

TOOL = "/root/.local/share/uv/tools/ruff"
IMAGES = "/usr/local/bin/python3.13"
MANAGED = "/root/.local/share/uv/python/cpython-{version}-linux-x86_64-gnu/bin/python3"


@pytest.fixture
def tooled(project, node, env):
    """A project whose ``RUN uv tool`` wrote ruff's environment to ``TOOL``."""

    def make(text, *, mine=None, python=IMAGES, minor="3.13", home=TOOL, wrote=(), **image):
        files = {
            f"{home}/pyvenv.cfg": node(5, owner="uv"),
            f"{home}/bin/python": node(link=python),
            f"{home}/bin/ruff": node(50, owner="uv"),
            f"{home}/lib/python{minor}/site-packages/ruff/x.py": node(900, owner="uv"),
            "/usr/local/bin/ruff": node(link=f"{home}/bin/ruff"),
            "/root/.local/share/uv/tools/.lock": node(0, owner="uv"),
            **dict(wrote),
        }
        environments = [env()] if mine is None else mine
        environments = [*environments, env(home, python, kind="tool")]
        made = project(text, {"RUN uv tool": files}, environments=environments, **image)
        part = Component("uv", "ruff", None, "tool", home, 955, 955, 0)
        made.report = replace(made.report, components=(part,))
        return made

    return make


def test_r41_a_tool_comes_along_with_its_link(tooled) -> None:
    result = tooled(BASE + SYNC_ALONE + INSTALL + START).plan()
    assert result.outcome == "rewritten", result.refusal
    run = result.text.partition(" AS runner\n")[2]
    assert f"COPY --from=builder {TOOL} {TOOL}\n" in run
    assert f"RUN ln -sfn {TOOL}/bin/ruff /usr/local/bin/ruff\n" in run
    assert "/.lock" not in run


def test_r41_a_tool_alone_is_the_environment(tooled) -> None:
    text = BASE + "WORKDIR /app\n" + INSTALL + 'CMD ["ruff"]\n'
    result = tooled(text, mine=[]).plan()
    assert result.outcome == "rewritten", result.refusal
    assert "VIRTUAL_ENV" not in result.text


def test_r41_a_folder_of_tools_of_the_author_s_is_kept_without_a_question(tooled) -> None:
    home = "/opt/tools/ruff"
    text = BASE + "ENV UV_TOOL_DIR=/opt/tools\n" + SYNC_ALONE + INSTALL + START
    result = tooled(text, home=home).plan()
    assert "COPY --from=builder /opt /opt\n" in result.text
    assert "other-environments" not in {decision.id for decision in result.decisions}


def test_r48_compiling_takes_uv_s_tools_too_and_their_receipts_say_so(tooled, node) -> None:
    receipt = f"{TOOL}/uv-receipt.toml"
    wrote = {receipt: node(20, owner="uv")}
    made = tooled(BASE + SYNC_ALONE + INSTALL + START, wrote=wrote)
    kept, compiled = made.plan(), made.plan(choices={"bytecode": "compile"})
    assert receipt in compiled.allowed.paths
    assert receipt not in kept.allowed.paths
    more = {
        owner: after - kept.predicted.owners[owner][1]
        for owner, (_, after) in compiled.predicted.owners.items()
        if after != kept.predicted.owners[owner][1]
    }
    assert more == {"uv": int(900 * 1.2), "venv": int(2000 * 1.2)}


def test_r9_environments_on_different_pythons_of_uv_keep_these(tooled, node, env) -> None:
    mine, its = MANAGED.format(version="3.13.5"), MANAGED.format(version="3.12.11")
    text = "FROM ghcr.io/astral-sh/uv:trixie-slim\n" + SYNC_ALONE + INSTALL + START
    wrote = {its: node(70, owner="python"), mine: node(90, owner="python")}
    result = tooled(text, mine=[env(interpreter=mine)], python=its, wrote=wrote).plan()
    assert result.outcome == "rewritten", result.refusal
    (python,) = (decision for decision in result.decisions if decision.id == "python")
    assert [option.value for option in python.alternatives] == ["managed"]
    assert "ENV UV_PYTHON_INSTALL_DIR=/opt/uv-python" in result.text
    assert "COPY --from=builder /opt/uv-python /opt/uv-python\n" in result.text


def test_r1_the_other_environments_need_their_python_too(tooled, node) -> None:
    other = "/usr/bin/python3.11"
    text = BASE + SYNC_ALONE + INSTALL + START
    result = tooled(text, python=other, minor="3.11", base_paths={other: node(7)}).plan()
    assert result.refusal is not None
    assert (result.refusal.rule, other in result.refusal.reason) == ("R1", True)


def test_r41_without_an_image_nobody_knows_where_a_tool_is_that_only_the_shell_places(project) -> None:
    from uvdive.rewrite.planner import plan

    text = BASE + SYNC_ALONE + "RUN set -e; UV_TOOL_DIR=$(pwd)/tools uv tool install ruff\n" + START
    assert refused(plan(text, None, lambda _: None))[0] == "R41"
