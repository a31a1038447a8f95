"""What was found out about an image and stays true, as an image never changes.

It is worked out in a fork of the process that holds the image, or in the command's own
process; who holds the image keeps it, so that another choice or a repair finds it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The app imports this before its first picture.
    from uvdive.rewrite.advice.missing_libraries import Lacking
    from uvdive.rewrite.evidence.stops import Stops
    from uvdive.rewrite.evidence.system.beyond_base import BeyondBase
    from uvdive.rewrite.evidence.system.os_needs import SystemFacts
    from uvdive.rewrite.evidence.system.uses import Uses
    from uvdive.rewrite.evidence.written import Written
    from uvdive.session.planning.studied import Studied
    from uvdive.verify.python.imports import Known
    from uvdive.verify.start.loads.loading import SeenLoading
    from uvdive.verify.start.running import Seen


@dataclass(slots=True)
class Kept:
    """Of one image: what its app needs of the system, the libraries it lacks, what its imports gave,
    what its code names (``uses``), and how long a stop took in it and in its rewrite, where that was slower.

    ``whole`` is as ``system``, of every OS package, and ``beyond`` what bases lack, by their ids and those
    of what the build starts from. None is what nobody has looked for yet. ``imported`` knows the
    images of a proof by their ids: the original may have been built anew. ``seen`` is what originals
    did when they were run, ``loaded`` what they imported, ``studied`` the last rewrite that was planned,
    which goes nowhere else. ``written`` is what a start of the original wrote.
    """

    system: SystemFacts | None = None
    lacking: Lacking | None = None
    imported: Known = field(default_factory=dict)
    stops: Stops | None = None
    uses: Uses | None = None
    written: Written | None = None
    seen: Seen = field(default_factory=list)
    whole: SystemFacts | None = None
    beyond: dict[tuple[str, str], BeyondBase] = field(default_factory=dict)
    loaded: SeenLoading = field(default_factory=list)
    studied: Studied | None = field(default=None, compare=False, repr=False)

    def copy(self) -> Kept:
        """The same, to be filled without changing this one, and to be handed on."""
        return replace(
            self,
            imported=dict(self.imported),
            seen=list(self.seen),
            loaded=list(self.loaded),
            beyond=dict(self.beyond),
            studied=None,
        )

    def take(self, news: Kept) -> None:
        """Keep what somebody else found out about the same image."""
        if news.system is not None and news.system != self.system:
            self.system = news.system
        self.whole = news.whole if news.whole is not None else self.whole
        self.beyond.update(news.beyond)
        self.lacking = news.lacking if news.lacking is not None else self.lacking
        self.uses = news.uses if news.uses is not None else self.uses
        self.written = news.written if news.written is not None else self.written
        self.stops = news.stops if news.stops is not None else self.stops
        self.seen += [each for each in news.seen if each not in self.seen]
        self.loaded += [each for each in news.loaded if each not in self.loaded]
        self.imported.update(news.imported)
