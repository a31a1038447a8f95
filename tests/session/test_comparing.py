"""Two images of which one may be known from a saved report alone."""

from __future__ import annotations

from dataclasses import replace

from made_images.samples import sample_report

from uvdive.ledger.report import ImageReport
from uvdive.output.redact import redact_report
from uvdive.session.comparing import compare_in_worker


def with_token(token: str, **more: object) -> ImageReport:
    report = sample_report()
    return replace(report, config=replace(report.config, env=(f"API_TOKEN={token}", "A=1"), **more))


def differing(before: ImageReport, after: ImageReport) -> list[str]:
    found = compare_in_worker(before, after, (None, None))
    return [delta.key for delta in found.config]


def test_a_secret_that_one_side_hides_is_no_difference() -> None:
    one, other = with_token("one-one-one"), with_token("two-two-two", user="app")
    assert differing(one, one) == []
    assert differing(one, other) == ["Env:API_TOKEN", "User"]
    for before, after in (
        (redact_report(one), other),
        (one, redact_report(other)),
        (redact_report(one), redact_report(other)),
    ):
        assert differing(before, after) == ["User"]


def test_a_secret_that_only_one_image_has_is_a_difference_hidden_or_not() -> None:
    one, other = with_token("one-one-one"), sample_report()
    other = replace(other, config=replace(other.config, env=("A=1",)))
    assert differing(one, other)[:1] == differing(redact_report(one), other)[:1] == ["Env:API_TOKEN"]
