"""The use case: find the build that a service of a compose file or a target of a Bake file is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import real
from uvdive.compose.recipe import Recipe, read_recipe, service_start
from uvdive.compose.start import ServiceStart
from uvdive.image.reference import Target
from uvdive.rewrite.plan import RewritePlan


def recipe_of(target: Target) -> Recipe:
    """What a target of the kind ``compose`` or ``bake`` builds and starts.

    Raises:
        UsageError: the file cannot be read or is not understood, there is no such service or
            target or several to choose from, or it builds no Dockerfile of this machine.
        EngineError: a Bake file is asked for, and there is no docker client.
        BuildError: a Bake file is asked for, and there is no buildx.
    """
    if target.kind == "bake":
        from uvdive.build.clients.bake import read_bake

        return read_bake(target.path, target.tag)
    return read_recipe(target.path, target.tag, os.environ)


def starts_of(recipe: Recipe, plan: RewritePlan, context: Path) -> tuple[ServiceStart, ServiceStart] | None:
    """What the service starts now, and what it starts once the plan's files are written.

    None where the file says nothing of starts.
    """
    if recipe.start is None:
        return None
    texts: Mapping[Path, str] = {real(context / change.path): change.text for change in plan.files}
    try:
        after = service_start(recipe.file, recipe.name, os.environ, texts)
    except UsageError as error:
        raise UsageError(f"{recipe.file} changed while it was worked on.", "Start again.") from error
    return recipe.start, after
