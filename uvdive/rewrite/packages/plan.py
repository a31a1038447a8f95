"""Which OS packages the final stage installs (R33, R43, R57)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from uvdive.dockerfile.text.edits import Edit
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.rewrite.packages.by_other_programs import OtherMeans, note_others
from uvdive.rewrite.packages.by_text import decide_by_text, untold
from uvdive.rewrite.packages.edits import PackageEdits, marks
from uvdive.rewrite.packages.gone import note_gone, note_left_over
from uvdive.rewrite.packages.install_commands import Install, installs, removals
from uvdive.rewrite.packages.keep_or_drop import decide
from uvdive.rewrite.packages.needs import libraries
from uvdive.rewrite.packages.packages import Packages
from uvdive.rewrite.packages.told import note_told


@dataclass(slots=True)
class PackagePlan:
    """What becomes of the packages. Keys of ``edits`` and ``without`` are lines of RUNs.

    ``edits`` change a RUN's words, ``without`` are the indexes of the parts that the
    final stage leaves out. ``dropped`` are packages of the original that it lacks;
    ``installed`` are those that it gets beside its base, with their ``bytes``; None: not known.
    ``others`` are those that RUNs installed by other means than commands of apt and apk.
    ``hinges`` says that some are kept only because nobody has seen what the new image needs.
    """

    edits: dict[int, list[Edit]] = field(default_factory=dict)
    without: dict[int, set[int]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    installed: frozenset[str] | None = None
    bytes: int = 0
    others: tuple[OtherMeans, ...] = ()
    hinges: bool = False


def plan_packages(  # noqa: PLR0913 - the evidence, piece by piece, by name
    evidence: Evidence,
    runs: Sequence[Run],
    base: ImageReport | None,
    notes: Notes,
    *,
    others: bool = True,
    unseen: bool = False,
    called: tuple[Called, ...] = (),
    minor: str | None = None,
    used: Collection[str] | None = None,
) -> PackagePlan:
    """Decide on every package; without evidence all of them are kept.

    ``others`` also decides on those that do more than build. ``unseen`` says that the build installs
    distributions which the original does not have, so that nothing tells what they need. ``called`` are
    words of commands from outside that run in the container, ``minor`` is the environment's Python, by
    which the lock's wheels are told where there is no image, and ``used`` the programs that fetch
    or are node's and that a file of the context names.

    Raises:
        Refused: R43, what is removed again cannot be told without the image.
    """
    found, gone = installs(runs), removals(runs)
    facts = evidence.system
    if not (found or gone) and (facts is None or not facts.packages):
        return PackagePlan(installed=frozenset() if facts else None)
    if facts is None or not facts.packages:
        marked = next((removal for removal in gone if marks(removal)), None)
        if marked is not None:
            raise Refused(
                "R43",
                "This RUN lets apt find out what may go, by what lies in the image at that moment. Name "
                f"what is to go (`apt-get purge gcc`). {BUILD_FIRST}",
                marked.run.step.line,
            )
        unclear = untold(found, gone)
        if minor is None or (unclear and all(each.run.step.line in unclear for each in found)):
            _note_all_kept(found, notes)
            return PackagePlan()
        left, added = decide_by_text(evidence, runs, found, notes, minor, used, gone)
        edits = PackageEdits(left)
        edits.write(added)
        return PackagePlan(edits=edits.edits, without=edits.without)
    packages = Packages(evidence, facts, runs, base, notes, found, gone, unseen=unseen, called=called)
    return _plan(packages, others=others)


def _note_all_kept(found: Sequence[Install], notes: Notes) -> None:
    for install in found[:1]:
        notes.decide(
            "os-packages",
            "R33",
            install.run.step.line,
            "Install the OS packages in the final image too",
            "What only the build needs cannot be told without the contents of the image.",
        )


def _plan(packages: Packages, *, others: bool) -> PackagePlan:
    note_others(packages.others, packages.notes)
    note_told(packages.installs, packages.notes)
    for _ in range(2):  # what goes with a package is known once the others are decided
        for install in packages.installs:
            if install.changeable:
                decide(packages, install, others=others)
    by_others = [*packages.by_others(), *packages.unspelt]
    kept = packages.closure([*packages.names(dropped=False), *by_others])
    added = libraries(packages, kept)
    written = PackageEdits(packages)
    written.write(added)
    everything = packages.closure([*packages.names(dropped=False), *by_others, *added])
    new = frozenset(packages.facts.packages.keys() - packages.old)
    installed = frozenset(everything - packages.there)
    result = PackagePlan(
        edits=written.edits,
        without=written.without,
        dropped=frozenset(new - everything - packages.there),
        installed=installed,
        bytes=sum(packages.facts.bytes.get(name, 0) for name in installed),
        others=packages.others,
        hinges=packages.hinges,
    )
    if result.dropped:
        note_left_over(packages, result.dropped)
        note_gone(packages, result.dropped)
    return result
