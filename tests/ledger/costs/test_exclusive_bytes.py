"""Exclusive bytes against taking each distribution away and counting what nobody asks for any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from made_images.environments import asks, distribution, environment

from uvdive.ledger.costs.costs import Costs
from uvdive.ledger.report import Environment

NAMES = [f"p{number}" for number in range(9)]
EXTRAS = ("x", "y")
State = tuple[str, str]

needs = st.tuples(st.sampled_from(NAMES), st.sets(st.sampled_from(EXTRAS), max_size=2))
asked_needs = st.lists(needs, max_size=4)
own_needs = st.lists(st.tuples(needs, st.sampled_from(("", *EXTRAS))), max_size=5)


def spelt(need: tuple[str, Collection[str]], extra: str = "") -> str:
    name, extras = need
    asked = f"{name}[{','.join(sorted(extras))}]" if extras else name
    return f"{asked} ; extra == '{extra}'" if extra else asked


@st.composite
def environments(draw: st.DrawFn) -> Environment:
    """Up to nine distributions that ask for each other in any way, and perhaps a project."""
    there = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    items = [
        distribution(
            name,
            2 ** NAMES.index(name),
            *(spelt(need, extra) for need, extra in draw(own_needs)),
        )
        for name in sorted(there)
    ]
    project = draw(st.sampled_from(("", "app", *NAMES)))
    always = [asks(project, None, *map(spelt, draw(asked_needs)))] if draw(st.booleans()) else []
    groups = [asks(project, "dev", *map(spelt, draw(asked_needs)))] if draw(st.booleans()) else []
    if groups:
        items[0] = replace(items[0], group="dev")
    return environment(*items, asks=(*always, *groups))


def reads(text: str) -> tuple[str, set[str], str]:
    """Name, extras and the extra that it is for, by plain means."""
    head, _, marker = text.partition(" ; extra == ")
    name, _, extras = head.rstrip("]").partition("[")
    return name, {extra for extra in extras.split(",") if extra}, marker.strip("'")


def asked_by(place: Environment, state: State) -> Iterator[State]:
    name, extra = state
    there = {item.name: item for item in place.distributions}
    if extra:
        yield name, ""
    for text in there[name].requires or ():
        other, extras, only = reads(text)
        if other in there and only in ("", extra):
            yield other, ""
            yield from ((other, each) for each in extras)
    for ask in place.asks:
        if ask.project == name and ask.group is None and not extra:
            yield from starts(place, ask.needs)


def starts(place: Environment, texts: Collection[str]) -> Iterator[State]:
    there = {item.name for item in place.distributions}
    for text in texts:
        name, extras, _ = reads(text)
        if name in there:
            yield name, ""
            yield from ((name, each) for each in extras)


def present(place: Environment, roots: Collection[State], without: str | None = None) -> set[State]:
    """All that is there where ``without`` is not: grown step by step."""
    found: set[State] = set()
    fresh = set(roots)
    while fresh:
        found |= (now := {state for state in fresh if state[0] != without})
        fresh = {each for state in now for each in asked_by(place, state)} - found
        fresh = {state for state in fresh if state[0] != without}
    return found


def counted(place: Environment) -> Mapping[str, set[str]]:
    """For each distribution what is not there without it, itself included."""
    names = {item.name for item in place.distributions}
    roots: set[State] = set()
    for ask in place.asks:
        own = ask.group is None and ask.project in names
        roots.update([(ask.project, "")] if own else starts(place, ask.needs))
    known = present(place, roots)
    rest = {(name, "") for name in names} - known
    leads = {state: present(place, [state]) for state in rest}
    # Held by the top: what nothing leads to but what it leads to itself.
    roots |= {s for s in rest if all(other in leads[s] for other in rest if s in leads[other])}
    whole = {name for name, _ in present(place, roots)}
    assert whole == names
    return {name: names - {n for n, _ in present(place, roots, name)} for name in names}


@settings(max_examples=150, deadline=None)
@given(environments())
def test_what_goes_is_what_nobody_asks_for_any_more(place: Environment) -> None:
    costs = Costs(place, "linux/amd64")
    size = {item.name: item.bytes for item in place.distributions}
    for name, gone in counted(place).items():
        row = costs.tree.by_name[name]
        assert costs.goes(name) == gone
        assert row.exclusive_bytes == sum(size[each] for each in gone)
        assert (row.bytes, row.goes_with == name) == (size[name], False)


@settings(max_examples=60, deadline=None)
@given(environments())
def test_the_tree_holds_every_distribution_once_below_what_takes_it_along(place: Environment) -> None:
    costs = Costs(place, "linux/amd64")
    seen: list[str] = []
    pending = list(costs.tree.children.get("", ()))
    while pending:
        row = pending.pop()
        seen.append(row.name)
        below = costs.tree.children.get(row.name, ())
        assert all(each.name in costs.goes(row.name) for each in below)
        pending += below
    assert sorted(seen) == sorted(row.name for row in costs.rows)


@settings(max_examples=60, deadline=None)
@given(environments())
def test_what_is_shared_stays_and_is_held_by_others(place: Environment) -> None:
    costs = Costs(place, "linux/amd64")
    for row in costs.rows:
        going = {row.name, *(below.name for _, below in costs.tree.below(row.name))}
        assert going - {row.name} <= costs.goes(row.name)
        for other in costs.tree.shared(row.name):
            assert other.name not in going
            assert not going & set(other.held_by)
