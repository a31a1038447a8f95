"""Where an interpreter's packages lie: Debian's and the official images' share /usr/local (R10)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.environment.which import sites
from uvdive.rewrite.evidence.files.image_files import Files

FILES = (
    *("/usr/lib/python3.13/dist-packages/a.py", "/usr/lib/python3.13/site-packages/b.py"),
    *("/usr/local/lib/python3.12/dist-packages/c.py", "/usr/local/lib/python3.12/site-packages/d.py"),
    *("/app/.venv/lib/python3.13/site-packages/e.py", "/app/.venv/lib/python3/site-packages/f.py"),
    *("/app/.venv/lib/python3.13/lib-dynload/g.py", "/app/.venv/share/python3.13/site-packages/h.py"),
    "/opt/x/lib/python3.13/site-packages",
)


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("/usr", ["/usr/lib/python3.13/dist-packages", "/usr/lib/python3.13/site-packages",
                  "/usr/local/lib/python3.12/dist-packages"]),
        ("/usr/", ["/usr/lib/python3.13/dist-packages", "/usr/lib/python3.13/site-packages",
                   "/usr/local/lib/python3.12/dist-packages"]),
        ("/usr/local", ["/usr/local/lib/python3.12/site-packages"]),
        ("/app/.venv/", ["/app/.venv/lib/python3.13/site-packages"]),
        ("/opt/x", []),
        ("/gone", []),
    ],
)  # fmt: skip
def test_the_folders_of_packages_below_a_prefix(project, node, prefix: str, found: list[str]) -> None:
    files = Files(project("FROM x\n", base_paths={path: node(1) for path in FILES}).report, 1)
    assert [files.path(site) for site in sites(prefix, files)] == found
