"""Images read from a registry on loopback: which requests, which layers, which platform."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines.registries import Registry, serving
from made_images import layers as make
from made_images.layouts import COMPRESSIONS, Json, Layout

from uvdive.base.errors import ImageError, NoEngineError
from uvdive.base.progress import BytesRead, Note, ignore
from uvdive.cli.main import main
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.events import ImageFound, LayerRead, LayersPlaced
from uvdive.image.reference import Target, parse_target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

ONE = make.layer(make.file("one", b"1" * 5000))
TWO = make.layer(make.file("one", b"1" * 5000), make.file("two", b"2"))
THREE = make.layer(make.file("three", b"3" * 70_000))
OTHER = "linux/riscv64"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as registry:
        yield registry


def read(name: str, **options: object) -> ImageReport:
    return read_image(parse_target(f"registry://{name}"), None, ReadOptions(**options), on_event=ignore)[0]  # type: ignore[arg-type]


def blobs_of(layout: Layout, image: Json) -> list[str]:
    manifest = json.loads(layout.blobs[image["digest"].removeprefix("sha256:")])
    return [f"blobs/{layer['digest']}" for layer in manifest["layers"]]


@pytest.mark.parametrize("how", COMPRESSIONS)
def test_a_registry_gives_what_an_archive_of_the_same_image_gives(
    registry: Registry, how: str, tmp_path: Path
) -> None:
    image = registry.layout.image([ONE, TWO, THREE], this_platform(), how)
    report = read(registry.tag("app", "1", image), layer_cache=False)
    archive = registry.layout.archive(tmp_path / "image.tar", image)
    other = read_image(parse_target(str(archive)), None, on_event=ignore)[0]
    assert (report.image.source, other.image.source) == ("registry", "oci-archive")
    assert report.totals == other.totals
    assert (report.owners, report.waste) == (other.owners, other.waste)
    assert report.image.id == other.image.id
    assert [replace(layer, verified=True) for layer in report.layers] == [
        replace(layer, verified=True) for layer in other.layers
    ]


def test_two_requests_tell_of_the_image_before_any_layer_is_asked_for(registry: Registry) -> None:
    image = registry.layout.image([ONE, TWO], this_platform())
    name = registry.tag("team/app", "1", image)
    events: list[object] = []
    before: list[str] = []

    def take(event: object) -> None:
        if isinstance(event, ImageFound):
            before.extend(registry.fetched())
        events.append(event)

    read_image(parse_target(f"registry://{name}"), None, ReadOptions(layer_cache=False), on_event=take)
    config = json.loads(registry.layout.blobs[image["digest"].removeprefix("sha256:")])["config"]["digest"]
    assert before == ["manifests/1", f"blobs/{config}"]
    assert sorted(registry.fetched()) == sorted([*before, *blobs_of(registry.layout, image)])
    (found,) = [event for event in events if isinstance(event, ImageFound)]
    sizes = [len(registry.layout.blobs[path.rpartition(":")[2]]) for path in blobs_of(registry.layout, image)]
    assert [layer.packed_size for layer in found.layers] == sizes
    assert len([event for event in events if isinstance(event, LayerRead)]) == 2
    assert [event.total for event in events if isinstance(event, BytesRead)][-1] == sum(sizes)


def test_lines_and_base_are_told_before_any_layer_is_asked_for(registry: Registry, tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM debian:13\n\nCOPY two /two\n")
    history = [
        {"created_by": "# debian.sh --arch 'amd64' out/ 'trixie'", "created": "2026-01-01T00:00:00Z"},
        {"created_by": "COPY two /two # buildkit", "created": "2026-02-01T00:00:00Z", "comment": "buildkit"},
    ]
    name = registry.tag("app", "1", registry.layout.image([ONE, TWO], this_platform(), history=history))
    before: list[tuple[LayersPlaced, int]] = []

    def take(event: object) -> None:
        if isinstance(event, LayersPlaced):
            before.append((event, len(registry.asked)))

    options = ReadOptions(layer_cache=False)
    report = read_image(parse_target(f"registry://{name}"), dockerfile, options, on_event=take)[0]
    assert before == [(LayersPlaced("debian:13", 1, (None, 3)), 2)]
    assert [layer.line for layer in report.layers] == [None, 3]
    assert report.image.base is not None
    assert report.image.base.name == "debian:13"


def test_what_the_cache_has_is_never_fetched(registry: Registry, own_cache_folder: None) -> None:
    first = registry.layout.image([ONE, TWO], this_platform())
    second = registry.layout.image([ONE, THREE], this_platform())
    one = read(registry.tag("app", "1", first))
    registry.asked.clear()
    again = read(registry.tag("app", "1", first))
    assert registry.fetched() == ["manifests/1"], "a second look fetches nothing but the manifest"
    assert again == one
    registry.asked.clear()
    read(registry.tag("app", "2", second))
    layers = [path for path in registry.fetched("blobs/") if path in blobs_of(registry.layout, second)]
    assert layers == blobs_of(registry.layout, second)[1:], "only the layer that differs"
    registry.asked.clear()
    assert read(f"{registry.address}/app@{first['digest']}").totals == one.totals
    assert registry.fetched() == [], "a digest says all, and all of it was kept"


def test_comparing_two_tags_fetches_only_the_layers_that_differ(
    registry: Registry, own_cache_folder: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = registry.layout.image([ONE, TWO], this_platform())
    second = registry.layout.image([ONE, THREE], this_platform())
    names = [registry.tag("app", tag, image) for tag, image in (("1", first), ("2", second))]
    assert main(["compare", *(f"registry://{name}" for name in names), "--json"]) == 0
    layers = [*blobs_of(registry.layout, first), *blobs_of(registry.layout, second)]
    fetched = [path for path in registry.fetched("blobs/") if path in layers]
    assert sorted(fetched) == sorted(set(layers)), "each once, and the one that both have too"
    assert json.loads(capsys.readouterr().out)["delta_bytes"] == 70_000 - 5_001


def test_a_layer_that_an_archive_brought_in_another_packing_is_the_same(
    registry: Registry, own_cache_folder: None
) -> None:
    packed = registry.layout.image([ONE, THREE], this_platform(), "gzip")
    plain = registry.layout.image([ONE, THREE], this_platform(), "plain")
    read(registry.tag("app", "gzip", packed))
    registry.asked.clear()
    report = read(registry.tag("app", "plain", plain))
    assert registry.fetched("blobs/")[1:] == []
    assert [layer.compressed_bytes for layer in report.layers] == [None, None]


def test_one_blob_for_two_layers_is_fetched_once(registry: Registry) -> None:
    image = registry.layout.image([ONE, THREE, ONE], this_platform())
    report = read(registry.tag("app", "1", image), layer_cache=False)
    assert len(report.layers) == 3
    assert len(registry.fetched("blobs/")) == 3, "the config and two layers"


def test_platforms_nested_indexes_and_attestations(registry: Registry) -> None:
    layout = registry.layout
    here, there = layout.image([ONE], this_platform()), layout.image([TWO], OTHER)
    nested = layout.index(here, mediaType="application/vnd.oci.image.index.v1+json")
    index = layout.index(there, layout.attestation(), nested)
    name = registry.tag("app", "1", index)
    assert read(name, layer_cache=False).image.platform == this_platform()
    registry.asked.clear()
    report = read(name, platform=OTHER, layer_cache=False)
    assert report.image.platform == OTHER
    assert registry.fetched("manifests/") == ["manifests/1", f"manifests/{there['digest']}"]
    with pytest.raises(ImageError, match=f"for {this_platform()}, {OTHER}, not for linux/s390x"):
        read(name, platform="linux/s390x", layer_cache=False)


def test_the_usual_variant_of_a_platform_is_taken(registry: Registry) -> None:
    layout = registry.layout
    variants = [
        {**layout.image([make.layer(make.file("v", variant.encode()))], "linux/arm"), "platform": {
            "os": "linux", "architecture": "arm", "variant": variant}}
        for variant in ("v5", "v6", "v7")
    ]  # fmt: skip
    name = registry.tag("app", "1", layout.index(*variants))
    read(name, platform="linux/arm", layer_cache=False)
    assert registry.fetched("manifests/")[-1] == f"manifests/{variants[2]['digest']}"


def test_one_image_of_another_platform_is_taken_where_nobody_asked(registry: Registry) -> None:
    name = registry.tag("app", "1", registry.layout.index(registry.layout.image([ONE], OTHER)))
    assert read(name, layer_cache=False).image.platform == OTHER
    single = registry.tag("app", "2", registry.layout.image([ONE], OTHER))
    with pytest.raises(ImageError, match=f"for {OTHER}, not for {this_platform()}"):
        read(single, platform=this_platform(), layer_cache=False)


def test_a_foreign_layer_comes_from_where_its_manifest_says(registry: Registry) -> None:
    layout, packed = Layout(), gzip.compress(THREE)
    digest = hashlib.sha256(packed).hexdigest()
    with serving() as elsewhere:
        elsewhere.odd("/foreign", lambda handler: handler.send_blob(packed))
        config = {
            "os": "linux",
            "architecture": this_platform().partition("/")[2],
            "rootfs": {"diff_ids": ["sha256:" + hashlib.sha256(THREE).hexdigest()]},
        }
        foreign = {
            "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "digest": f"sha256:{digest}",
            "size": len(packed),
            "urls": ["ftp://nowhere/x", f"{elsewhere.url}/gone", f"{elsewhere.url}/foreign"],
        }
        manifest = {"config": layout.add_json(config), "layers": [foreign]}
        registry.layout = layout
        report = read(registry.tag("app", "1", layout.add_json(manifest)), layer_cache=False)
        assert report.totals.file_bytes == 70_000
        assert [asked.path for asked in elsewhere.asked] == ["/gone", "/foreign"]


def test_a_bare_name_is_looked_for_in_its_registry_where_no_engine_answers(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = registry.tag("app", "1", registry.layout.image([ONE], this_platform()))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    events: list[object] = []
    report = read_image(parse_target(name), None, ReadOptions(layer_cache=False), on_event=events.append)[0]
    assert report.image.source == "registry"
    notes = [event.text for event in events if isinstance(event, Note)]
    assert notes[0].startswith("No container engine answers")
    with pytest.raises(NoEngineError, match="No container engine answers"):
        read_image(parse_target(f"docker://{name}"), None, on_event=ignore)


def test_where_neither_engine_nor_registry_answer_the_engine_is_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(NoEngineError, match="No container engine answers") as error:
        read_image(parse_target("127.0.0.1:1/app"), None, on_event=ignore)
    assert "127.0.0.1:1 cannot be reached" in error.value.do


def test_via_registry_asks_no_engine(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = registry.tag("app", "1", registry.layout.image([ONE], this_platform()))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    options = ReadOptions(layer_cache=False, via="registry")
    report = read_image(Target("docker", name), None, options, on_event=ignore)[0]
    assert report.image.source == "registry"
