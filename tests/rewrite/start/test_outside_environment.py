"""A start that does not use the environment is told, where it is sure (R9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.whole_plans import laid_out

from uvdive.rewrite.planner import plan

LOCK = (
    'version = 1\n\n[[package]]\nname = "demo"\nversion = "0.1.0"\nsource = { virtual = "." }\n\n'
    '[[package]]\nname = "flask"\nversion = "3.0.0"\nsource = { registry = "https://pypi.org/simple" }\n'
)
ALONE = LOCK.partition('[[package]]\nname = "flask"')[0]


def told(start: str, folder: Path, *, lock: str = LOCK, sync: str = "RUN uv sync --frozen\n") -> list[str]:
    head = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n"
    text = f"{head}WORKDIR /app\nCOPY . .\n{sync}{start}\n"
    laid_out({"Dockerfile": text, "uv.lock": lock}, folder)
    found = plan(text, None, lambda _: None, context=folder)
    return [each.text for each in found.warnings if each.rule == "R9"]


@pytest.mark.parametrize(
    ("start", "named"),
    [
        ('CMD ["python", "main.py"]', "`python` is the system's Python"),
        ('CMD ["/usr/local/bin/python3.13", "main.py"]', "is the system's Python"),
        ("CMD exec python main.py", "`python` is the system's Python"),
        ('ENTRYPOINT ["sh", "-c", "python main.py"]', "`python` is the system's Python"),
        ('CMD ["flask", "run"]', "`flask` is a program of that environment"),
    ],
)
def test_it_names_the_environment_and_what_to_do(start: str, named: str, tmp_path: Path) -> None:
    (text,) = told(start, tmp_path)
    assert named in text
    assert "`ENV PATH=/app/.venv/bin:$PATH`" in text


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["uv", "run", "python", "main.py"]',
        'CMD ["/app/.venv/bin/python", "main.py"]',
        'CMD [".venv/bin/python", "main.py"]',
        "CMD . .venv/bin/activate && python main.py",
        'ENV PATH=/app/.venv/bin:$PATH\nCMD ["python", "main.py"]',
        'ENV PYTHONPATH=/app/.venv/lib/python3.13/site-packages\nCMD ["python", "main.py"]',
        'CMD ["sleep", "1"]',
        "CMD cd /app && python main.py",
    ],
)
def test_nothing_is_said_where_it_may_be_used(start: str, tmp_path: Path) -> None:
    assert told(start, tmp_path) == []


def test_nothing_is_said_where_the_system_has_packages_or_the_environment_has_none(tmp_path: Path) -> None:
    start = 'CMD ["python", "main.py"]'
    assert told(start, tmp_path, lock=ALONE) == []
    assert told(start, tmp_path, sync="RUN pip install flask && uv sync --frozen\n") == []
