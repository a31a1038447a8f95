"""The study of a rewrite, kept where its image is held: another choice finds it there.

It stays for as long as all that it was made from does: the arguments, what is known of the image,
the files around the Dockerfile, and the bases that the engine has. Each plan looks after these first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.files.file_states import FileStates, look_at
from uvdive.base.files.foreign import noting_opened, real
from uvdive.compose.recipe import Recipe
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice.missing_libraries import Lacking
from uvdive.rewrite.elsewhere import folders_read
from uvdive.rewrite.evidence.stops import Stops
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.rewrite.evidence.system.uses import Asked, Uses
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import Planner
from uvdive.rewrite.stages import Beyond, Nothing


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What a plan is made from beside its choices; ``values`` are those of the ARGs.

    ``context`` is None where the text is all there is, and no folder around it.
    ``pull`` is whether bases may be fetched, ``unmeasured`` that no start will be measured,
    ``offers`` whether alternatives are predicted, ``written`` what a start of the original wrote.
    """

    text: str
    dockerfile: Path
    context: Path | None
    target: str
    values: Mapping[str, str]
    recipe: Recipe | None
    system: SystemFacts | None
    stops: Stops | None
    pull: bool
    unmeasured: bool
    offers: bool = True
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What a planner may ask while it plans, and of whom: who looks at what is asked for just now.

    ``base`` finds the report of a base and raises what ``plan_rewrite`` says, ``base_id`` tells which
    image a reference means now (None: it is not at hand), ``lacking`` the libraries that the image lacks,
    ``uses`` what its code names (None: nobody can tell).
    ``reader`` what the image and bases hold.
    """

    base: Callable[[str], ImageReport | None]
    base_id: Callable[[str], str | None]
    lacking: Callable[[], Lacking]
    uses: Callable[[], Uses | None]
    reader: Beyond = field(default_factory=Nothing)


class Studied:
    """A planner with what it was made from."""

    def __init__(self, made_from: MadeFrom, report: ImageReport | None, store: LayerStore | None) -> None:
        self._made_from, self._report = made_from, report
        self._planner = Planner(
            made_from.text, report, self._base, dockerfile=str(made_from.dockerfile),
            context=made_from.context, store=store, system=made_from.system, lacking=self._lacking,
            target=made_from.target, values=made_from.values, recipe=made_from.recipe,
            stops=made_from.stops, unmeasured=made_from.unmeasured, offers=made_from.offers,
            asked=Asked(self._uses), written=made_from.written, reader=self,
        )  # fmt: skip
        self._bases: dict[str, ImageReport | None] = {}
        self._offered: set[str] = set()
        self._opened: set[str] = set()
        self._states: FileStates | None = None
        self._asking: Asking | None = None

    def holds(self, made_from: MadeFrom, report: ImageReport | None, asking: Asking) -> bool:
        """Is everything still as it was when this was studied?

        Raises:
            EngineError: the engine that has the bases does not answer.
        """
        return (
            self._report is report
            and self._made_from == made_from
            and self._states is not None
            and self._states.still(self._look())
            and all(
                (None if base is None else base.image.id) == asking.base_id(reference)
                for reference, base in self._bases.items()
            )
            and all(asking.base_id(reference) is None for reference in self._offered - self._bases.keys())
        )

    def plan(
        self, choices: Mapping[str, str], asking: Asking, ladder: Mapping[str, str] | None = None
    ) -> RewritePlan:
        """The plan under some choices; all as ``Planner.plan`` says."""
        if self._states is None:
            self._states = self._look()  # before the first file is read
        self._asking = asking
        with noting_opened() as opened:
            plan = self._planner.plan(choices, ladder)
        if new := opened - self._opened:
            self._opened |= new
            self._states = self._states.with_more(self._look())
        return plan

    def _base(self, reference: str) -> ImageReport | None:
        if self._report is None:
            return None
        if reference not in self._bases:
            assert self._asking is not None
            with noting_opened():  # where the engine keeps them is none of the plan's files
                self._bases[reference] = self._asking.base(reference)
        return self._bases[reference]

    def at_hand(self, reference: str) -> ImageReport | None:
        """As ``Beyond`` says, of whoever plans just now."""
        if reference not in self._bases and self._report is not None:
            assert self._asking is not None
            with noting_opened():
                if (found := self._asking.reader.at_hand(reference)) is not None:
                    self._bases[reference] = found
                self._offered.add(reference)
        return self._bases.get(reference)

    def system(self) -> SystemFacts | None:
        """As ``Beyond`` says."""
        assert self._asking is not None
        with noting_opened():
            return self._asking.reader.system()

    def base(
        self, base: ImageReport, built_on: ImageReport | None, loads: tuple[Need, ...]
    ) -> BeyondBase | None:
        """As ``Beyond`` says."""
        assert self._asking is not None
        with noting_opened():
            return self._asking.reader.base(base, built_on, loads)

    def _lacking(self) -> Lacking:
        assert self._asking is not None
        with noting_opened():
            return self._asking.lacking()

    def _uses(self) -> Uses | None:
        assert self._asking is not None
        with noting_opened():
            return self._asking.uses()

    def _look(self) -> FileStates:
        made = self._made_from
        if made.context is None:
            return look_at((), self._opened)
        beside = [made.dockerfile.parent, *([made.recipe.file.parent] if made.recipe is not None else [])]
        folders = [*folders_read(made.context), *((real(folder), False) for folder in beside)]
        return look_at(folders, self._opened)
