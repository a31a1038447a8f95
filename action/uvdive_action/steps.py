"""The steps by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from uvdive_action.baseline import baseline
from uvdive_action.checking import check
from uvdive_action.comment import comment
from uvdive_action.runner import Runner, WrongInputError

STEPS: dict[str, Callable[[Runner], int]] = {"baseline": baseline, "check": check, "comment": comment}
_USAGE = 2


def run_step(name: str, environ: Mapping[str, str]) -> int:
    """Run a step; what it ends with. An input that makes no sense ends it as uvdive does."""
    runner = Runner(environ)
    try:
        return STEPS[name](runner)
    except WrongInputError as error:
        runner.fail(str(error))
        return _USAGE
