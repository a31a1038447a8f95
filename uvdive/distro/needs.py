"""What Python distributions load or run without a header that says so, and tools that builds call.

R33. Patterns are those of ``fnmatch``; Debian's and Alpine's names stand side by side, as names of
libraries change with every release. What a package itself is for, ``kinds`` tells.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Literal

How = Literal["loads", "runs"]

_DLOPEN = {
    "cairocffi": "libcairo2 cairo",
    "cairosvg": "libcairo2 cairo",
    "django": "libgdal* libgeos-c* libproj[0-9]* gdal geos proj libspatialite* libsqlite3-mod-spatialite",
    "discord-py": "libopus0 opus ffmpeg",
    "jax": "libcudnn* libcublas*",
    "opencv-python": "libgl1 libgl1-mesa-glx libglib2.0-0*",
    "psycopg": "libpq5 libpq",
    "pycups": "libcups2*",
    "pygobject": "gir1.2-* libgirepository-*",
    "pyodbc": "unixodbc libodbc* odbcinst* msodbcsql* tdsodbc freetds odbc-postgresql odbc-mariadb",
    "python-magic": "libmagic1* libmagic-mgc file libmagic",
    "python-vlc": "vlc* libvlc*",
    "pyusb": "libusb-1.0-0 libusb",
    "pyzbar": "libzbar0* zbar",
    "sounddevice": "libportaudio2 portaudio",
    "soundfile": "libsndfile1 libsndfile",
    "wand": "libmagickwand-* libmagickcore-* imagemagick*",
    "weasyprint": "libpango* libharfbuzz* libgdk-pixbuf* libcairo2 fonts-* font-* pango shared-mime-info",
}
_PROGRAMS = {
    "camelot-py": "ghostscript",
    "celery": "procps",
    "django-tailwind": "nodejs* npm",
    "dvc": "git",
    "ffmpeg-python": "ffmpeg",
    "gitpython": "git git-lfs openssh-client",
    "graphviz": "graphviz",
    "imgkit": "wkhtmltopdf",
    "javascript": "nodejs* npm",
    "jsii": "nodejs*",
    "jupyterlab": "nodejs* npm",
    "mcp": "nodejs* npm",
    "moviepy": "ffmpeg imagemagick*",
    "ocrmypdf": "tesseract-ocr* ghostscript unpaper pngquant",
    "openai-whisper": "ffmpeg",
    "pdf2image": "poppler-utils",
    "pdfkit": "wkhtmltopdf xvfb",
    "pre-commit": "git",
    "pydot": "graphviz",
    "pydub": "ffmpeg libav-tools",
    "pyexecjs": "nodejs*",
    "pypandoc": "pandoc*",
    "pyppeteer": "chromium*",
    "pyright": "nodejs* npm",
    "pyspark": "*-jre* *-jdk* openjdk*",
    "pytesseract": "tesseract-ocr* tesseract*",
    "r5py": "*-jre* *-jdk* openjdk*",
    "reflex": "nodejs* npm unzip curl",
    "selenium": "chromium* firefox* xvfb",
    "tika": "*-jre* *-jdk* openjdk*",
    "yt-dlp": "ffmpeg nodejs*",
}
_LINKED = {
    "lxml": "libxml2 libxslt1.1",
    "mysqlclient": "libmariadb3",
    "psycopg-c": "libpq5",
    "psycopg2": "libpq5",
    "pycairo": "libcairo2",
    "pyodbc": "unixodbc",
}
"""What distributions link that are built from source, by Debian's names that releases do not change."""

_BRINGS = {
    **dict.fromkeys(("build-essential", "gcc", "g++", "make", "cmake", "ninja-build", "pkg-config"), ""),
    **dict.fromkeys(("pkgconf", "cargo", "rustc", "autoconf", "automake", "libc6-dev", "build-base"), ""),
    **dict.fromkeys(("musl-dev", "linux-headers", "python3-dev", "python-dev-is-python3"), ""),
    "default-libmysqlclient-dev": "libmariadb3",
    "libffi-dev": "libffi8",
    "libjpeg-dev": "libjpeg62-turbo",
    "libjpeg62-turbo-dev": "libjpeg62-turbo",
    "libmariadb-dev": "libmariadb3",
    "libpq-dev": "libpq5",
    "libssl-dev": "libssl3",
    "libxml2-dev": "libxml2",
    "libxslt1-dev": "libxml2 libxslt1.1",
    "libyaml-dev": "libyaml-0-2",
    "mariadb-connector-c-dev": "mariadb-connector-c",
    "openssl-dev": "libssl3",
    "postgresql-dev": "libpq",
    "zlib1g-dev": "zlib1g",
}
"""Packages that only build, with all of the libraries in `_DLOPEN` and `_LINKED` that they may bring."""

_RUNTIME_COMPILERS = frozenset({"triton", "torch", "numba", "theano", "pytensor", "pymc", "cppyy"})
"""Distributions that may call a compiler when the app runs."""

# R33: dropped only where nothing but RUNs uses them.
TOOLS = frozenset(
    (
        *("git", "curl", "wget", "unzip", "zip", "gnupg", "gnupg2", "gpg", "nodejs", "npm", "xz-utils"),
        *("lsb-release", "software-properties-common", "apt-transport-https", "dirmngr", "bzip2", "rsync"),
    )
)


def wanted_by(distribution: str, package: str) -> How | None:
    """``loads`` or ``runs`` where a distribution does that with a package's files, or None."""
    ways: tuple[tuple[Mapping[str, str], How], ...] = ((_DLOPEN, "loads"), (_PROGRAMS, "runs"))
    for table, how in ways:
        patterns = table.get(distribution, "").split()
        if any(fnmatch.fnmatchcase(package, pattern) for pattern in patterns):
            return how
    return None


OF_FULL_IMAGES = (
    *("curl", "file", "git", "imagemagick", "mercurial", "openssh-client", "procps", "subversion", "unzip"),
    *("wget", "libmagic1", "libpq5"),
)
"""Packages of https://github.com/docker-library/buildpack-deps that programs call or load when they run."""


def needed_of(distribution: str) -> tuple[str, ...]:
    """The packages of full images that a distribution loads or calls, by the tables."""
    return tuple(name for name in OF_FULL_IMAGES if wanted_by(distribution, name) is not None)


def linked_by(distribution: str) -> tuple[str, ...] | None:
    """Debian's packages that a distribution built from source needs when it runs; None: not known."""
    found = _LINKED.get(distribution)
    return None if found is None else tuple(found.split())


def loaded_of(distribution: str, build_package: str) -> tuple[str, ...] | None:
    """What a distribution loads, by name, of all that a package for building brings; None: not known."""
    if distribution not in _DLOPEN:
        return ()
    brought = _BRINGS.get(build_package)
    if brought is None:
        return None
    return tuple(name for name in brought.split() if wanted_by(distribution, name) == "loads")


def compiles_at_run_time(distribution: str) -> bool:
    """May a distribution call a compiler when the app runs?"""
    return distribution in _RUNTIME_COMPILERS
