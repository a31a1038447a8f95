"""The proof on the engine catches mistakes in right rewrites; ``tests/bench/mutants.py`` tries many more."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from rewrites.projects import BY_NAME, built, kept_of, remove_built
from wrong_rewrites.listing import every
from wrong_rewrites.oracle import same
from wrong_rewrites.right import subject_of
from wrong_rewrites.subject import Mutant, Subject
from wrong_rewrites.trial import tried

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module", autouse=True)
def _images() -> Iterator[None]:
    yield
    remove_built()


@functools.cache
def subject(name: str) -> Subject:
    project = BY_NAME[name]
    return subject_of(project, built(name, project.text(), "before"))


def mutant(name: str, kind: str, place: str = "") -> Mutant:
    """The first mutant of a kind, at a place."""
    return next(each for each in every(subject(name)) if each.kind == kind and place in each.place)


@pytest.mark.parametrize(
    ("name", "kind", "place", "by"),
    [
        ("slim", "a variable lost", "VIRTUAL_ENV", "start"),
        ("slim", "a variable lost", "PATH", "start"),
        ("slim", "CMD changed", "its last word lost", "start"),
        ("slim", "uv's use kept", "", "start"),
        ("slim", "a copy left out", "server.py", "files"),
        ("tool", "a path left out of a copy", "sample.yaml", "files"),
        ("slim", "a distribution's RECORD lost", "", "files"),
        ("slim", "an interpreter's link broken", "", "files"),
        ("slim", "WORKDIR changed", "", "config"),
        ("user", "USER lost", "", "config"),
        ("user", "a copy's owner changed", ".venv", "files"),
        ("user", "a user's group lost", "app", "files"),
        ("user", "a member more", "app", "files"),
        ("user", "a password emptied", "root", "files"),
        ("user", "an entry of gshadow lost", "app", "files"),
        ("user", "a file's group changed", "python", "files"),
    ],
)
def test_a_mistake_is_caught(name: str, kind: str, place: str, by: str) -> None:
    trial = tried(subject(name), mutant(name, kind, place), kept_of(name), start=False)
    assert (trial.became, trial.by) == ("caught", by), trial


def test_a_mutant_that_changes_nothing_is_none() -> None:
    # Nobody is in a group but by number.
    trial = tried(subject("slim"), mutant("slim", "group memberships lost"), kept_of("slim"), start=False)
    assert trial.became == "the same image", trial
    right, other = subject("slim").after.image.id, subject("user").after.image.id
    assert same(right, right)
    assert not same(right, other)
