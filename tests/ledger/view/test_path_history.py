"""The history of a path and the growth by instruction hold what the ledger and the views hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_images import layers as make
from made_images.owning import read_layers
from made_images.samples import sample_report
from made_images.stack_model import Operation, as_entry, operations

from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.ledger.view.growth import growth_of
from uvdive.ledger.view.history import changes_below, history_of
from uvdive.ledger.view.tree import Sign, build_view

LAYERS = st.lists(st.lists(operations, max_size=8), min_size=1, max_size=5)


def image_of(layers: list[list[Operation]]) -> ImageReport:
    steps = [(f"RUN {place}", [as_entry(one) for one in layer]) for place, layer in enumerate(layers)]
    with TemporaryDirectory() as folder:
        return read_layers(Path(folder), *steps)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(LAYERS)
def test_the_history_of_the_root_is_the_ledgers(layers: list[list[Operation]]) -> None:
    report = image_of(layers)
    found = {step.layer: step for step in history_of(report.files, 0, len(report.layers))}
    for layer in report.layers:
        step = found.get(layer.index)
        if step is None:
            assert [layer.file_bytes, layer.added, layer.modified, layer.removed] == [0, 0, 0, 0]
            continue
        assert (step.written, step.hidden) == (layer.file_bytes, layer.dead_bytes)
        assert (step.added, step.changed, step.removed) == (layer.added, layer.modified, layer.removed)
    last = max(found, default=None)
    assert (found[last].size if last is not None else 0) == report.totals.live_bytes


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(LAYERS)
def test_each_path_is_as_large_after_a_layer_as_the_view_shows_it(layers: list[list[Operation]]) -> None:
    report = image_of(layers)
    table = report.files
    views = [build_view(table, report.inode_owner, layer, "upto") for layer in range(len(report.layers))]
    for node in range(len(table.names)):
        steps = {step.layer: step for step in history_of(table, node, len(report.layers))}
        size = files = 0
        for layer, view in enumerate(views):
            if layer in steps:
                size, files = steps[layer].size, steps[layer].files
            assert (view.size[node], view.files[node]) == (size, files)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(LAYERS)
def test_the_changes_are_as_many_as_the_history_counts(layers: list[list[Operation]]) -> None:
    report = image_of(layers)
    table = report.files
    for node in range(len(table.names)):
        for step in history_of(table, node, len(report.layers)):
            changes, count = changes_below(table, node, step.layer, most=1000)
            signs = Counter(change.sign for change in changes)
            assert len(changes) == count
            assert (signs[Sign.ADDED], signs[Sign.CHANGED], signs[Sign.REMOVED]) == (
                step.added,
                step.changed,
                step.removed,
            )
            assert all(change.kind != Kind.DIRECTORY for change in changes)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(LAYERS, st.lists(st.sampled_from([None, 3, 5]), min_size=5, max_size=5), st.integers(0, 5))
def test_growth_sums_to_the_image_and_to_its_owners(
    layers: list[list[Operation]], lines: list[int | None], base: int
) -> None:
    report = image_of(layers)
    placed = [replace(layer, line=lines[layer.index], base=layer.index < base) for layer in report.layers]
    steps = growth_of(placed)
    assert [layer for step in steps for layer in step.layers] == [layer.index for layer in placed]
    before = 0
    owners: Counter[str] = Counter()
    for step in steps:
        assert step.before == before
        assert sum(step.owners.values()) == step.bytes
        before = step.after
        owners.update(step.owners)
    assert before == report.totals.file_bytes
    assert sum(step.dead_bytes for step in steps) == report.totals.dead_bytes
    assert {owner.owner: owner.bytes for owner in report.owners if owner.bytes} == +owners


def test_layers_of_one_line_and_those_of_the_base_are_one_step_each() -> None:
    layer = sample_report().layers[0]

    def at(index: int, line: int | None, *, base: bool = False):
        return replace(layer, index=index, line=line, base=base)

    base = [at(0, None, base=True), at(1, 1, base=True)]
    steps = growth_of([*base, at(2, 4), at(3, 4), at(4, None), at(5, None)])
    assert [(step.layers, step.line, step.base) for step in steps] == [
        ((0, 1), None, True),
        ((2, 3), 4, False),
        ((4,), None, False),
        ((5,), None, False),
    ]


def test_a_link_to_an_older_file_costs_nothing_and_shows_its_bytes(tmp_path: Path) -> None:
    report = read_layers(
        tmp_path,
        ("COPY a", [make.file("a/big", bytes(1000))]),
        ("RUN ln", [make.hard_link("b/big", "a/big")]),
        ("RUN rm", [make.whiteout("b/big"), make.file("b/new", bytes(5))]),
    )
    table = report.files
    node = table.find(b"/b")
    assert node is not None
    told = [(s.layer, s.written, s.added, s.removed, s.size) for s in history_of(table, node, 3)]
    assert told == [(1, 0, 1, 0, 1000), (2, 5, 1, 1, 5)]


def test_only_the_largest_changes_are_told_and_all_are_counted(tmp_path: Path) -> None:
    report = read_layers(tmp_path, ("COPY", [make.file(f"d/{size}", bytes(size)) for size in (3, 1, 2)]))
    changes, count = changes_below(report.files, 0, 0, most=2)
    assert [change.bytes for change in changes] == [3, 2]
    assert count == 3
