"""Each rule of a check: at its limit, one over it, and where nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checked import STRICT, baseline, checked, plan, report

from uvdive.base.errors import ExitCode
from uvdive.base.files.budgets import Bound, Budgets
from uvdive.output.check.by_text import check_text
from uvdive.output.check.evaluate import check_report
from uvdive.output.check.results import Check, Checked
from uvdive.output.check.words import sentence


def held(budgets, **more):
    return check_report(report(), replace(budgets, fail_level="never"), name="x", **more)


def only(budgets, **more):
    (rule,) = held(budgets, **more).rules
    return rule


@pytest.mark.parametrize(
    ("budgets", "value"),
    [
        (lambda n: Budgets(max_size=71_600 + n), 71_600),
        (lambda n: Budgets(max_waste=Bound(count=1000 + n)), 1000),
        (lambda n: Budgets(owners={"uv": 40_000 + n}), 40_000),
        (lambda n: Budgets(packages={"flask": 20_000 + n}), 20_000),
        (lambda n: Budgets(packages={"base-files": 10_000 + n}), 10_000),
        (lambda n: Budgets(max_layers=3 + n), 3),
    ],
)
def test_what_is_at_its_limit_passes_and_one_more_fails(budgets, value):
    at, over = only(budgets(0)), only(budgets(-1))
    assert (at.status, over.status) == ("passed", "failed")
    assert at.value == over.value == value


def test_a_share_counts_of_all_of_the_user_s_part_and_of_the_baseline():
    waste = only(Budgets(max_waste=Bound(share=1000 / 71_600)))
    assert (waste.status, waste.unit, waste.bytes) == ("passed", "share", 1000)
    assert only(Budgets(max_waste=Bound(share=0.0139))).status == "failed"
    # The first layer has 10,000 of the bytes.
    assert only(Budgets(max_user_waste=1000 / 61_600)).status == "passed"
    assert only(Budgets(max_user_waste=1000 / 61_601)).status == "failed"
    grown = only(Budgets(max_growth=Bound(share=1000 / 70_600)), baseline=baseline())
    assert (grown.status, grown.bytes) == ("passed", 1000)
    assert only(Budgets(max_growth=Bound(share=0.014)), baseline=baseline()).status == "failed"


def test_what_grows_out_of_nothing_grows():
    empty = replace(report(), totals=replace(report().totals, file_bytes=0))
    assert only(Budgets(max_growth=Bound(share=0.5)), baseline=empty).status == "failed"


def test_efficiency_must_be_reached():
    assert only(Budgets(min_efficiency=70_600 / 71_600)).status == "passed"
    assert only(Budgets(min_efficiency=0.9861)).status == "failed"


def test_a_warning_does_not_fail():
    found = held(Budgets(warn_size=71_599))
    assert found.rules[0].status == "warned"
    assert found.passed


def test_growth_needs_a_baseline_and_shrinking_passes():
    assert only(Budgets(max_growth=Bound(count=0))).status == "skipped"
    assert held(Budgets(max_growth=Bound(count=0))).passed
    assert only(Budgets(max_growth=Bound(count=1000)), baseline=baseline()).status == "passed"
    assert only(Budgets(max_growth=Bound(count=999)), baseline=baseline()).status == "failed"
    larger = replace(report(), totals=replace(report().totals, file_bytes=80_000))
    assert only(Budgets(max_growth=Bound(count=0)), baseline=larger).status == "passed"


def test_the_size_of_a_pull_is_what_the_layers_have_compressed():
    assert only(Budgets(max_pull_size=1)).status == "unknown"
    assert not held(Budgets(max_pull_size=1)).passed
    packed = replace(report(), totals=replace(report().totals, compressed_bytes=30_000))
    for limit, status in ((30_000, "passed"), (29_999, "failed")):
        (rule,) = check_report(packed, Budgets("never", max_pull_size=limit), name="x").rules
        assert rule.status == status


def test_a_package_that_must_not_be_there():
    flask, torch = held(Budgets(packages={"flask": None, "torch": None})).rules
    assert (flask.status, flask.value, flask.bytes, torch.status) == ("failed", True, 20_000, "passed")
    assert [cause.name for cause in flask.why] == ["flask 3.1.0 in /app/.venv, for app"]


@pytest.mark.parametrize(
    ("bound", "made", "status"),
    [
        (Bound(share=0.05), plan(), "failed"),
        (Bound(share=40_000 / 71_600), plan(), "passed"),
        (Bound(count=39_999), plan(), "failed"),
        (Bound(count=40_000), plan(), "passed"),
        (Bound(share=0.05), plan(71_600, "improved"), "passed"),
        (Bound(count=0), plan(71_600, "improved"), "failed"),
        (Bound(share=0.05), plan(None), "unknown"),
        (Bound(share=0.05), plan(None, "unchanged"), "passed"),
        (Bound(count=0), plan(None, "refused"), "passed"),
        (Bound(count=0), None, "unknown"),
    ],
)
def test_what_a_rewrite_would_save(bound, made, status):
    assert only(Budgets(rewrite=bound), plan=made).status == status


@pytest.mark.parametrize(
    ("level", "failing"),
    [
        ("high", ["uv-in-image"]),
        ("medium", ["uv-in-image", "uv-tag-frozen"]),
        ("low", ["uv-in-image", "uv-tag-frozen", "apt-lists-in-image"]),
        ("info", ["uv-in-image", "uv-tag-frozen", "uv-tag-unpinned", "apt-lists-in-image"]),
        ("never", []),
    ],
)
def test_findings_fail_from_a_level_on(level, failing):
    found = check_report(report(), Budgets(level), name="x")
    assert [item.finding.id for item in found.findings if item.fails] == failing
    assert [(rule.id, rule.value) for rule in found.rules] == (
        [] if level == "never" else [("fail-level", len(failing))]
    )
    assert found.passed == (not failing)


def test_what_is_ignored_fails_nothing():
    found = check_report(report(), Budgets(ignore=("uv-in-image",)), name="x")
    assert found.passed
    assert [item.ignored for item in found.findings] == [True, False, False, False]


def test_lines_are_those_of_the_instruction_with_most_of_it():
    lines = {rule.id: rule.line for rule in checked().rules}
    assert lines["owners.uv"] == 3
    assert lines["packages.base-files"] == 1  # FROM brought the base
    assert lines["max-size"] == 3  # nobody writes what a base holds
    assert lines["max-waste"] == 6
    assert lines["fail-level"] == 1


def test_what_made_a_number_is_told_largest_first():
    why = {rule.id: [(cause.kind, cause.bytes) for cause in rule.why] for rule in checked().rules}
    assert why["max-size"] == [
        ("binary", 40_000), ("distribution", 20_000), ("package", 10_000), ("path", 1600),
        ("layer", 61_000), ("layer", 10_000), ("layer", 600),
    ]  # fmt: skip
    assert why["owners.uv"] == [("binary", 40_000), ("layer", 40_000)]
    assert why["max-growth"] == [("owner", 1000), ("package", 1000)]
    assert why["max-waste"] == [("path deleted", 500), ("path overwritten", 500)]
    assert why["fail-level"] == [("finding", 40_000)]


def test_a_doubtful_baseline_is_told():
    assert checked().warnings == (
        "The baseline is of another image: other:2, not sample:1.",
        "The baseline is for another platform: linux/arm64, not linux/amd64.",
        "The baseline was written by uvdive 0.0.9, and this is 0.1.0.",
    )
    same = replace(report(), image=replace(report().image, reference="sample:2"))
    assert held(Budgets(), baseline=same).warnings == ()


@pytest.mark.parametrize(("by_text", "status"), [(Bound(count=0), "failed"), (Bound(share=0.05), "skipped")])
def test_a_text_tells_whether_there_is_a_rewrite_and_not_what_it_saves(by_text, status):
    budgets = replace(STRICT, rewrite=by_text, fail_level="never")
    found = check_text("Dockerfile", (), plan(None), budgets)
    assert [(rule.id, rule.status) for rule in found.rules] == [("rewrite", status)]
    assert found.outcome == "rewritten"


def test_what_can_t_be_read_goes_before_what_fails():
    good, bad = Checked("a"), checked()
    assert Check((good,)).exit_code is ExitCode.DONE
    assert Check((good, bad)).exit_code is ExitCode.FAILED
    assert Check((bad, Checked("b", error="no"))).exit_code is ExitCode.IMAGE


def test_every_result_is_one_plain_sentence():
    told = {rule.id: sentence(rule) for rule in checked().rules}
    assert told == {
        "max-size": "The image is 71.6 kB, over the limit of 50.0 kB.",
        "warn-size": "The image is 71.6 kB, over the limit of 40.0 kB.",
        "max-pull-size": "It can't be told: docker does not hold the layers as a registry stores them.",
        "max-waste": "What is wasted is 1.4 % (1.0 kB), over the limit of 1.0 %.",
        "max-user-waste": "The wasted share of what stands on the first layer is 1.6 % (1.0 kB); "
        "at most 50.0 % is wanted.",
        "min-efficiency": "The efficiency is 98.6 %, below the limit of 99.0 %.",
        "max-growth": "The growth since the baseline is +1.0 kB, over the limit of +500 B.",
        "owners.uv": "What belongs to uv is 40.0 kB, over the limit of 0 B.",
        "owners.venv": "What belongs to venv is 20.0 kB; at most 30.0 kB is wanted.",
        "packages.flask": "The package flask is in the image (20.0 kB), and must not be.",
        "packages.torch": "The package torch is not there.",
        "packages.base-files": "The package base-files is 10.0 kB, over the limit of 5.0 kB.",
        "layers.count": "The number of layers is 3; at most 3 is wanted.",
        "rewrite": "What a rewrite would save is 55.9 % (40.0 kB), over the limit of 5.0 %.",
        "fail-level": "1 finding is high.",
    }


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (plan(), "There is a rewrite that saves 40.0 kB, and there must be none."),
        (plan(None), "There is a rewrite, and there must be none."),
        (plan(None, "unchanged"), "No rewrite: there is none."),
        (None, "It can't be told: no Dockerfile is known: name it with --dockerfile."),
    ],
)
def test_no_rewrite_at_all_has_its_own_words(made, told):
    assert sentence(only(Budgets(rewrite=Bound(count=0)), plan=made)) == told
