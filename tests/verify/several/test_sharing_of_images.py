"""What images share: the sums hold for any fleet, and each copy is told by whom it is held."""

from __future__ import annotations

from array import array
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from made_images.histories import FLASK, NEWER, NUMPY, grown
from made_images.samples import sample_report

from uvdive.ledger.report import LayerReport
from uvdive.verify.several.sharing import Contents, Summary, share, summary_of

LAYER = sample_report().layers[0]


def layer(name: str, size: int) -> LayerReport:
    return replace(LAYER, diff_id=name, file_bytes=size, instruction=f"RUN {name}")


def image(name: str, *layers: LayerReport) -> Summary:
    return Summary(name, name, name, "linux/amd64", sum(each.file_bytes for each in layers), None, layers, ())


def contents(**files: int) -> Contents:
    """Contents by a name, whose digest is made of it."""
    rows = sorted((int.from_bytes(name.encode()), size) for name, size in files.items())
    return Contents(
        array("Q", (digest for digest, _ in rows)),
        array("Q", (size for _, size in rows)),
        {int.from_bytes(name.encode()): f"/{name}".encode() for name in files},
    )


A, B, C, D = layer("a", 100), layer("b", 50), layer("c", 60), layer("d", 7)


def test_a_layer_is_stored_once() -> None:
    fleet = share([image("x", A, B), image("y", A, C), image("z", A, C, D)])
    assert (fleet.images_bytes, fleet.stored_bytes) == (477, 217)
    assert fleet.own_bytes == (50, 0, 7)
    assert [(each.layer.diff_id, each.images, each.saved_bytes) for each in fleet.layers] == [
        ("a", (0, 1, 2), 200),
        ("c", (1, 2), 60),
    ]
    assert (fleet.compared_bytes, fleet.repeated_bytes, fleet.contents) == (None, None, ())


def test_a_file_counts_as_repeated_where_layers_of_different_images_have_it() -> None:
    held = {
        "a": contents(base=90),
        "b": contents(uv=40, mine=5),
        "c": contents(uv=40, two=9),
        "d": contents(two=9),
    }
    fleet = share([image("x", A, B), image("y", A, C, D)], held)
    assert (fleet.compared_bytes, fleet.repeated_bytes) == (193, 40)
    (found,) = fleet.contents
    assert (found.path, found.bytes, found.layers, found.images) == (b"/uv", 40, ("b", "c"), (0, 1))


def test_what_one_image_holds_twice_is_its_own_matter() -> None:
    held = {"c": contents(two=9), "d": contents(two=9)}
    assert share([image("x", A), image("y", C, D)], held).repeated_bytes == 0


def test_packages_in_several_versions_come_first() -> None:
    reports = grown([FLASK, NUMPY]), grown([NEWER, NUMPY]), grown([NEWER])
    fleet = share([summary_of(report, str(place)) for place, report in enumerate(reports)])
    told = [
        (each.name, each.images, [(v.version, v.images) for v in each.versions]) for each in fleet.packages
    ]
    assert told[:2] == [
        ("flask", 3, [("3.2.0", (1, 2)), ("3.1.0", (0,))]),
        ("numpy", 2, [("2.1.0", (0, 1))]),
    ]
    assert fleet.packages[0].bytes == 20_000 + 2 * 21_000
    assert ("OS package", "base-files") in [(each.kind, each.name) for each in fleet.packages]


NAMES = st.lists(st.sampled_from("abcdef"), max_size=5, unique=True)


@given(
    st.lists(NAMES, max_size=6),
    st.dictionaries(
        st.sampled_from("abcdef"), st.dictionaries(st.sampled_from("pqrst"), st.just(1), max_size=4)
    ),
)
def test_the_sums_hold_for_any_fleet(stacks: list[list[str]], files: dict[str, dict[str, int]]) -> None:
    sizes = {name: 10**place for place, name in enumerate("abcdef")}
    images = [
        image(str(place), *(layer(name, sizes[name]) for name in stack)) for place, stack in enumerate(stacks)
    ]
    weights = {name: 3**place for place, name in enumerate("pqrst")}
    held = {key: contents(**{name: weights[name] for name in names}) for key, names in files.items()}
    fleet = share(images, held or None)
    assert fleet.images_bytes == fleet.stored_bytes + sum(each.saved_bytes for each in fleet.layers)
    there = {name for stack in stacks for name in stack}
    assert fleet.stored_bytes == sum(sizes[name] for name in there)
    for own, each in zip(fleet.own_bytes, fleet.images, strict=True):
        others = {one.diff_id for other in fleet.images if other is not each for one in other.layers}
        assert own == sum(one.file_bytes for one in each.layers if one.diff_id not in others)
    if held:
        expected = 0
        for name, size in weights.items():
            layers = [key for key, names in files.items() if name in names and key in there]
            if len({place for place, stack in enumerate(stacks) for key in layers if key in stack}) > 1:
                expected += size * (len(layers) - 1)
        assert fleet.repeated_bytes == expected == sum(each.repeated_bytes for each in fleet.contents)
