"""An image of real wheels: the packages of data science, some in each layer, about 800 MB."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import inputs

LAYERS = (
    ("numpy", "pandas", "python-dateutil", "six", "tzdata"),
    ("scipy", "scikit-learn", "joblib", "threadpoolctl"),
    ("pyarrow",),
    ("polars", "polars-runtime-32", "matplotlib", "pillow", "fonttools", "contourpy", "kiwisolver"),
    ("opencv-python-headless",),
)
PYTHON = "3.13"
SITE = f"app/.venv/lib/python{PYTHON}/site-packages"
_PREPARED = "tar-of-layer"


def archive(folder: Path) -> Path:
    """A ``docker save`` archive with a layer for each group, as ``uv pip install`` leaves them."""
    path = folder / "wheels.tar"
    if path.exists():
        return path
    work = folder / "wheels"
    shutil.rmtree(work, ignore_errors=True)
    tars = []
    for number, packages in enumerate(LAYERS):
        target = work / str(number)
        subprocess.run(
            [
                *("uv", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--link-mode=copy"),
                *("--python-version", PYTHON, "--target", str(target), *packages),
            ],
            check=True,
        )
        (target / ".lock").unlink(missing_ok=True)
        tars.append(work / f"{_PREPARED}-{number}")
        with tarfile.open(tars[-1], "w") as tar:
            if not number:
                settings = work / "pyvenv.cfg"
                settings.write_text(f"home = /usr/local/bin\nversion_info = {PYTHON}.0\n")
                tar.add(settings, "app/.venv/pyvenv.cfg")
            tar.add(target, SITE)
    inputs.write_tars(path, tars)
    shutil.rmtree(work)
    return path
