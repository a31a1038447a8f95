"""Reads its own version out of the project's file."""

import tomllib
from pathlib import Path

import itsdangerous

print(tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"], itsdangerous.__name__)
