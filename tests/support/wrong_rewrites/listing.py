"""All mutants of a rewrite, and a fair choice among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from wrong_rewrites import instructions, parts, places, settings
from wrong_rewrites.subject import Mutant, Subject

MUTATORS = (*settings.MUTATORS, *instructions.MUTATORS, *parts.MUTATORS, *places.MUTATORS)


def every(subject: Subject) -> tuple[Mutant, ...]:
    """All mutants whose text is another than the right one, each text once."""
    texts: dict[str, Mutant] = {}
    for mutator in MUTATORS:
        for mutant in mutator(subject):
            if mutant.text != subject.plan.text:
                texts.setdefault(mutant.text, mutant)
    return tuple(texts.values())


def chosen(subject: Subject, most: int, seed: str = "") -> tuple[Mutant, ...]:
    """At most ``most`` of them, of as many kinds as there are; the same for the same seed."""
    random = Random(f"{seed}{subject.plan.text}")
    kinds: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in every(subject):
        kinds[mutant.kind].append(mutant)
    lists = list(kinds.values())
    for each in (lists, *lists):
        random.shuffle(each)
    return tuple(_in_turn(lists))[:most]


def _in_turn(lists: list[list[Mutant]]) -> Iterator[Mutant]:
    for turn in range(max(map(len, lists), default=0)):
        yield from (each[turn] for each in lists if turn < len(each))
