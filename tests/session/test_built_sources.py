"""What a build gave is read by its tag, which another build may have taken meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images.samples import sample_report
from screens.local_desk import LocalDesk

from uvdive.base.errors import BuildError
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.session.opening import images
from uvdive.session.opening.images import Loaded
from uvdive.session.proof import building
from uvdive.session.sources import Source


@pytest.mark.parametrize(
    ("engine", "named", "same"),
    [("i", "i", True), ("i", "c", True), ("i", "x", False), ("x", "c", False), ("x", "", True)],
)
def test_an_image_is_read_only_where_its_tag_is_still_that_of_the_build(
    engine: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, same: bool
) -> None:
    """The builder may name the manifest or the config; where none was asked, there is nothing to hold."""
    report = sample_report()
    report = replace(report, image=replace(report.image, id="i", config_digest="c"))
    loaded = Loaded(report, None)
    result = BuildResult(engine, "x:before", 1.0, named=named)
    monkeypatch.setattr(building, "build_image", lambda *_args, **_how: result)
    monkeypatch.setattr(images, "load_image", lambda *_args, **_how: loaded)
    desk, closed = LocalDesk(loaded), list[bool]()
    monkeypatch.setattr("uvdive.session.desk.open_desk", lambda *_args, **_how: desk)
    monkeypatch.setattr(desk, "close", lambda: closed.append(True))
    source = Source("", None, BuildRequest(tmp_path))
    if same:
        assert source.load() is loaded
        assert source.open() is desk
        return
    for read in (source.load, source.open):
        with pytest.raises(BuildError, match="x:before is another image"):
            read()
    assert closed == [True]
