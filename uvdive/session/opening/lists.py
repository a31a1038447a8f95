"""A list of packages from a file."""

from __future__ import annotations

from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import read_file
from uvdive.image.attested.sbom import Sbom, read_sbom
from uvdive.image.attested.statements import MOST


def read_list(path: Path) -> Sbom:
    """The packages that an SPDX document lists (JSON), bare or in an in-toto statement.

    Raises:
        UsageError: it cannot be read, or is no such document.
    """
    try:
        return read_sbom(read_file(path, MOST))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its name.") from error
    except ValueError as error:
        raise UsageError(
            f"{path} is no list of packages: {error}.", "Write one with: syft IMAGE -o spdx-json"
        ) from error
