"""What packages cost, in words, as Markdown and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from made_images.environments import asks, distribution, environment
from made_images.samples import sample_report

from uvdive.ledger.costs.costs import costs_of
from uvdive.ledger.report import Environment, ImageReport
from uvdive.output.as_json.packages import packages_data
from uvdive.output.as_json.text import json_text
from uvdive.output.as_markdown.packages import packages_markdown
from uvdive.output.as_text.packages import packages_text
from uvdive.output.redact import redact_report

PLACE = environment(
    distribution("web", 1_000, "templates", "shared", version="3.1"),
    distribution("templates", 20_000, "gone ; python_version > '3'"),
    distribution("cloud", 4_000, "shared", "botlib"),
    distribution("botlib", 300_000),
    distribution("shared", 50_000),
    replace(distribution("pytest", 7_000), group="dev"),
    replace(distribution("apt", 9_000, version="2"), os_package="python3-apt"),
    asks=(asks("shop", None, "web", "cloud"), asks("shop", "dev", "pytest")),
)


def report(*places: Environment) -> ImageReport:
    return replace(sample_report(), environments=places)


def lines(*places: Environment, tree: bool = False) -> list[str]:
    given = report(*places)
    return packages_text(given, costs_of(given), width=100, tree=tree).splitlines()


def test_the_list_has_what_costs_most_first() -> None:
    assert lines(PLACE) == [
        "sample:1  71.6 kB",
        "",
        "/app/.venv: 7 packages, 391.0 kB, Python 3.13.5",
        "     own   with it  package        asked for by",
        "          375.0 kB  shop                                   ###################",
        "  4.0 kB  304.0 kB  cloud 1.0      shop                    ################",
        "300.0 kB  300.0 kB  botlib 1.0     cloud                   ###############",
        " 50.0 kB   50.0 kB  shared 1.0     cloud, web              ###",
        "  1.0 kB   21.0 kB  web 3.1        shop                    #",
        " 20.0 kB   20.0 kB  templates 1.0  web                     #",
        "  9.0 kB    9.0 kB  apt 2          OS package python3-apt  #",
        "  7.0 kB    7.0 kB  pytest 1.0     group dev               #",
        "            7.0 kB  group dev                              #",
    ]


def test_the_tree_has_below_each_what_goes_with_it() -> None:
    assert [line[20:38].rstrip() for line in lines(PLACE, tree=True)[4:]] == [
        "shop",
        "  cloud 1.0",
        "    botlib 1.0",
        "  shared 1.0",
        "  web 3.1",
        "    templates 1.0",
        "apt 2",
        "group dev",
        "  pytest 1.0",
    ]


def test_of_many_who_ask_the_first_are_named() -> None:
    place = environment(
        *(distribution(f"p{number}", 1, "core") for number in range(5)), distribution("core", 9)
    )
    assert any("p0, p1, p2 and 2 more" in line for line in lines(place))


def test_notes_and_an_image_without_packages() -> None:
    assert "  No lock or project says" in "\n".join(lines(replace(PLACE, asks=())))
    given = report()
    assert packages_text(given, ()).endswith("The image has no Python packages that uvdive knows of.\n")
    assert packages_markdown(given, ()).endswith("The image has no Python packages that uvdive knows of.\n")


def test_a_deep_tree_stays_on_the_screen() -> None:
    items = [distribution(f"p{number}", 1, f"p{number + 1}") for number in range(40)]
    assert max(map(len, lines(environment(*items, asks=(asks("a", None, "p0"),)), tree=True))) < 110


@pytest.mark.parametrize("tree", [True, False])
def test_markdown_is_a_table(*, tree: bool) -> None:
    given = report(PLACE)
    text = packages_markdown(given, costs_of(given), tree=tree)
    assert "### /app/.venv: 7 packages, 391.0 kB, Python 3.13.5" in text
    assert "| own | with it | package | asked for by |\n| ---: | ---: | --- | --- |" in text
    inner = "&nbsp;&nbsp;&nbsp;&nbsp;" if tree else ""
    assert f"| 300.0 kB | 300.0 kB | {inner}botlib 1.0 | cloud |" in text


def test_somebody_elses_names_are_made_harmless() -> None:
    place = environment(distribution("a\x1b[2J|<b>", 1, version="1\n2"), path="/x\x1b/.venv")
    given = report(place)
    text, markdown = packages_text(given, costs_of(given)), packages_markdown(given, costs_of(given))
    assert "\x1b" not in text + markdown + json_text(packages_data(given, costs_of(given)))
    assert "\\|\\<b\\>" in markdown


def test_json_keeps_its_contract() -> None:
    given = report(PLACE, replace(environment(distribution("tool", 1), path="/t"), kind="tool"))
    data = json.loads(json_text(packages_data(given, costs_of(given))))
    schema = json.loads(resources.files("uvdive.output").joinpath("schemas/packages-1.json").read_text())
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    first = data["environments"][0]
    assert set(first) == set(schema["properties"]["environments"]["items"]["required"])
    assert (first["bytes"], first["python"], first["kind"]) == (391_000, "3.13.5", "venv")
    assert first["asked"] == [
        {"name": "shop", "exclusive_bytes": 375_000, "requires": ["cloud", "web"]},
        {"name": "group dev", "exclusive_bytes": 7_000, "requires": ["pytest"]},
    ]
    assert first["packages"][0] == {
        "name": "cloud",
        "version": "1.0",
        "bytes": 4_000,
        "exclusive_bytes": 304_000,
        "goes_with": "shop",
        "requires": ["botlib", "shared"],
        "required_by": ["shop"],
        "extras": [],
        "os_package": None,
    }
    assert first["not_installed"] == [{"name": "gone", "required_by": ["templates"]}]
    assert first["packages"][-2]["goes_with"] is None
    assert data["file_bytes"] == 71_600


def test_an_address_in_a_requirement_keeps_its_password() -> None:
    secret = "hunter2-hunter2"
    place = environment(distribution("a", 1, f"b @ https://me:{secret}@example.com/b.whl", "c>=1"))
    (shown,) = redact_report(report(place)).environments
    assert shown.distributions[0].requires[1] == "c>=1"
    assert secret not in shown.distributions[0].requires[0]
