"""R10: an upgraded pip is the base's business."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from rewrites.dockerfiles import FLASK, IN_APP, decision, last_stage

from uvdive.ledger.report import Component, Distribution

SITE = "/usr/local/lib/python3.13/site-packages"
TEXT = f"{IN_APP}RUN pip install --upgrade pip setuptools\nRUN uv sync\nCOPY src /app/src\n{FLASK}"


@pytest.fixture
def upgraded(project, node, env):
    """An image whose build upgraded the base's pip, and installed setuptools where the base has none."""
    had = {
        f"{SITE}/pip/__init__.py": node(10),
        f"{SITE}/pip-25.0.dist-info/RECORD": node(9),
        "/usr/local/bin/pip": node(3),
    }
    new = {
        name: node(20, owner="venv")
        for name in (f"{SITE}/pip/__init__.py", f"{SITE}/pip/new.py", f"{SITE}/pip-26.0.dist-info/RECORD",
                     "/usr/local/bin/pip", "/usr/local/bin/pip3.14", f"{SITE}/setuptools/x.py",
                     f"{SITE}/setuptools-80.dist-info/RECORD")
    }  # fmt: skip
    dists = (Distribution("pip", "26.0", 9, 0, 0, 1), Distribution("setuptools", "80", 9, 0, 0, 1))
    system = env("/usr/local", kind="system", distributions=dists, scripts=())
    main = env(distributions=(Distribution("flask", "3", 9, 0, 0, 1),))
    made = project(TEXT, {"RUN pip": new}, environments=[main, system], base_paths=had)
    report = made.report
    parts = tuple(
        Component("venv", name, None, "distribution", "/usr/local", 9, 9, 0) for name in ("pip", "setuptools")
    )
    numbers = array("i", report.inode_component)
    table = report.files
    for inode in range(table.inodes):
        path = table.path(table.entry_node[table.inode_entry[inode]]).decode()
        for number, part in enumerate(parts):
            if f"/{part.name}" in path and path.startswith("/usr/local"):
                numbers[inode] = number
    made.report = replace(report, components=parts, inode_component=numbers)
    return made


def test_r10_an_upgraded_pip_is_left_as_the_base_has_it(upgraded) -> None:
    result = upgraded.plan()
    assert "/pip" not in last_stage(result)
    assert decision(result, "base-tools").summary == "Keep the base's own pip"
    paths = {f"{SITE}/pip", f"{SITE}/pip-25.0.dist-info", f"{SITE}/pip-26.0.dist-info", "/usr/local/bin/pip"}
    assert paths <= set(result.allowed.paths)
    assert result.allowed.distributions == ("pip",)
    assert not any(w.rule == "R34" for w in result.warnings)


def test_r10_what_the_base_never_had_goes_over(upgraded) -> None:
    assert f"{SITE}/setuptools" in last_stage(upgraded.plan())
