"""The use case: hold a project's rules against many images, one that can't be read beside the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from uvdive.base.errors import UvdiveError
from uvdive.base.files.budgets import Budgets
from uvdive.base.machine import processes
from uvdive.base.processes import pool
from uvdive.output.check.results import Checked
from uvdive.output.redact import Redactor
from uvdive.session.checking import check_image
from uvdive.session.sources import Source

OnDone = Callable[[int, int], None]
"""Is told how many of how many are done."""


def check_all(
    sources: Sequence[Source],
    budgets: Budgets,
    *,
    pull: bool = False,
    redact: bool = True,
    jobs: int | None = None,
    on_done: OnDone = lambda _done, _all: None,
) -> tuple[Checked, ...]:
    """Read and check each image in a process of its own, and give the results in the images' order.

    Args:
        sources: the images, built first where they are.
        budgets: the rules.
        pull: fetch a base that a plan needs.
        redact: leave out what looks like a secret.
        jobs: how many are read at once; as many as the machine bears where it is None.
        on_done: is told of each that is ready.

    Raises:
        CancelledError: the user stopped it.
    """

    def work(source: Source) -> Checked:
        try:
            loaded = source.load(in_process=True)
            return check_image(
                loaded,
                budgets,
                name=source.called,
                dockerfile=source.dockerfile,
                context=source.context,
                build_args=source.build_args,
                recipe=source.recipe,
                pull=pull,
                redact=redact,
            )
        except UvdiveError as error:
            raise shown(source, error, redact=redact) from error

    found: dict[int, Checked] = {}
    for number, came in pool.each(work, sources, jobs or processes(len(sources))):
        found[number] = unread(sources[number], came) if isinstance(came, UvdiveError) else came
        on_done(len(found), len(sources))
    return tuple(found[number] for number in range(len(sources)))


def shown(source: Source, error: UvdiveError, *, redact: bool) -> UvdiveError:
    """An error without what the image's build shows to be a secret."""
    if not redact:
        return error
    redactor = Redactor()
    source.teach(redactor)
    return redactor.value(error)


def unread(source: Source, error: UvdiveError) -> Checked:
    """The result of an image that could not be read."""
    return Checked(source.called, error=str(error), error_code=error.code)
