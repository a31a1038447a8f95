"""What multi-stage would save, from the image alone."""

from __future__ import annotations

from dataclasses import replace

from samples import sample_report

from uvdive.rewrite.estimate import saving_alone


def test_uv_its_cache_and_what_the_own_layers_wasted_are_left_behind() -> None:
    report = sample_report()
    saving = saving_alone(report)
    owners = {owner.owner: owner for owner in report.owners}
    assert saving["uv"] == owners["uv"].bytes
    own = {layer.index for layer in report.layers if not layer.base}
    for owner, count in saving.items():
        if owner not in ("uv", "uv-cache", "caches"):
            assert count == sum(w.bytes for w in report.waste if w.owner == owner and w.layer in own)
    assert list(saving.values()) == sorted(saving.values(), reverse=True)
    assert all(saving.values())


def test_nothing_of_the_base_but_uv_counts() -> None:
    report = sample_report()
    base = replace(report, layers=tuple(replace(layer, base=True) for layer in report.layers))
    assert set(saving_alone(base)) <= {"uv", "uv-cache"}
