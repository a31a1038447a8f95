"""Every place of a cache, written out: whose it is, whether an app may need it, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, owners, read_layers

BASE = ("CMD base", [make.file("usr/lib/base.so", bytes(1000))])

AT_ITS_PLACE = {
    "var/lib/apt/lists": "cache/apt lists",
    "var/cache/apt": "cache/apt archives",
    "var/cache/apk": "cache/apk",
    "etc/apk/cache": "cache/apk",
    "var/cache/dnf": "cache/dnf",
    "var/cache/libdnf5": "cache/dnf",
    "var/cache/yum": "cache/yum",
    "var/cache/zypp": "cache/zypper",
    "var/cache/pacman/pkg": "cache/pacman",
    "var/cache/man": "cache/manual pages' index",
    "var/cache/fontconfig": "data cache/fontconfig",
    "usr/share/nltk_data": "data cache/nltk",
}
ANYWHERE = {
    ".npm": "cache/npm",
    ".bun/install/cache": "cache/bun",
    ".pnpm-store": "cache/pnpm",
    ".local/share/pnpm/store": "cache/pnpm",
    ".yarn-cache": "cache/yarn",
    ".yarn/cache": "data cache/yarn",
    ".cargo/registry": "cache/cargo",
    ".cargo/git": "cache/cargo",
    ".rustup/downloads": "cache/rustup",
    "go/pkg/mod": "cache/go modules",
    ".ccache": "cache/ccache",
    ".gradle/caches": "cache/gradle",
    ".m2/repository": "cache/maven",
    ".gem/specs": "cache/gem",
    ".conda/pkgs": "cache/conda packages",
    ".pytest_cache": "cache/pytest",
    ".mypy_cache": "cache/mypy",
    ".ruff_cache": "cache/ruff",
    ".hypothesis": "cache/hypothesis",
    "nltk_data": "data cache/nltk",
    ".EasyOCR": "data cache/EasyOCR",
    ".keras": "data cache/keras",
    ".insightface": "data cache/insightface",
    ".u2net": "data cache/rembg",
    ".paddleocr": "data cache/paddleocr",
    ".ollama/models": "data cache/ollama",
    "scikit_learn_data": "data cache/scikit-learn",
    "seaborn-data": "data cache/seaborn",
    ".wdm": "data cache/webdriver-manager",
}
MADE_AGAIN = """pip pipenv pypoetry poetry pdm hatch virtualenv pre-commit yarn node-gyp pnpm npm bun go-build
ccache sccache mypy ruff black flake8 pylint pytest bazel zig composer Homebrew Cypress-temp nix meson
cargo conda mamba rattler golangci-lint gopls trivy debconf apt helm typescript turbo nx eslint prettier
babel-loader terser-webpack-plugin"""
MAY_BE_NEEDED = "huggingface torch Pip pip2 Cypress ms-playwright selenium whisper fontconfig matplotlib"
VARIABLES = {
    "PIP_CACHE_DIR": "cache/pip",
    "POETRY_CACHE_DIR": "cache/pypoetry",
    "PIPENV_CACHE_DIR": "cache/pipenv",
    "PDM_CACHE_DIR": "cache/pdm",
    "npm_config_cache": "cache/npm",
    "NPM_CONFIG_CACHE": "cache/npm",
    "YARN_CACHE_FOLDER": "cache/yarn",
    "GOCACHE": "cache/go-build",
    "GOMODCACHE": "cache/go modules",
    "CCACHE_DIR": "cache/ccache",
    "SCCACHE_DIR": "cache/sccache",
    "CONDA_PKGS_DIRS": "cache/conda packages",
    "HF_HOME": "data cache/huggingface",
    "HF_HUB_CACHE": "data cache/huggingface",
    "HUGGINGFACE_HUB_CACHE": "data cache/huggingface",
    "TRANSFORMERS_CACHE": "data cache/huggingface",
    "SENTENCE_TRANSFORMERS_HOME": "data cache/sentence-transformers",
    "TORCH_HOME": "data cache/torch",
    "NLTK_DATA": "data cache/nltk",
    "TIKTOKEN_CACHE_DIR": "data cache/tiktoken",
    "PLAYWRIGHT_BROWSERS_PATH": "data cache/ms-playwright",
    "PUPPETEER_CACHE_DIR": "data cache/puppeteer",
    "KERAS_HOME": "data cache/keras",
    "MPLCONFIGDIR": "data cache/matplotlib",
}
MORE_THAN_A_CACHE = "/app /code /data /home /opt /root /run /src /srv /tmp /usr /var"


def test_caches_at_their_places(tmp_path: Path) -> None:
    files = [make.file(f"{folder}/x", bytes(6)) for folder in AT_ITS_PLACE]
    near = [make.file(f"{folder}-x/x", bytes(6)) for folder in AT_ITS_PLACE]
    told = owners(read_layers(tmp_path, BASE, ("RUN x", [*files, *near])))
    assert {folder: told[f"/{folder}/x"] for folder in AT_ITS_PLACE} == AT_ITS_PLACE
    assert not any("cache" in told[f"/{folder}-x/x"] for folder in AT_ITS_PLACE)


def test_caches_wherever_they_lie(tmp_path: Path) -> None:
    files = [make.file(f"at{n}/{folder}/x", bytes(6)) for n, folder in enumerate(ANYWHERE)]
    near = [make.file(f"near{n}/{folder}x/x", bytes(6)) for n, folder in enumerate(ANYWHERE)]
    # The last name alone is not enough where it takes more to tell.
    last = [
        make.file(f"last/{folder.rpartition('/')[2]}/x", bytes(6)) for folder in ANYWHERE if "/" in folder
    ]
    report = read_layers(tmp_path, BASE, ("COPY . /", [*files, *near, *last]))
    told = owners(report)
    assert {folder: told[f"/at{n}/{folder}/x"] for n, folder in enumerate(ANYWHERE)} == ANYWHERE
    rest = {path for path in told if path.startswith(("/near", "/last"))}
    assert {told[path] for path in rest} == {"app"}
    assert len(rest) > len(ANYWHERE)


def test_folders_of_a_home_cache(tmp_path: Path) -> None:
    pure, data = MADE_AGAIN.split(), MAY_BE_NEEDED.split()
    files = [make.file(f"root/.cache/{name}/x", bytes(6)) for name in (*pure, *data)]
    told = owners(read_layers(tmp_path, BASE, ("RUN x", files)))
    assert {name: told[f"/root/.cache/{name}/x"] for name in pure} == {name: f"cache/{name}" for name in pure}
    assert {name: told[f"/root/.cache/{name}/x"] for name in data} == {
        name: f"data cache/{name}" for name in data
    }


def test_variables_that_name_caches(tmp_path: Path) -> None:
    env = [f"{variable}=/by/{variable}/" for variable in VARIABLES] + ["OTHER_CACHE_DIR=/by/OTHER"]
    files = [make.file(f"by/{variable}/x", bytes(6)) for variable in (*VARIABLES, "OTHER")]
    told = owners(read_layers(tmp_path, BASE, ("RUN x", files), Env=env))
    assert {variable: told[f"/by/{variable}/x"] for variable in VARIABLES} == VARIABLES
    assert told["/by/OTHER/x"] == "app"


@pytest.mark.parametrize("folder", ["", *MORE_THAN_A_CACHE.split()])
def test_folders_that_hold_more_than_a_cache_whatever_a_variable_says(folder: str, tmp_path: Path) -> None:
    step = ("COPY . .", [make.file(f"{folder}/models/x".lstrip("/"), bytes(6))])
    for value in (folder, f"{folder}/"):
        assert found(read_layers(tmp_path, BASE, step, Env=[f"HF_HOME={value}"]), "caches") == {}
    report = read_layers(tmp_path, BASE, step, Env=[f"HF_HOME={folder}/models"])
    assert found(report, "caches") == {("data cache", "huggingface"): 6}


BACKUPS = """lib/dpkg/status-old lib/dpkg/diversions-old lib/dpkg/statoverride-old lib/dpkg/available-old
cache/debconf/config.dat-old cache/debconf/templates.dat-old"""


def test_the_last_state_that_dpkg_and_debconf_keep(tmp_path: Path) -> None:
    files = [make.file(f"var/{path}", bytes(6)) for path in BACKUPS.split()]
    near = ["lib/dpkg/status", "lib/dpkg/xstatus-old", "lib/dpkg/status-older", "cache/other/status-old"]
    files += [make.file(f"var/{path}", bytes(6)) for path in near]
    told = owners(read_layers(tmp_path, BASE, ("RUN x", files)))
    assert {told[f"/var/{path}"] for path in BACKUPS.split()} == {"cache/dpkg and debconf backups"}
    assert not any(told[f"/var/{path}"].startswith("cache") for path in near)


def test_an_empty_folder_and_a_file_of_such_a_name_are_no_caches(tmp_path: Path) -> None:
    files = [
        make.folder("app/.npm"),
        make.file("app/.ccache", bytes(6)),
        make.file("opt/conda/pkgs/x", bytes(7)),
    ]
    report = read_layers(tmp_path, BASE, ("RUN x", files))
    assert found(report, "caches") == {}
    conda = [make.file("opt/conda/conda-meta/history", b""), make.file("opt/conda/pkgs/x", bytes(7))]
    report = read_layers(tmp_path, BASE, ("RUN x", conda))
    assert found(report, "caches") == {("cache", "conda packages"): 7}


def test_uvs_folder_in_a_home_cache_is_not_the_caches(tmp_path: Path) -> None:
    files = [make.file("root/.cache/uv/wheels-v5/x", bytes(6)), make.file("root/.cache/loose", bytes(7))]
    report = read_layers(tmp_path, BASE, ("RUN x", files))
    assert found(report, "caches") == {("data cache", "other"): 7}
    assert sum(found(report, "uv-cache").values()) == 6


BUCKETS = """archive wheels built-wheels simple sdists builds interpreter environments flat-index git binaries
python osv"""
TOO_COMMON = ("python", "git", "builds")


@pytest.mark.parametrize("bucket", BUCKETS.split())
def test_a_bucket_of_uvs_cache(bucket: str, tmp_path: Path) -> None:
    named = ("RUN uv --cache-dir /c sync", [make.file(f"c/{bucket}-v7/x", bytes(6))])
    assert found(read_layers(tmp_path, BASE, named), "uv-cache") == {("bucket", bucket): 6}
    near = [f"c/{bucket}-vx/x", f"c/{bucket}/x", f"c/x{bucket}-v1/x", f"c/{bucket}-v1x/x"]
    step = ("RUN uv --cache-dir /c sync", [make.file(path, bytes(6)) for path in near])
    assert found(read_layers(tmp_path, BASE, step), "uv-cache") == {}
    marked = ("RUN x", [make.file(f"d/{bucket}-v7/x", bytes(6)), make.file("d/CACHEDIR.TAG", b"")])
    assert sum(found(read_layers(tmp_path, BASE, marked), "uv-cache").values()) == 6
    alone = ("RUN x", [make.file(f"d/{bucket}-v7/x", bytes(6))])
    assert found(read_layers(tmp_path, BASE, alone), "uv-cache") == {}
    other = "sdists" if bucket != "sdists" else "simple"
    two = ("RUN x", [make.file(f"d/{name}-v7/x", bytes(6)) for name in (bucket, other)])
    assert sum(found(read_layers(tmp_path, BASE, two), "uv-cache").values()) == 12
    common = ("RUN x", [make.file(f"d/{name}-v7/x", bytes(6)) for name in TOO_COMMON])
    assert found(read_layers(tmp_path, BASE, common), "uv-cache") == {}
