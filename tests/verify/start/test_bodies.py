"""What ``/`` answers in two images: what changes by itself does not count."""

from __future__ import annotations

import pytest

from uvdive.build.running.observing import Answer, Observed
from uvdive.build.running.probe import constant, plain
from uvdive.verify.checks import Check
from uvdive.verify.start.judging import Runs, judge

RESOLVED = Check("start", "passed", "The new image starts web.")


@pytest.mark.parametrize(
    ("bodies", "rest"),
    [
        ([b"<p>it is 12:01", b"<p>it is 12:02"], b"<p>it is \0"),
        ([b'{"token": "aGk-_x"}', b'{"token": "Zz09+/"}'], b'{"token": "\0"}'),
        ([b"the same", b"the same"], b"the same"),
        ([b"one of", b"two of them"], None),
        ([b"answered", b""], None),
    ],
)
def test_requests_tell_what_changes_by_itself(bodies: list[bytes], rest: bytes | None) -> None:
    assert constant(bodies) == rest


def answering(body: bytes, *more: bytes) -> Observed:
    """A run whose ``/`` gave these bodies."""
    rest = constant([body, *(more or (body,))])
    texts = [text.decode() if text is not None else "" for text in (body, rest, plain(rest))]
    return Observed("listening", None, (8000,), (Answer(8000, 200, *texts),), 0.4)


@pytest.mark.parametrize(
    ("old", "new", "again", "status"),
    [
        # from request to request
        ((b"now 1", b"now 2"), (b"now 3", b"now 4"), None, "passed"),
        ((b"now 1", b"now 2"), (b"sorry 3", b"sorry 4"), (b"now 5", b"now 6"), "failed"),
        ((b"a", b"a b"), (b"a b c", b"a"), (b"a b", b"a b c d"), "announced"),
        # from start to start
        ((b"since 1",), (b"since 2",), (b"since 3",), "announced"),
        ((b"since 1",), (b"sorry 2",), (b"since 3",), "failed"),
        ((b"id x",), (b"id y",), (b"id z",), "announced"),
        # never: it is the rewrite's
        ((b"version 1",), (b"version 2",), (b"version 1",), "failed"),
        ((b"all 3 items",), (b"nothing at all",), (b"all 3 items",), "failed"),
        ((b"all",), (b"nothing",), None, "failed"),
    ],
)
def test_a_body_counts_where_the_original_repeats_its_own(
    old: tuple[bytes, ...], new: tuple[bytes, ...], again: tuple[bytes, ...] | None, status: str
) -> None:
    third = None if again is None else answering(*again)
    assert judge(Runs(answering(*old), answering(*new), third), RESOLVED).status == status
