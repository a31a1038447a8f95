"""Whole plans, as they were last read: each decision with its reason, each choice, the whole text.

``UVDIVE_WRITE_PLANS=1`` writes those that differ anew: read what changed, as it is what users read.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_images.system_facts import facts
from made_images.system_facts import packages as packages_of
from rewrites.whole_plans import HEAD, PLAN, laid_out, parts_of, told

from uvdive.image.table import FileTable
from uvdive.ledger.report import ConsoleScript, Distribution, Environment, User
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.rewrite.evidence.system.uses import Asked, Uses
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import Planner, plan

DATA = Path(__file__).parents[1] / "data"
PLANS = DATA / "plans"
PROJECTS = sorted(path.parent for path in (DATA / "projects").glob("*/Dockerfile"))
CASES = sorted(PLANS.glob("*.txt"))


def held(shown: str, path: Path, front: str = "") -> None:
    """Hold a plan against the one in the file, behind its input ``front``."""
    text = f"{front}{PLAN}{shown}"
    if os.environ.get("UVDIVE_WRITE_PLANS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.read_text() == text


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_an_example_project_s_plan_by_its_text_reads_as_it_was_last_read(folder: Path) -> None:
    def planned(choices: Mapping[str, str]) -> RewritePlan:
        return plan(
            (folder / "Dockerfile").read_text(), None, lambda _: None, context=folder, choices=choices
        )

    held(told(planned), PLANS / "projects" / f"{folder.name}.txt")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_plan_reads_as_it_was_last_read(path: Path, tmp_path: Path, project, node, env) -> None:
    front = path.read_text().partition(PLAN)[0]
    texts = parts_of(front)
    image = texts.pop("image", None)
    text = laid_out(texts, tmp_path).read_text()

    def by_text(choices: Mapping[str, str]) -> RewritePlan:
        return plan(text, None, lambda _: None, context=tmp_path, choices=choices)

    if image is None:
        held(told(by_text), path, front)
        return
    made, evidence = _with_image(text, image, tmp_path, project, node, env)
    held(told(lambda choices: made.plan(choices=choices, **evidence)), path, front)


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_a_kept_study_of_an_example_gives_the_plans_that_are_made_anew(folder: Path) -> None:
    planner = Planner((folder / "Dockerfile").read_text(), None, lambda _: None, context=folder)
    _held_twice(planner, PLANS / "projects" / f"{folder.name}.txt")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_kept_study_gives_the_plans_that_are_made_anew(
    path: Path, tmp_path: Path, project, node, env
) -> None:
    texts = parts_of(path.read_text().partition(PLAN)[0])
    image = texts.pop("image", None)
    text = laid_out(texts, tmp_path).read_text()
    if image is None:
        _held_twice(Planner(text, None, lambda _: None, context=tmp_path), path)
        return
    made, evidence = _with_image(text, image, tmp_path, project, node, env)
    _held_twice(made.planner(**evidence), path)


def _held_twice(planner: Planner, path: Path) -> None:
    """Hold the plans of all single choices, made one after the other, and then all of them again."""
    read = path.read_text().partition(PLAN)[2]
    assert told(planner.plan) == read
    assert told(planner.plan) == read


def _with_image(
    text: str, image: str, context: Path, project: Any, node: Any, env: Any
) -> tuple[Any, dict[str, Any]]:
    """The project whose image TOML describes, and more evidence.

    ``base`` and ``wrote`` hold paths, the rest is the project's.
    """
    told = tomllib.loads(image)
    wrote = {line: _paths(paths, node) for line, paths in told.pop("wrote", {}).items()}
    base = _paths(told.pop("base", {}), node)
    environments = [_environment(each, env) for each in told.pop("environments", [{}])]
    users = [User(**each) for each in told.pop("users", [])]
    system, texts, uses = (told.pop(name, None) for name in ("system", "texts", "uses"))
    written = told.pop("written", None)
    made = project(text, wrote, base_paths=base, environments=environments, users=users, **told)
    evidence: dict[str, Any] = {"context": context, "system": None if system is None else _system(**system)}
    if uses is not None:
        evidence["asked"] = asked = Asked(lambda: Uses(**uses))
        asked.ask()
    if written is not None:
        evidence["written"] = Written(
            tuple(written["added"]), frozenset(written["folders"]), tuple(written["changed"])
        )
    if texts is not None:
        evidence["store"] = Texts(made.report.files, texts)
    return made, evidence


def _environment(told: Mapping[str, Any], env: Any) -> Environment:
    """``false`` stands for None, which TOML does not have."""
    given = {name: tuple(value) if isinstance(value, list) else value or None for name, value in told.items()}
    parts = {"distributions": Distribution, "scripts": ConsoleScript}
    for name in parts.keys() & given.keys():
        given[name] = tuple(parts[name](**each) for each in given[name])
    return env(**given)


def _system(
    packages: list[str],
    old: list[str],
    needs: list[list[Any]],
    programs: list[str],
    layers: Mapping[str, int] | None = None,
) -> SystemFacts:
    """``layers`` are those of packages that are neither the base's nor the first RUN's."""
    found = facts([Need(*each) for each in needs], packages_of(*packages), old, programs)
    return replace(found, first_layer={**found.first_layer, **(layers or {})})


def _paths(told: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """A number is a file's size, a text a link's target; a path that ends with a slash is a folder."""
    found = {}
    for path, value in told.items():
        kinds = {int: "size", str: "link"}
        words = {kinds[type(value)]: value} if type(value) in kinds else dict(value)
        found[path.rstrip("/")] = node(**{**words, "folder": path.endswith("/")})
    return found


class Texts:
    """The contents of some files of an image, by their paths."""

    def __init__(self, table: FileTable, texts: Mapping[str, str]) -> None:
        self._texts: dict[int, str] = {}
        for path, text in texts.items():
            entry = table.visible(table.find(path.encode()) or 0)
            assert entry is not None, path
            self._texts[table.entry_inode[entry]] = text

    def has(self, inode: int) -> bool:
        return inode in self._texts

    def read(self, inode: int, most: int) -> bytes:
        return self._texts.get(inode, "").encode()[:most]


def test_every_plan_in_the_folder_is_held_by_a_test() -> None:
    known = {*CASES, *(PLANS / "projects" / f"{folder.name}.txt" for folder in PROJECTS)}
    assert set(PLANS.rglob("*.*")) == known
    assert all(path.read_text().startswith(HEAD) for path in known)
