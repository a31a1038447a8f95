"""What is twice as long takes about twice as long: here quadratic time would end at the deadline."""

from __future__ import annotations

from pathlib import Path

import contents
import pytest
from made_images import layers as make

from uvdive.base.deadline import deadline
from uvdive.base.progress import ignore
from uvdive.compose.variables import Variables, read_env_file
from uvdive.image.reference import Target
from uvdive.session.opening.reading import read_image
from uvdive.uv.lock import Asked, read_lock, wanted

SECONDS = 60
"""Of the processor: each takes one or two; what is quadratic takes many minutes."""
SITE = "app/.venv/lib/python3.13/site-packages"


def test_an_env_file_of_a_million_bytes(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("".join(f"A{number}=${{A1}}\n" for number in range(65_000)))
    with deadline(SECONDS):
        assert len(read_env_file(tmp_path / ".env", {"B": "c"})) == 65_000


def test_a_value_with_many_names_that_are_not_set() -> None:
    variables = Variables({})
    with deadline(SECONDS):
        assert variables.expand("".join(f"$A{number}" for number in range(150_000)), "here") == ""
    assert len(variables.missing) == 150_000


def test_a_lock_with_many_versions_of_one_package() -> None:
    """At the bound every link looks at all of them; beyond it the text is no lock."""

    def text(count: int) -> str:
        versions = "".join(f'[[package]]\nname = "a"\nversion = "{n}"\n' for n in range(count))
        links = "".join(
            f'    {{ name = "a", marker = "python_version > \'3.{n}\'" }},\n' for n in range(20_000)
        )
        root = '[[package]]\nname = "root"\nversion = "1"\nsource = { virtual = "." }\n'
        return f"version = 1\n{versions}{root}dependencies = [\n{links}]\n"

    with deadline(SECONDS):
        assert read_lock(text(40_000)) is None
        lock = read_lock(text(200))
        assert lock is not None
        found = wanted(lock, ["root"], Asked(), {})
    assert len(found.packages["a"]) == 200


@pytest.mark.parametrize("dead", [False, True], ids=["live", "mostly dead"])
def test_an_environment_of_many_distributions(dead: bool, tmp_path: Path) -> None:
    """Folders without entries of their own, whose files all but one are gone in the second layer."""
    venv = make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\n")
    files = [make.file(f"{SITE}/a{n}-1.dist-info/RECORD", b"a%d.py,,\n" % n) for n in range(6_000)]
    gone = [make.whiteout(f"{SITE}/a{n}-1.dist-info/RECORD") for n in range(5_999 if dead else 0)]
    layers = [make.layer(contents.INTERPRETER, contents.LINK, venv, *files), make.layer(*gone)]
    image = make.archive(tmp_path / "image.tar", layers)
    with deadline(SECONDS):
        report, _ = read_image(Target("archive", str(image)), None, on_event=ignore)
    assert report.totals.dead_bytes or not dead
