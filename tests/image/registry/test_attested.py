"""What is attested of an image: its Dockerfile and lines, lists of packages, and what makes no sense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.registries import Registry, serving
from made_images import layers as make
from made_images.attesting import Version, attested, layers_of, provenance, spdx, statement
from made_images.layouts import Json

from uvdive.base.progress import ignore
from uvdive.cli.main import main
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.attested.provenance import PREDICATES, read_provenance
from uvdive.image.attested.sbom import PREDICATE, SbomPackage, read_sbom
from uvdive.image.reference import parse_target
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import report_file
from uvdive.output.redact import redact_report
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

LAYERS = [make.layer(make.file(name, name.encode() * 50)) for name in ("etc/base", "app/one", "app/two")]
TEXT = "FROM debian\nARG API_TOKEN\n\nRUN first\nRUN second\n"
SECRET = "hunter2-hunter2"
TOKEN = f"build-arg:API_TOKEN={SECRET}"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as registry:
        yield registry


def read(name: str, **options: object) -> ImageReport:
    return read_image(parse_target(f"registry://{name}"), None, ReadOptions(**options), on_event=ignore)[0]  # type: ignore[arg-type]


def image_of(registry: Registry, **fields: object) -> Json:
    return registry.layout.image(LAYERS, this_platform(), **fields)  # type: ignore[arg-type]


def built(registry: Registry, version: Version = "v0.2", **fields: object) -> str:
    """An image with its provenance: its name."""
    layout, image = registry.layout, image_of(registry)
    _, two, three = layers_of(layout, image)
    # The base's blobs are packed otherwise where it was built.
    chains = {0: ["sha256:0"], 1: ["sha256:0", two], 2: ["sha256:0", two], 3: ["sha256:0", two, three]}
    lines = {0: 1, 1: 4, 2: 2, 3: 5}
    args = {"build-arg:API_TOKEN": SECRET, "cmdline": "docker/dockerfile:1"}
    predicate = provenance(TEXT, lines, chains, version=version, **{"args": args, **fields})  # type: ignore[arg-type]
    kind = PREDICATES[version == "v1"]
    index = attested(layout, image, statement(layout, kind, predicate, image["digest"]))
    return registry.tag("app", "1", index)


@pytest.mark.parametrize("version", ["v0.2", "v1"])
def test_lines_and_text_come_from_the_provenance(registry: Registry, version: Version) -> None:
    report = read(built(registry, version), layer_cache=False)
    told = report.dockerfile
    assert told is not None
    assert (told.path, told.text, told.matches, told.file) == ("Dockerfile", TEXT, True, None)
    assert told.build_args == ("--build-arg", f"API_TOKEN={SECRET}")
    assert [layer.line for layer in report.layers] == [None, 4, 5], "FROM made no layer of its own"


def test_a_second_look_asks_for_the_index_alone(registry: Registry, own_cache_folder: None) -> None:
    name = built(registry)
    first = read(name)
    assert len(registry.fetched("manifests/")) == 3, "index, image, and what is attested"
    registry.asked.clear()
    assert read(name).dockerfile == first.dockerfile
    assert registry.fetched() == ["manifests/1"]


def test_a_dockerfile_that_is_named_counts_more(registry: Registry, tmp_path: Path) -> None:
    own = tmp_path / "Dockerfile"
    own.write_text("FROM debian\nRUN other\n")
    report = read_image(
        parse_target(f"registry://{built(registry)}"), own, ReadOptions(layer_cache=False), on_event=ignore
    )[0]
    assert report.dockerfile is not None
    assert (report.dockerfile.file, report.dockerfile.matches) == (own, False)


def test_a_target_is_the_part_of_the_text_that_was_built(registry: Registry) -> None:
    image = registry.layout.image(
        [LAYERS[0]], this_platform(), history=[{"created_by": "RUN /bin/sh -c first # buildkit"}]
    )
    text = "FROM scratch AS one\nRUN first\nFROM one\nRUN second\n"
    predicate = provenance(text, {}, {}, args={"target": "one"})
    said = statement(registry.layout, PREDICATES[0], predicate, image["digest"])
    report = read(registry.tag("app", "1", attested(registry.layout, image, said)), layer_cache=False)
    assert report.dockerfile is not None
    assert (report.dockerfile.matches, report.layers[0].line) == (True, 2)
    assert report.dockerfile.build_args == ("--target", "one")


def test_secrets_of_the_build_leave_the_machine_hidden(registry: Registry) -> None:
    report = redact_report(read(built(registry), layer_cache=False))
    assert report.dockerfile is not None
    assert report.dockerfile.build_args == ("--build-arg", "API_TOKEN=[redacted]")
    again = report_file.load(report_file.dump(report))
    assert again.dockerfile == report.dockerfile
    assert SECRET.encode() not in report_file.dump(report)


@pytest.mark.parametrize(
    ("predicate", "told"),
    [
        (
            {"metadata": {"https://mobyproject.org/buildkit@v1#metadata": {"source": {"infos": 7}}}},
            "not a list",
        ),
        ("text", "not an object"),
        (
            {
                "metadata": {
                    "https://mobyproject.org/buildkit@v1#metadata": {
                        "source": {"infos": [{"filename": "Dockerfile", "data": "!"}]}
                    }
                }
            },
            "not in base64",
        ),
    ],
)
def test_nonsense_is_told_and_the_image_read(registry: Registry, predicate: object, told: str) -> None:
    image = image_of(registry)
    said = statement(registry.layout, PREDICATES[0], predicate, image["digest"])
    report = read(registry.tag("app", "1", attested(registry.layout, image, said)), layer_cache=False)
    assert report.dockerfile is None
    assert any(told in warning for warning in report.warnings), report.warnings
    assert report.totals.files == 3


def test_a_statement_about_another_image_is_not_believed(registry: Registry) -> None:
    image = image_of(registry)
    said = statement(registry.layout, PREDICATE, spdx("pkg:pypi/flask@1"), "sha256:" + "0" * 64)
    report = read(registry.tag("app", "1", attested(registry.layout, image, said)), layer_cache=False)
    assert report.sboms == ()
    assert "The image's list of packages cannot be read: it is about another image" in report.warnings


def test_what_is_attested_and_not_there_is_told(registry: Registry) -> None:
    name, blobs = built(registry), registry.layout.blobs
    for key in [key for key, value in blobs.items() if b"predicateType" in value]:
        del blobs[key]
    report = read(name, layer_cache=False)
    assert report.dockerfile is None
    assert any("lacks the attestation" in warning for warning in report.warnings)


def test_mode_min_has_no_dockerfile() -> None:
    data = json.dumps({"predicate": {"invocation": {"parameters": {"args": {}}}}}).encode()
    assert read_provenance(data, [("sha256:1", "sha256:2")]) is None


def test_chains_of_other_images_give_no_lines() -> None:
    predicate = provenance(TEXT, {1: 4}, {1: ["sha256:other"]})
    found = read_provenance(json.dumps({"predicate": predicate}).encode(), [("sha256:1", "sha256:2")])
    assert found is not None
    assert found.lines == (None,)
    by_diff_id = provenance(TEXT, {1: 4}, {1: ["sha256:2"]})
    found = read_provenance(json.dumps({"predicate": by_diff_id}).encode(), [("sha256:1", "sha256:2")])
    assert found is not None
    assert found.lines == ((4, 4),)


def test_packages_of_a_list_are_read_as_their_urls_say() -> None:
    document = spdx(
        "pkg:deb/debian/libc6@2.41-12%2Bdeb13u5?arch=amd64",
        "pkg:pypi/Flask@3.0",
        "pkg:npm/%40scope/left-pad@1",
        "no url",
        "pkg:pypi/Flask@3.0",
    )
    sbom = read_sbom(json.dumps(document).encode())
    assert sbom.tool == "stand-in-1"
    assert sbom.packages == (
        SbomPackage("deb", "libc6", "2.41-12+deb13u5"),
        SbomPackage("npm", "left-pad", "1"),
        SbomPackage("pypi", "Flask", "3.0"),
    )
    with pytest.raises(ValueError, match="no SPDX document"):
        read_sbom(b'{"bomFormat": "CycloneDX"}')


def test_a_list_beside_what_was_found(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = "app/.venv/lib/python3.12/site-packages"
    names = (("Flask", "3.0"), ("click", "8.1"))
    files = [
        make.file(f"{site}/{name}-{version}.dist-info/{part}", text.encode())
        for name, version in names
        for part, text in (
            ("METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
            ("RECORD", f"{name}-{version}.dist-info/METADATA,,\n{name}-{version}.dist-info/RECORD,,\n"),
        )
    ]
    layer = make.layer(make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\nversion = 3.12.1\n"), *files)
    image = registry.layout.image([layer], this_platform())
    purls = ("pkg:pypi/flask@3.0", "pkg:pypi/click@8.2", "pkg:deb/debian/tar@1", "pkg:golang/x/y@2")
    said = statement(registry.layout, PREDICATE, spdx(*purls), image["digest"])
    name = registry.tag("app", "1", attested(registry.layout, image, said))
    assert main(["packages", f"registry://{name}", "--sbom", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["lists"]
    assert (found["tool"], found["packages"], found["same"]) == ("stand-in-1", 4, 1)
    assert found["other_kinds"] == {"golang": 1}
    assert found["differences"] == [
        {"kind": "os", "name": "tar", "image": [], "list": ["1"]},
        {"kind": "python", "name": "click", "image": ["8.1"], "list": ["8.2"]},
    ]
    own = tmp_path / "own.spdx.json"
    own.write_text(json.dumps(spdx("pkg:pypi/flask@3.0", "pkg:pypi/click@8.1", tool="syft-1.2")))
    for form in ("--report", "--markdown"):
        assert main(["packages", f"registry://{name}", "--sbom", "--sbom-file", str(own), form]) == 0
        text = capsys.readouterr().out
        assert "List by syft-1.2: 2 packages, 2 as in the image, 0 differences" in text
        assert "1 as in the image, 2 differences; not compared: 1 golang" in text
    own.write_text("{}")
    assert main(["packages", f"registry://{name}", "--sbom-file", str(own)]) == 2
    assert main(["packages", f"registry://{registry.tag('app', '2', image)}", "--sbom"]) == 4
    assert "came with no list of packages" in capsys.readouterr().err
