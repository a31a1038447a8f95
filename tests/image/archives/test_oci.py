"""OCI layouts in folders and archives: platforms, tags, nested indexes, compressions, damage."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.layouts import COMPRESSIONS, Layout

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.reference import parse_target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

ONE = make.layer(make.file("one", b"1" * 5000))
TWO = make.layer(make.file("one", b"1" * 5000), make.file("two", b"2"))
TAG = "org.opencontainers.image.ref.name"
OTHER = "linux/riscv64"


def read(target: Path | str, platform: str | None = None, *, verify: bool = False) -> ImageReport:
    options = ReadOptions(platform, verify)
    return read_image(parse_target(str(target)), None, options, on_event=ignore)[0]


@pytest.mark.parametrize("how", COMPRESSIONS)
@pytest.mark.parametrize("kind", ["folder", "archive", "packed archive"])
def test_every_compression_gives_the_same_image(how: str, kind: str, tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image([ONE, TWO], this_platform(), how)
    if kind == "folder":
        report = read(f"oci:{layout.folder(tmp_path / 'layout', image)}")
        assert report.image.source == "oci-layout"
    else:
        path = layout.archive(tmp_path / "image.tar", image)
        if kind == "packed archive":
            path.write_bytes(gzip.compress(path.read_bytes()))
        report = read(path)
        assert report.image.source == "oci-archive"
    assert (report.totals.file_bytes, report.totals.dead_bytes) == (10_001, 5000)
    assert report.waste[0].cause == "rewritten"
    assert all((layer.compressed_bytes is None) == (how == "plain") for layer in report.layers)
    if how != "plain":
        assert all(layer.verified for layer in report.layers)


def test_a_bare_folder_with_a_layout_is_opened_as_one(tmp_path: Path) -> None:
    layout = Layout()
    folder = layout.folder(tmp_path / "layout", layout.image([ONE], this_platform()))
    assert parse_target(str(folder)).kind == "oci"


def test_platforms_nested_indexes_and_attestations(tmp_path: Path) -> None:
    layout = Layout()
    index = layout.index(
        layout.attestation(),
        layout.image([ONE], OTHER),
        layout.image([ONE, TWO], this_platform()),
        annotations={TAG: "app:1"},
    )
    folder = f"oci:{layout.folder(tmp_path / 'layout', layout.index(index))}"
    assert len(read(folder).layers) == 2, "this machine's platform by default"
    assert len(read(folder, OTHER).layers) == 1
    assert len(read(f"{folder}:app:1").layers) == 2
    assert len(read(f"{folder}:1", OTHER).layers) == 1
    with pytest.raises(ImageError, match="no image for linux/s390x") as error:
        read(folder, "linux/s390x")
    assert OTHER in error.value.do
    with pytest.raises(ImageError, match="no image called other"):
        read(f"{folder}:other")


def test_a_foreign_image_that_is_alone_needs_no_option(tmp_path: Path) -> None:
    layout = Layout()
    folder = layout.folder(tmp_path / "layout", layout.image([ONE], OTHER))
    assert read(f"oci:{folder}").image.platform == OTHER


def test_two_tags_need_a_name(tmp_path: Path) -> None:
    layout = Layout()
    images = [
        layout.image([ONE], this_platform(), annotations={TAG: "a"}),
        layout.image([TWO], this_platform(), annotations={TAG: "b"}),
    ]
    path = layout.archive(tmp_path / "image.tar", *images)
    with pytest.raises(ImageError, match="2 images") as error:
        read(path)
    assert error.value.do.endswith(f"a {this_platform()}, b {this_platform()}.")
    assert read(f"oci-archive:{path}:b").totals.files == 2


@pytest.mark.parametrize("part", ["layer", "config", "manifest"])
def test_a_wrong_digest_names_the_blob(part: str, tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image([ONE], this_platform())
    names = list(layout.blobs)
    name = {"config": names[0], "layer": names[1], "manifest": names[2]}[part]
    good = layout.blobs[name]
    layout.blobs[name] = gzip.compress(TWO) if part == "layer" else good.replace(b"sha256", b"sha257", 1)
    folder = layout.folder(tmp_path / "layout", image)
    with pytest.raises(ImageError, match="is not what it should be") as error:
        read(f"oci:{folder}")
    assert name in error.value.what


def test_plain_blobs_are_verified_when_asked_to(tmp_path: Path) -> None:
    layout = Layout()
    folder = layout.folder(tmp_path / "layout", layout.image([ONE], this_platform(), "plain"))
    assert not read(f"oci:{folder}").layers[0].verified
    assert read(f"oci:{folder}", verify=True).layers[0].verified


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_cut_blob_is_an_error(how: str, tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image([ONE], this_platform(), how)
    name = list(layout.blobs)[1]
    layout.blobs[name] = layout.blobs[name][:-20]
    with pytest.raises(ImageError, match=r"cannot be unpacked|too early"):
        read(f"oci:{layout.folder(tmp_path / 'layout', image)}")


def test_a_missing_blob_and_a_missing_index(tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image([ONE], this_platform())
    del layout.blobs[list(layout.blobs)[1]]
    with pytest.raises(ImageError, match="lacks the layer blobs/sha256/"):
        read(f"oci:{layout.folder(tmp_path / 'layout', image)}")
    with pytest.raises(ImageError, match=r"no index\.json"):
        read(f"oci:{tmp_path / 'nowhere'}")


def test_indexes_without_end_are_refused(tmp_path: Path) -> None:
    layout = Layout()
    index = layout.image([ONE])
    for _ in range(12):
        index = layout.index(index)
    with pytest.raises(ImageError, match="nested without end"):
        read(f"oci:{layout.folder(tmp_path / 'layout', index)}")


def test_what_refers_to_an_image_is_no_image(tmp_path: Path) -> None:
    """SBOMs, signatures and the like stand beside images as manifests of their own."""
    layout = Layout()
    image = layout.image([make.layer(make.file("a", b"abc"))])
    empty = layout.add(b"{}", mediaType="application/vnd.oci.empty.v1+json")
    config = layout.add(b"{}", mediaType="application/vnd.oci.image.config.v1+json")
    spdx = layout.add(b"{}", mediaType="application/spdx+json")
    artifacts = (
        {"artifactType": "application/spdx+json", "config": empty, "layers": [spdx], "subject": image},
        {"config": empty, "layers": [spdx], "subject": image},
        {"artifactType": "application/spdx+json", "config": config, "layers": [spdx]},
        {
            "config": config,
            "layers": [layout.add(b"{}", mediaType="application/vnd.dev.cosign.simplesigning.v1+json")],
        },
    )
    manifests = [layout.add_json(artifact) for artifact in artifacts]
    assert read(layout.folder(tmp_path / "x", image, *manifests)).totals.files == 1
    # An image that names the kinds of its parts is one.
    data = make.layer(make.file("a", b"abcd"))
    tar = layout.add(data, mediaType="application/vnd.oci.image.layer.v1.tar")
    whole = {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [tar["digest"]]}}
    typed = {"config": layout.add_json(whole, mediaType=config["mediaType"]), "layers": [tar]}
    assert read(layout.folder(tmp_path / "y", layout.add_json(typed), *manifests)).totals.files == 1
