"""Images that were read before: the same report to the byte, and nothing of it is made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from uvdive.ledger import assemble
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import report_file
from uvdive.output.as_json.report import report_pieces
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.opening.options import ReadOptions

pytestmark = pytest.mark.engine
IMAGES = Path(__file__).parents[1] / "data" / "images"
NAMES = sorted(folder.name for folder in IMAGES.iterdir() if folder.is_dir())


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def everything(loaded: Loaded) -> tuple[object, ...]:
    index = loaded.index
    assert index is not None
    report = loaded.report
    return (
        report_file.dump(report),
        "".join(report_pieces(report)),
        dict(index.kept),
        index.offsets,
        index.places,
    )


def held_alike(
    image: str, dockerfile: Path | None, options: ReadOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(options: ReadOptions) -> tuple[object, ...]:
        return everything(load_image(image, dockerfile=dockerfile, options=options, in_process=True))

    first = load(options)
    with monkeypatch.context() as patch:
        # Making it would now fail.
        patch.delattr(assemble, "make_report")
        assert load(options) == first


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("own_cache")
def test_images_of_all_kinds(
    report_of: Callable[[str], ImageReport], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = report_of(name).image.reference
    held_alike(image, IMAGES / name / "Dockerfile", ReadOptions(), monkeypatch)


@pytest.mark.parametrize(
    "options",
    [ReadOptions(via="save"), ReadOptions(duplicates=True), ReadOptions(via="storage")],
    ids=["save", "duplicates", "storage"],
)
@pytest.mark.usefixtures("own_cache")
def test_ways_and_options(seed_image: str, options: ReadOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    held_alike(seed_image, None, options, monkeypatch)
