"""Does a Python answer what ``.python-version``, ``UV_PYTHON`` or ``requires-python`` asks for?

https://docs.astral.sh/uv/concepts/python-versions/#requesting-a-version
"""

from __future__ import annotations

import re

_REQUEST = re.compile(
    r"(?P<kind>cpython|python|pypy|graalpy|pyodide|cp|pp)?[-@]?(?P<version>\d[\d.]*)?(?P<variant>t|\+\w+)?"
    r"(?P<platform>(?:-\w+)+)?",
    re.IGNORECASE,
)
_KINDS = {"": "", "cp": "cpython", "python": "", "pp": "pypy"}


def answers(request: str, version: str, interpreter: str = "", kind: str = "cpython") -> bool | None:
    """Does a Python answer a request? None where nobody can tell.

    Args:
        request: as it is written.
        version: of the Python, as far as it is known (``3.13``, ``3.13.5``).
        interpreter: its path; empty where it is not known.
        kind: ``cpython``, ``pypy`` or ``graalpy``.
    """
    wanted = request.strip()
    if wanted.lower() in ("", "any", "default", interpreter):
        return True
    if re.match(r"[<>=!~]", wanted):
        return allows(wanted, version)
    match = _REQUEST.fullmatch(wanted)
    if match is None or not (match["kind"] or match["version"]):
        return None
    named = (match["kind"] or "").lower()
    if (_KINDS.get(named, named) or kind) != kind:
        return False
    if match["variant"]:
        return None
    digits = match["version"] or ""
    if digits and "." not in digits and len(digits) > 1:  # `312`, as tags of wheels have it
        digits = f"{digits[0]}.{digits[1:]}"
    return _begins(version.split("."), digits.strip(".").split(".") if digits else [])


def allows(specifier: str, version: str) -> bool | None:
    """Does a version meet a ``requires-python``? None where it is not exact enough, or that is none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        wanted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return None
    if version.count(".") >= 2:
        return wanted.contains(version, prereleases=True)
    # Of a minor version every patch may be meant.
    found = {wanted.contains(f"{version}.{patch}", prereleases=True) for patch in range(60)}
    return found.pop() if len(found) == 1 else None


def first_request(text: str) -> str | None:
    """The first request of a ``.python-version``; None where it holds none."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return next((line for line in lines if line), None)


def _begins(version: list[str], wanted: list[str]) -> bool | None:
    """Is one version the other, or more exact than it? None where it is less exact."""
    both = min(len(version), len(wanted))
    if version[:both] != wanted[:both]:
        return False
    return True if len(wanted) <= len(version) else None
