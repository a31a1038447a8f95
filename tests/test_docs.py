"""The documentation: what is generated is up to date, and the site is whole and needs no network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


class Links(HTMLParser):
    """The anchors of a page, what it links to, and what a browser loads to show it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.targets.append(given["href"])
        elif tag == "link" and given.get("rel") != "canonical":
            self.loaded.append(given.get("href", ""))
        elif "src" in given:
            self.loaded.append(given["src"])


def copied(folder: Path) -> Path:
    """What the site is made of, in a folder of its own, as a build writes beside its sources."""
    shutil.copytree(DOCS, folder / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "zensical.toml", folder)
    return folder


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("docs"))
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    found = {path.resolve(): Links(path.read_text()) for path in site.rglob("*.html")}
    return {path: links for path, links in found.items() if path.name != "404.html"}


def test_what_is_generated_is_what_the_code_says_now() -> None:
    command = [sys.executable, str(DOCS / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run: uv run python docs/generate.py"


@pytest.mark.parametrize("target", ["nowhere.md", "rules.md#r999", "#nothing"])
def test_a_broken_link_fails_the_build(target: str, tmp_path: Path) -> None:
    page = copied(tmp_path) / "docs" / "limits.md"
    page.write_text(f"{page.read_text()}\n[a link]({target})\n")
    assert build(tmp_path).returncode != 0


def test_every_page_is_in_the_site_and_its_menu(pages: dict[Path, Links], site: Path) -> None:
    names = {path.stem for path in DOCS.glob("*.md")}
    assert {path.stem for path in pages} == names
    menu = {
        urlsplit(target).path.removeprefix("./") for target in pages[(site / "index.html").resolve()].targets
    }
    assert {f"{name}.html" for name in names} - menu == set()


def test_every_link_of_the_site_leads_somewhere(pages: dict[Path, Links], site: Path) -> None:
    broken = []
    for path, links in pages.items():
        for target in (*links.targets, *links.loaded):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = file.is_file() and file.is_relative_to(site.resolve())
            if not there or (parts.fragment and file in pages and parts.fragment not in pages[file].anchors):
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_the_site_loads_nothing_from_elsewhere(pages: dict[Path, Links], site: Path) -> None:
    foreign = [each for links in pages.values() for each in links.loaded if urlsplit(each).netloc]
    styles = [path.read_text() for path in site.rglob("*.css")]
    assert foreign == []
    assert [
        each for text in styles for each in re.findall(r"url\(\s*[\"']?((?:https?:)?//[^)]*)", text)
    ] == []


def test_every_link_of_the_repository_s_own_pages_leads_somewhere() -> None:
    broken = []
    for page in (*ROOT.glob("*.md"), *DOCS.glob("*.md")):
        for target in re.findall(
            r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
        ):
            path = urlsplit(target).path
            if not urlsplit(target).scheme and path and not (page.parent / path).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


@pytest.mark.parametrize("name", ["report", "rewrite", "comparison", "check"])
def test_every_example_is_as_its_schema_says(name: str) -> None:
    example = json.loads((DOCS / "examples" / f"{name}.json").read_text())
    schema = json.loads((ROOT / "uvdive" / "output" / "schemas" / f"{name}-1.json").read_text())
    jsonschema.validate(example, schema, cls=jsonschema.Draft202012Validator)
