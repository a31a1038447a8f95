"""What is said about packages: a lighter one in their place, all extras, the same library twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.report import ImageReport

COPY_APP = "FROM python:3.13-slim\nCOPY --from=builder /app /app"
LIGHTER, TWICE, ALL = "lighter-package-exists", "same-library-twice", "all-extras-asked"
OPENCV = {
    "cv2/cv2.abi3.so": 700_000,
    "cv2/qt/fonts/DejaVu.ttf": 3_000,
    "opencv_python.libs/libQt5Core-9088e21b.so.5.15.19": 1_200_000,
    "opencv_python.libs/libxcb-util-9255dd30.so.1.0.0": 40_000,
    "opencv_python.libs/libavcodec-c4204469.so.62.28.101": 900_000,
}


def image(
    folder: Path, *packages: tuple[str, Mapping[str, int]], more: hand.Files | None = None, **options: object
) -> ImageReport:
    files = [*hand.venv("app/.venv", *packages), *(more or [])]
    return hand.image(folder, COPY_APP, files, **options)


def test_opencv_with_windows(tmp_path: Path) -> None:
    found = hand.found(image(tmp_path, ("opencv-python", OPENCV)), LIGHTER)
    assert (found.bytes, found.line, found.paths) == (1_243_000, 2, ("opencv-python",))
    assert found.severity == "medium"
    assert found.advice == "opencv-python-headless is the same without them."


@pytest.mark.parametrize(
    "package",
    [
        ("opencv-python-headless", {name.replace("_python", "_python_headless"): 9 for name in OPENCV}),
        ("opencv-python", {"cv2/cv2.abi3.so": 700_000}),
        ("pyqt5", {"PyQt5/Qt5/lib/libQt5Core.so.5": 1_200_000}),
        ("tensorflow-cpu", {"tensorflow/x.so": 9_000}),
        ("psycopg2-binary", {"psycopg2/x.so": 9_000}),
        ("psycopg2", {"psycopg2/x.so": 9_000}),
    ],
)
def test_what_has_no_lighter_one(package: tuple[str, Mapping[str, int]], tmp_path: Path) -> None:
    assert image(tmp_path, package).findings == ()


def test_tensorflow_where_nothing_is_for_a_gpu(tmp_path: Path) -> None:
    tensorflow = ("tensorflow", {"tensorflow/x.so": 9_000})
    found = hand.found(image(tmp_path, tensorflow), LIGHTER)
    assert (found.bytes, found.severity, found.line) == (0, "info", 2)
    assert image(tmp_path, tensorflow, config={"Env": ["NVIDIA_VISIBLE_DEVICES=all"]}).findings == ()


def test_psycopg_that_was_compiled(tmp_path: Path) -> None:
    headers = [
        make.file("usr/include/libpq-fe.h", bytes(40_000)),
        make.file("var/lib/dpkg/info/libpq-dev.list", b"/usr/include/libpq-fe.h\n"),
        make.file(
            "var/lib/dpkg/status",
            b"Package: libpq-dev\nStatus: install ok installed\nSection: libdevel\nVersion: 17\n\n",
        ),
    ]
    report = image(tmp_path, ("psycopg2", {"psycopg2/x.so": 9_000}), more=headers)
    found = hand.found(report, LIGHTER)
    assert (found.bytes, found.severity, found.paths) == (40_024, "low", ("psycopg2",))
    assert LIGHTER not in hand.ids(image(tmp_path, ("psycopg2-binary", {"x.so": 9}), more=headers))


GOMP = "libgomp-a34b3233.so.1.0.0"
BLAS = "libopenblasp-r0-59ffcd50.3.15.so"


def test_the_same_library_in_several_wheels(tmp_path: Path) -> None:
    report = image(
        tmp_path,
        ("numpy", {f"numpy.libs/{BLAS}": 900_000, "numpy/x.py": 1}),
        ("scipy", {f"scipy.libs/{BLAS}": 900_000, "scipy/x.py": 1}),
        ("torch", {f"torch/lib/{GOMP}": 150_000, "torch/lib/libtorch.so": 10}),
        ("scikit-learn", {f"scikit_learn.libs/{GOMP}": 150_000, "sklearn/x.py": 1}),
    )
    found = hand.found(report, TWICE)
    assert found.title == (
        "2 native libraries are in several wheels of /app/.venv: 1.1 MB of the same content"
    )
    assert (found.bytes, found.severity, found.line) == (0, "info", None)
    assert found.paths == ("numpy", "scikit-learn", "scipy", "torch")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({f"a.libs/{BLAS}": 999_999}, {f"b.libs/{BLAS}": 999_999}),
        ({f"a.libs/{BLAS}": 2_000_000}, {f"b.libs/{BLAS}": 2_000_001}),
        ({f"a.libs/{BLAS}": 2_000_000}, {"b.libs/libopenblasp-r0-59ffcd51.3.15.so": 2_000_000}),
        ({"a.libs/libblas.so.3": 2_000_000}, {"b.libs/libblas.so.3": 2_000_000}),
        ({f"a.libs/{BLAS}": 2_000_000, f"a/lib/{BLAS}": 2_000_000}, {"b/x.py": 1}),
    ],
)
def test_other_libraries_small_ones_and_one_distribution(
    first: Mapping[str, int], second: Mapping[str, int], tmp_path: Path
) -> None:
    report = image(tmp_path, ("a", {"a/x.py": 1, **first}), ("b", {"b/y.py": 1, **second}))
    assert TWICE not in hand.ids(report)


def lock(asked: str, table: str = "dependencies = [") -> list[make.Entry]:
    text = f'version = 1\n[[package]]\nname = "z"\nsource = {{ virtual = "." }}\n{table}{asked}]\n'
    return [make.file("app/uv.lock", text.encode())]


def test_all_extras(tmp_path: Path) -> None:
    web = ("web", {"web/x.py": 100})
    report = image(tmp_path, web, more=lock('{ name = "web", extra = ["all"] }'))
    found = hand.found(report, ALL)
    assert found.title == "The project asks for web[all]: for every extra of it"
    assert (found.bytes, found.severity, found.line, found.paths) == (0, "info", 2, ("web",))


@pytest.mark.parametrize(
    "more",
    [
        lock('{ name = "web", extra = ["fast"] }'),
        lock('{ name = "web" }'),
        lock(
            '{ name = "web" }]\n[package.optional-dependencies]\nall = [{ name = "web", extra = ["all"] }',
            "dependencies = [",
        ),
    ],
)
def test_extras_by_name_and_those_of_the_project(more: list[make.Entry], tmp_path: Path) -> None:
    assert ALL not in hand.ids(image(tmp_path, ("web", {"web/x.py": 100}), more=more))
