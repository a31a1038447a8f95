"""The compose service that was named on the command line is this image's, wherever its file lies."""

from __future__ import annotations

from pathlib import Path

from rewrites.dockerfiles import BASE, SYNC_ALONE

from uvdive.compose.recipe import read_recipe
from uvdive.rewrite.planner import plan


def test_a_file_outside_of_the_context_with_variables_is_read(tmp_path: Path) -> None:
    context, far = tmp_path / "project", tmp_path / "far"
    context.mkdir()
    far.mkdir()
    for name in ("pyproject.toml", "uv.lock"):
        (context / name).write_text("")
    (context / "Dockerfile").write_text(text := BASE + SYNC_ALONE)
    file = far / "stack.yml"
    file.write_text("services:\n  web:\n    build: ${DIR}\n    command: uv run flask  # why\n")
    recipe = read_recipe(file, None, {"DIR": str(context)})
    found = plan(
        text, None, lambda _: None, dockerfile=str(context / "Dockerfile"), context=context, recipe=recipe
    )
    (change,) = found.files
    assert change.path == "../far/stack.yml"
    assert not change.in_context
    assert "    command: flask  # why\n" in change.text
    without = plan(text, None, lambda _: None, dockerfile=str(context / "Dockerfile"), context=context)
    assert without.files == ()
