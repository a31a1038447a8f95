"""The use case: the rewrite of an image of which one has the name alone.

Its Dockerfile comes from the image's provenance and its layers are the evidence. The folder that it
was built in is not there: so nothing is built, proven or written in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from uvdive.base.errors import ImageError
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.image.store import LayerStore
from uvdive.output.redact import Redactor
from uvdive.session.opening.images import Loaded

if TYPE_CHECKING:
    from uvdive.image.raw_image import StoreIndex
    from uvdive.ledger.report import ImageReport
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.sources import Source

PREFIX = "registry://"


class RewritingByName:
    """A rewrite of what an image's provenance says that it was built from.

    Args:
        original: the image.
        choices: values by decision id.
        pull: fetch the runner's base where it is not at hand.
        redactor: is taught the secrets that turn up.
        in_process: read and plan in this process, which may take signals and the collector for it.
        on_event: takes what every step reports.
        cancel: stops the work.
    """

    def __init__(
        self,
        original: Source,
        choices: Mapping[str, str],
        *,
        pull: bool = False,
        redactor: Redactor | None = None,
        in_process: bool = False,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> None:
        self.original, self.choices, self.pull = original, choices, pull
        self.redactor = redactor or Redactor()
        self._in_process, self._on_event, self._cancel = in_process, on_event, cancel

    @property
    def name(self) -> str:
        """The image, as it was named."""
        return self.original.name

    def planned(self) -> RewritePlan:
        """The plan, by the text of the provenance and the image.

        Raises:
            ImageError: the image cannot be read, or came without its Dockerfile.
            UvdiveError: as ``plan_attested`` says.
        """
        loaded = self.original.load(on_event=self._on_event, cancel=self._cancel, in_process=self._in_process)
        self.redactor.learn_image(loaded.report)
        info = loaded.report.dockerfile
        if info is None or not info.text:
            raise ImageError(
                f"{self.name} came without the Dockerfile that it was built from.",
                "`docker buildx build --provenance=mode=max --push` keeps it with the image. "
                f"Where you have the Dockerfile: uvdive rewrite DOCKERFILE --image {self.name}",
            )
        plan = self._plan(loaded)
        self.redactor.learn([plan.original, *(change.text for change in plan.files)])
        return plan

    def _plan(self, loaded: Loaded) -> RewritePlan:
        if not self._in_process:
            return worker.call(
                plan_by_name, loaded.report, loaded.index, dict(self.choices), self.pull,
                on_event=self._on_event, cancel=self._cancel,
            )  # fmt: skip
        from uvdive.session.planning.rewriting import plan_attested

        return plan_attested(
            loaded, choices=self.choices, pull=self.pull, on_event=self._on_event, cancel=self._cancel
        )


def plan_by_name(
    report: ImageReport,
    index: StoreIndex | None,
    choices: Mapping[str, str],
    pull: bool,  # noqa: FBT001 - a worker's arguments go by their places
    *,
    on_event: OnEvent,
) -> RewritePlan:
    """``plan_attested`` for a process of its own: a text that takes for ever is ended there."""
    from uvdive.session.planning.rewriting import plan_attested

    store = None if index is None else LayerStore(report.files, index)
    return plan_attested(Loaded(report, store), choices=choices, pull=pull, on_event=on_event)
