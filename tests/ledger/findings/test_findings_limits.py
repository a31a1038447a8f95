"""Findings at the limit of each and one byte below, with every word and name that they go by."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.findings.facts import finding, heaviest, severity

FLASK = {"flask/__init__.py": 90_000}
SITE = "app/.venv/lib/python3.13/site-packages"
COPY_APP = "FROM python:3.13-slim\nCOPY --from=builder /app /app"


def app(*packages: tuple[str, Mapping[str, int]]) -> hand.Files:
    return hand.venv("app/.venv", *packages)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "low"), (999_999, "low"), (1_000_000, "medium"), (9_999_999, "medium"), (10_000_000, "high")],
)
def test_how_much_a_number_of_bytes_matters(count: int, said: str) -> None:
    assert severity(count) == said
    assert finding("x", "t", "a", count=count).severity == said
    assert finding("x", "t", "a", count=count, weight="info").severity == "info"


def test_a_finding_names_ten_paths_at_most() -> None:
    for there in (9, 10, 11):
        paths = [str(number) for number in range(there)]
        assert finding("x", "t", "a", paths=paths).paths == tuple(paths[:10])


def test_the_heaviest_layer_is_the_lowest_of_equals() -> None:
    assert heaviest({3: 5, 1: 9, 2: 9}) == 1
    assert heaviest({3: 5, 1: 4}) == 3
    assert heaviest({}) is None


@pytest.mark.parametrize(("size", "told"), [(9_999, False), (10_000, True)])
def test_removals_and_repeats_from_ten_kilobytes(size: int, told: bool, tmp_path: Path) -> None:
    data = [make.file("data/a", make.content(size, "a"))]
    removed = "FROM python:3.13-slim\nRUN make\nRUN rm -r /data"
    assert ("deleted-later" in hand.ids(hand.image(tmp_path, removed, data, [make.whiteout("data")]))) is told
    again = "FROM python:3.13-slim\nCOPY a /data/\nCOPY . /"
    assert ("rewritten-later" in hand.ids(hand.image(tmp_path, again, data, data))) is told
    lists = [make.file("var/lib/apt/lists/x_Packages", bytes(size))]
    found = hand.image(tmp_path, "FROM python:3.13-slim\nRUN apt-get update", lists)
    assert ("apt-lists-in-image" in hand.ids(found)) is told


@pytest.mark.parametrize("name", ["a_Packages", "a_Sources.lz4", "a_Contents-amd64", "a_Translation-en"])
def test_lists_that_apt_fetches_again(name: str, tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nRUN apt-get update"
    for path, told in ((name, True), (f"{name}x/lock", False), (name.replace("_", ""), False)):
        files = [make.file(f"var/lib/apt/lists/{path}", bytes(20_000))]
        assert ("apt-lists-in-image" in hand.ids(hand.image(tmp_path, dockerfile, files))) is told, path


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("var/cache/apt/pkgcache.bin", True),
        ("var/cache/apt/srcpkgcache.bin", True),
        ("var/cache/apt/archives/x.deb", True),
        ("var/cache/apt/archives/lock", False),
        ("var/lib/apt/lists/x_InRelease", False),
        ("srv/x.deb", False),
    ],
)
def test_archives_and_caches_of_apt(path: str, told: bool, tmp_path: Path) -> None:
    report = hand.image(tmp_path, "FROM python:3.13-slim\nRUN apt-get x", [make.file(path, bytes(20_000))])
    assert ("apt-lists-in-image" in hand.ids(report)) is told


REMOVES = ["rm /x", "apt-get purge x", "apt-get remove x", "apt autoremove", "apk del x", "unlink /x"]
REMOVES += ["apt-get clean", "find / -delete"]
KEEPS = ["apt-get upgrade", "rmdir-not /x", "model /x", "removed=1", "cleanup /x", "deleted /x", "purged /x"]


@pytest.mark.parametrize("command", [*REMOVES, *KEEPS])
def test_words_that_remove(command: str, tmp_path: Path) -> None:
    """What the base held counts only where somebody meant to save it."""
    base = [*hand.BASE, make.file("srv/old", bytes(50_000))]
    report = hand.image(tmp_path, f"FROM x\nRUN {command}", [make.whiteout("srv/old")], base=base)
    assert ("deleted-later" in hand.ids(report)) is (command in REMOVES)


@pytest.mark.parametrize("word", ["chown", "chmod", "chgrp", "setfacl", "touch", "xchown", "install"])
def test_words_that_change_an_owner_or_a_mode(word: str, tmp_path: Path) -> None:
    data = [make.file("data/a", make.content(50_000, "a"))]
    report = hand.image(tmp_path, f"FROM x\nCOPY a /data/\nRUN {word} x /data", data, data)
    advice = hand.found(report, "rewritten-later").advice
    assert ("COPY --chown" in advice) is (word not in ("xchown", "install"))
    assert ("in one instruction only" in advice) is (word in ("xchown", "install"))


MANIFESTS = """uv.lock pyproject.toml setup.py setup.cfg poetry.lock Pipfile Pipfile.lock requirements.txt
requirements-dev.txt README README.md .python-version package.json package-lock.json
pnpm-lock.yaml yarn.lock"""
NO_MANIFESTS = """uv.lock.bak my-uv.lock pyproject.yaml setup.sh poetry.toml Pipfiles requirements.in
README-x.md python-version packages.json pnpm-lock.json yarn.lock2 data.bin"""


def test_what_is_rightly_copied_before_the_rest(tmp_path: Path) -> None:
    names = f"{MANIFESTS} {NO_MANIFESTS}".split()
    files = [make.file(f"app/{name}", make.content(20_000, name)) for name in names]
    report = hand.image(tmp_path, "FROM x\nCOPY a b /app/\nCOPY . /app", files, files)
    assert hand.found(report, "rewritten-later").bytes == 20_000 * len(NO_MANIFESTS.split())
    told = {path.removeprefix("/app/") for path in hand.found(report, "rewritten-later").paths}
    assert told <= set(NO_MANIFESTS.split())


@pytest.mark.parametrize(("tests", "told"), [(999_999, False), (1_000_000, True)])
def test_tests_from_a_megabyte(tests: int, told: bool, tmp_path: Path) -> None:
    files = app(("p", {"p/x.py": 10, "p/tests/a.py": tests - 1, "p/test/b.py": 1}))
    assert ("package-tests-in-image" in hand.ids(hand.image(tmp_path, COPY_APP, files))) is told


def owned(files: hand.Files, uid: int, gid: int, mode: int) -> hand.Files:
    def site(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(SITE)
        info.type, info.uid, info.gid, info.mode = tarfile.DIRTYPE, uid, gid, mode
        tar.addfile(info)

    return [site, *files]


@pytest.mark.parametrize(("compiled", "told"), [(9_999_999, False), (10_000_000, True)])
def test_bytecode_from_ten_megabytes(compiled: int, told: bool, tmp_path: Path) -> None:
    files = app(("big", {"big/x.py": 10, "big/__pycache__/x.cpython-313.pyc": compiled}))
    report = hand.image(tmp_path, COPY_APP, owned(files, 0, 0, 0o755))
    assert ("bytecode-compiled" in hand.ids(report)) is told


@pytest.mark.parametrize(
    ("source", "compiled", "told"),
    [(9_999_999, 0, False), (10_000_000, 0, True), (10_000_000, 500_000, False), (10_000_000, 499_999, True)],
)
def test_missing_bytecode_from_ten_megabytes_of_source_and_a_twentieth_of_it(
    source: int, compiled: int, told: bool, tmp_path: Path
) -> None:
    files = app(("big", {"big/x.py": source, "big/__pycache__/x.cpython-313.pyc": compiled}))
    config = {"Env": ["PYTHONDONTWRITEBYTECODE=1"]}
    assert ("bytecode-missing" in hand.ids(hand.image(tmp_path, COPY_APP, files, config=config))) is told


@pytest.mark.parametrize(
    ("user", "uid", "gid", "mode", "writes"),
    [
        ("app", 1000, 0, 0o755, True),
        ("app", 1000, 0, 0o577, False),
        ("app", 0, 1000, 0o775, True),
        ("app", 0, 1000, 0o757, False),
        ("app", 0, 0, 0o757, True),
        ("app", 0, 0, 0o775, False),
        ("1000", 1000, 0, 0o755, True),
        ("2000:3000", 0, 3000, 0o775, True),
        ("2000:3000", 0, 2000, 0o775, False),
        ("2000", 0, 0, 0o775, True),
        ("2000:staff", 0, 0, 0o775, True),
        ("nobody-knows", 0, 0, 0o777, False),
        ("0", 5, 5, 0o000, True),
        ("root:5", 5, 5, 0o000, True),
        ("", 5, 5, 0o000, True),
    ],
)
def test_who_may_write_bytecode(
    user: str, uid: int, gid: int, mode: int, writes: bool, tmp_path: Path
) -> None:
    files = app(("big", {"big/x.py": 10, "big/__pycache__/x.cpython-313.pyc": 10_000_000}))
    report = hand.image(tmp_path, COPY_APP, owned(files, uid, gid, mode), config={"User": user})
    assert ("bytecode-compiled" in hand.ids(report)) is writes


GROUPS = "dev test tests testing lint linting typing docs Dev"
NO_GROUPS = "prod gpu develop doc ci"


@pytest.mark.parametrize("group", [*GROUPS.split(), *NO_GROUPS.split()])
def test_groups_for_development(group: str, tmp_path: Path) -> None:
    lock = f"""[[package]]
name = "demo"
source = {{ virtual = "." }}
dependencies = [{{ name = "flask" }}]
[package.dev-dependencies]
{group} = [{{ name = "ruff" }}]
"""
    files = [*app(("flask", FLASK), ("ruff", {"ruff.py": 5000})), make.file("app/uv.lock", lock.encode())]
    report = hand.image(tmp_path, COPY_APP, files)
    assert ("dev-group-in-image" in hand.ids(report)) is (group in GROUPS.split())
    if group == "dev":
        told = hand.found(report, "dev-group-in-image")
        assert told.title == "1 package of the dev group is in /app/.venv"


CUDA = """nvidia-cublas-cu12 cupy-cuda12x cupy-cuda13 jax-cuda12-plugin cuda-python cuda-bindings"""
NO_CUDA = """nvidianot cupy cupy-rocm-5-0 jax jaxlib torch pycuda triton"""


@pytest.mark.parametrize("name", [*CUDA.split(), *NO_CUDA.split()])
def test_packages_of_cuda(name: str, tmp_path: Path) -> None:
    report = hand.image(tmp_path, COPY_APP, app((name, {"x/lib.so": 1_200_000})))
    assert ("cuda-wheels-without-cuda" in hand.ids(report)) is (name in CUDA.split())


@pytest.mark.parametrize("name", ["triton", "pytorch-triton", "tensorrt", "torch-tensorrt", "torchtensorrt"])
def test_what_goes_with_cuda_counts_beside_it_alone(name: str, tmp_path: Path) -> None:
    both = app(("nvidia-x", {"n/lib.so": 1_200_000}), (name, {"t/lib.so": 5000}))
    told = hand.found(hand.image(tmp_path, COPY_APP, both), "cuda-wheels-without-cuda")
    assert (name in told.paths) is (name != "tensorrt")


@pytest.mark.parametrize(("size", "told"), [(999_999, False), (1_000_000, True)])
def test_cuda_from_a_megabyte(size: int, told: bool, tmp_path: Path) -> None:
    metadata = len("x.so,,\nnvidia_x-1.0.dist-info/RECORD,,\n")
    files = app(("nvidia-x", {"x.so": size - metadata}))
    assert ("cuda-wheels-without-cuda" in hand.ids(hand.image(tmp_path, COPY_APP, files))) is told


@pytest.mark.parametrize(
    ("variable", "gpu"),
    [
        ("CUDA_VERSION=1", True),
        ("NVIDIA_DRIVER_CAPABILITIES=x", True),
        ("NV_CUDA_LIB_VERSION=x", True),
        ("CUDA_HOME=/x", True),
        ("CUDA_VERSIONS=1", False),
        ("MY_CUDA_VERSION=1", False),
        ("NV_LIB=x", False),
    ],
)
def test_variables_of_an_image_for_a_gpu(variable: str, gpu: bool, tmp_path: Path) -> None:
    files = app(("nvidia-x", {"n/lib.so": 1_200_000}))
    report = hand.image(tmp_path, COPY_APP, files, config={"Env": [variable]})
    assert ("cuda-wheels-without-cuda" not in hand.ids(report)) is gpu


@pytest.mark.parametrize(("cached", "told"), [(24_999, False), (25_000, True)])
def test_a_copied_cache_from_a_quarter_of_the_environment(cached: int, told: bool, tmp_path: Path) -> None:
    rest = "flask/x.py,,\nflask-1.0.dist-info/RECORD,,\n"
    settings = "home = /usr/local/bin\nuv = 0.13.9\nversion_info = 3.13\n"
    files = app(("flask", {"flask/x.py": 100_000 - len(rest) - len(settings)}))
    files.append(make.file("root/.cache/uv/archive-v0/x/y.py", bytes(cached)))
    report = hand.image(tmp_path, "FROM x\nRUN uv sync --link-mode=copy", files)
    assert report.layers[-1].owners["venv"] == 100_000
    assert ("link-mode-copy" in hand.ids(report)) is told


@pytest.mark.parametrize(("size", "said"), [(9_999_990, "medium"), (9_999_999, "high")])
def test_a_history_matters_from_ten_megabytes(size: int, said: str, tmp_path: Path) -> None:
    files = [make.file("app/.git/HEAD", b"1"), make.file("app/.git/pack", bytes(size))]
    report = hand.image(tmp_path, "FROM x\nCOPY . /app", files)
    assert hand.found(report, "git-folder-in-image").severity == said
