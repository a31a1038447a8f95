"""What multi-stage would save, from the image alone."""

from __future__ import annotations

from dataclasses import replace

from made_images.samples import sample_report

from uvdive.rewrite.estimate import WASTED, saving_alone
from uvdive.session.desk import slim


def test_uv_its_cache_and_what_the_own_layers_wasted_are_left_behind() -> None:
    report = sample_report()
    saving = saving_alone(report)
    owners = {owner.owner: owner for owner in report.owners}
    assert saving["uv"] == owners["uv"].bytes
    own = {layer.index for layer in report.layers if not layer.base}
    counted = ("uv", "uv-cache", "caches")
    wasted = sum(waste.bytes for waste in report.waste if waste.layer in own and waste.owner not in counted)
    assert saving.get(WASTED, 0) <= wasted
    assert list(saving.values()) == sorted(saving.values(), reverse=True)
    assert all(saving.values())


def test_nothing_of_the_base_but_uv_counts() -> None:
    report = sample_report()
    base = replace(report, layers=tuple(replace(layer, base=True) for layer in report.layers))
    assert set(saving_alone(base)) <= {"uv", "uv-cache"}


def test_the_app_s_slim_report_is_enough() -> None:
    assert saving_alone(slim(sample_report())) == saving_alone(sample_report())
