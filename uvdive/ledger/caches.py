"""Where tools keep their caches, and which of them an app may need when it runs.

A **cache** can be made again by the tool that wrote it, and no app reads it. A
**data cache** holds what an app downloads on first use (models, corpora, browsers):
without it the app may fail where there is no network. What is not known counts as
data, so that nobody is told to remove what the app needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from uvdive.base.paths import raw
from uvdive.distro.places import DPKG, PACKAGE_CACHES
from uvdive.image.table import NONE
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.regions import Regions

CACHE, DATA = "cache", "data cache"

_ABSOLUTE: tuple[tuple[bytes, str, str], ...] = (
    *((path.encode(), tool, CACHE) for path, tool in PACKAGE_CACHES.items()),
    (b"/var/cache/man", "manual pages' index", CACHE),
    (b"/var/cache/fontconfig", "fontconfig", DATA),
    (b"/usr/share/nltk_data", "nltk", DATA),
)
# A folder by the end of its path, wherever it lies.
_ANYWHERE: tuple[tuple[bytes, str, str], ...] = (
    (b".npm", "npm", CACHE),
    (b".bun/install/cache", "bun", CACHE),
    (b".pnpm-store", "pnpm", CACHE),
    (b".local/share/pnpm/store", "pnpm", CACHE),
    (b".yarn-cache", "yarn", CACHE),
    (b".yarn/cache", "yarn", DATA),  # Plug'n'Play runs from it
    (b".cargo/registry", "cargo", CACHE),
    (b".cargo/git", "cargo", CACHE),
    (b".rustup/downloads", "rustup", CACHE),
    (b"go/pkg/mod", "go modules", CACHE),
    (b".ccache", "ccache", CACHE),
    (b".gradle/caches", "gradle", CACHE),
    (b".m2/repository", "maven", CACHE),
    (b".gem/specs", "gem", CACHE),
    (b".conda/pkgs", "conda packages", CACHE),
    (b".pytest_cache", "pytest", CACHE),
    (b".mypy_cache", "mypy", CACHE),
    (b".ruff_cache", "ruff", CACHE),
    (b".hypothesis", "hypothesis", CACHE),
    (b"nltk_data", "nltk", DATA),
    (b".EasyOCR", "EasyOCR", DATA),
    (b".keras", "keras", DATA),
    (b".insightface", "insightface", DATA),
    (b".u2net", "rembg", DATA),
    (b".paddleocr", "paddleocr", DATA),
    (b".ollama/models", "ollama", DATA),
    (b"scikit_learn_data", "scikit-learn", DATA),
    (b"seaborn-data", "seaborn", DATA),
    (b".wdm", "webdriver-manager", DATA),
)
_ENDINGS: dict[bytes, list[tuple[bytes, str, str]]] = {}
for _place in _ANYWHERE:
    _ENDINGS.setdefault(_place[0].rpartition(b"/")[2], []).append(_place)
MARKS = (*_ENDINGS, b".cache", b"conda-meta")
"""Names that tell where a cache may be."""

# Folders below one called .cache whose tools make them again; all others count as data.
_PURE = frozenset(
    b"""pip pipenv pypoetry poetry pdm hatch virtualenv pre-commit yarn node-gyp pnpm npm bun go-build ccache
    sccache mypy ruff black flake8 pylint pytest bazel zig composer Homebrew Cypress-temp nix meson cargo
    conda mamba rattler golangci-lint gopls trivy debconf apt helm typescript turbo nx eslint prettier
    babel-loader terser-webpack-plugin""".split()
)
_VARIABLES: dict[str, tuple[str, str]] = {
    "PIP_CACHE_DIR": ("pip", CACHE),
    "POETRY_CACHE_DIR": ("pypoetry", CACHE),
    "PIPENV_CACHE_DIR": ("pipenv", CACHE),
    "PDM_CACHE_DIR": ("pdm", CACHE),
    "npm_config_cache": ("npm", CACHE),
    "NPM_CONFIG_CACHE": ("npm", CACHE),
    "YARN_CACHE_FOLDER": ("yarn", CACHE),
    "GOCACHE": ("go-build", CACHE),
    "GOMODCACHE": ("go modules", CACHE),
    "CCACHE_DIR": ("ccache", CACHE),
    "SCCACHE_DIR": ("sccache", CACHE),
    "CONDA_PKGS_DIRS": ("conda packages", CACHE),
    "HF_HOME": ("huggingface", DATA),
    "HF_HUB_CACHE": ("huggingface", DATA),
    "HUGGINGFACE_HUB_CACHE": ("huggingface", DATA),
    "TRANSFORMERS_CACHE": ("huggingface", DATA),
    "SENTENCE_TRANSFORMERS_HOME": ("sentence-transformers", DATA),
    "TORCH_HOME": ("torch", DATA),
    "NLTK_DATA": ("nltk", DATA),
    "TIKTOKEN_CACHE_DIR": ("tiktoken", DATA),
    "PLAYWRIGHT_BROWSERS_PATH": ("ms-playwright", DATA),
    "PUPPETEER_CACHE_DIR": ("puppeteer", DATA),
    "KERAS_HOME": ("keras", DATA),
    "MPLCONFIGDIR": ("matplotlib", DATA),
}
# Folders that hold more than a cache, whatever a variable says.
_TOO_WIDE = frozenset(
    ["", "/app", "/code", "/data", "/home", "/opt", "/root", "/run", "/src", "/srv", "/tmp", "/usr", "/var"]  # noqa: S108
)
_BACKUPS = re.compile(rb"^(?:status|diversions|statoverride|available|config\.dat|templates\.dat)-old$")
_BACKUP_FOLDERS = (DPKG.encode(), b"/var/cache/debconf")
# Poetry keeps the environments of projects inside its cache: they are no cache.
_HOLES = ((b"pypoetry", b"virtualenvs"),)


def add_caches(regions: Regions, environ: Mapping[str, str]) -> None:
    """Mark every cache but uv's.

    Args:
        regions: where to mark them.
        environ: the image's variables, some of which name caches.
    """
    table = regions.table
    _named(regions, environ)
    _backups(regions)
    for node in regions.names.called(*MARKS):
        name = table.names[node]
        if name == b".cache":
            _home_cache(regions, node)
        elif name == b"conda-meta":
            pkgs = table.find_below(table.node_parent[node], b"pkgs")
            _add(regions, pkgs, "conda packages", CACHE)
        for place, tool, kind in _ENDINGS.get(name, ()):
            if b"/" not in place or table.path(node).endswith(b"/" + place):
                _add(regions, node, tool, kind)


def _named(regions: Regions, environ: Mapping[str, str]) -> None:
    """The caches whose paths are known, or that variables name."""
    find = regions.table.find
    for variable, (tool, kind) in _VARIABLES.items():
        path = environ.get(variable, "")
        if path.startswith("/") and path.rstrip("/") not in _TOO_WIDE:
            _add(regions, find(raw(path)), tool, kind)
    for place, tool, kind in _ABSOLUTE:
        _add(regions, find(place), tool, kind)


def _add(regions: Regions, node: int | None, tool: str, kind: str) -> None:
    if node is not None and regions.table.children(node):
        path = text(regions.table.path(node))
        regions.add(node, regions.components.number("caches", kind, tool, path=path))


def _home_cache(regions: Regions, node: int) -> None:
    """A folder called ``.cache`` (XDG Base Directory): each folder in it is one tool's."""
    table = regions.table
    for child in table.children(node):
        name = table.names[child]
        if name != b"uv":
            _add(regions, child, text(name), CACHE if name in _PURE else DATA)
        for tool, inner in _HOLES:
            hole = table.find_below(child, inner) if name == tool else None
            regions.add(hole, NONE)
    _add(regions, node, "other", DATA)


def _backups(regions: Regions) -> None:
    """What dpkg and debconf keep as their last state: nothing reads it but a person."""
    table = regions.table
    component = None
    for path in _BACKUP_FOLDERS:
        folder = table.find(path)
        for child in () if folder is None else table.children(folder):
            if _BACKUPS.match(table.names[child]):
                if component is None:
                    component = regions.components.number("caches", CACHE, "dpkg and debconf backups")
                regions.add(child, component)
