"""Programs of builds that files around the Dockerfile name: code, scripts, services (R33)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.elsewhere.context_texts import Text
from uvdive.rewrite.elsewhere.named_programs import named_programs


@pytest.mark.parametrize(
    "code",
    [
        'run(["node", "x.js"])',
        'run(["node"])',
        'shutil.which("node")',
        "os.system('node x.js')",
        'run("/usr/bin/node")',
        'run(\n    [\n        "node",\n        path])',
    ],
)
def test_code_that_calls_node(code: str) -> None:
    assert named_programs([Text("main.py", "python", code)]) == {"node"}


@pytest.mark.parametrize(
    "code", ['{"node": 1}', 'x["node"]', "node = tree.node", '"the node is red"', "for node in nodes: pass"]
)
def test_code_in_which_node_is_another_thing(code: str) -> None:
    assert named_programs([Text("main.py", "python", code)]) == frozenset()


def test_npm_and_what_fetches_are_programs_wherever_they_stand() -> None:
    found = named_programs([Text("main.py", "python", 'run("cd x && npm run y || curl z", shell=True)')])
    assert found == {"npm", "curl"}
    assert named_programs([Text("run.sh", "lines", "exec node x.js\n")]) == {"node"}
    assert named_programs([Text("bin/x", "script", "yarn start\n")]) == {"yarn"}
    assert named_programs([Text("Makefile", "lines", "npm run build\n")]) == frozenset()
