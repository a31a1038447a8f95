"""Every rule that the code names has a page and every page a rule; every choice has one too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import named_documents

import uvdive
from uvdive.base.errors import UsageError
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.rules.explain import CHOICE_PAGES, RULE_PAGES, explain
from uvdive.rewrite.rules.rules import RULES

SOURCE = "\n".join(path.read_text() for path in Path(uvdive.__file__).parent.rglob("*.py"))
RELEASED = {"R1", "R4", "R14", "R15", "R18", "R21", "R24", "R33", "R34", "R45", "R46", "R58", "R59", "R60"}


def test_every_rule_that_the_code_names_is_a_rule() -> None:
    assert set(re.findall(r"\bR\d{1,2}\b", SOURCE)) <= {rule.id for rule in RULES}


def test_every_rule_is_named_by_code_beside_its_own_list() -> None:
    own = (Path(uvdive.__file__).parent / "rewrite" / "rules" / "rules.py").read_text()
    named = set(re.findall(r"\bR\d{1,2}\b", SOURCE.replace(own, "")))
    assert {rule.id for rule in RULES} <= named


def test_the_rules_are_in_order_and_none_is_there_twice() -> None:
    numbers = [int(rule.id[1:]) for rule in RULES]
    assert numbers == sorted(set(numbers))
    assert {rule.id for rule in RULES} >= RELEASED


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert RULE_PAGES.ids() == tuple(rule.id for rule in RULES)


def test_every_choice_has_a_page_and_every_page_a_choice() -> None:
    assert set(CHOICE_PAGES.ids()) == CHOICES.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_page_of_a_rule_has_its_parts_and_a_source(rule) -> None:
    page = explain(rule.id)
    assert page.startswith(f"# {rule.id}: {rule.title}\n\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["What it says", "Why", "What you can do"]
    assert all(len(part.split()) >= 8 for part in page.split("\n## ")[1:])
    assert "Source: " in page.partition("\n## Why\n")[2].partition("\n## ")[0]
    assert page.endswith("\n")


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_the_page_of_a_choice_has_its_parts_and_its_values(name: str) -> None:
    page = explain(name)
    assert page.startswith(f"# {name}: ")
    parts = re.split(r"^## (.*)\n", page, flags=re.MULTILINE)
    assert parts[1::2] == ["The values", "The default, and why", "What it costs or saves", "Rules"]
    values, default, rules = parts[2], parts[4], parts[-1]
    choice = CHOICES[name]
    assert [value for value in choice.values if f"- `{value}`: " not in values] == []
    assert choice.is_free or f"`{choice.default}`" in default
    assert choice.rule in re.findall(r"R\d+", rules)
    assert set(re.findall(r"R\d+", page)) <= {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_names_only_rules_and_choices_that_there_are(rule) -> None:
    page = explain(rule.id)
    assert set(re.findall(r"\bR\d+\b", page)) <= {each.id for each in RULES}
    named = set(re.findall(r"choice `([a-z-]+)`", page)) | set(re.findall(r"--choose ([a-z-]+)=", page))
    assert named <= CHOICES.keys()


def test_no_page_names_a_document() -> None:
    """A page is read in a terminal, by somebody who has no checkout: it can only name the web."""
    for pages in (RULE_PAGES, CHOICE_PAGES):
        assert {name: list(named_documents(pages.page(name))) for name in pages.ids()} == {
            name: [] for name in pages.ids()
        }


@pytest.mark.parametrize("name", ["R45", "r45"])
def test_a_rule_is_found_in_any_case(name: str) -> None:
    assert explain(name).startswith("# R45: ")


def test_any_package_has_the_page_of_its_choice() -> None:
    assert explain("package-libmagic1") == explain("package-NAME")


@pytest.mark.parametrize("name", ["R0", "R99", "R4.5", "package", "../rules", "", "\x1b[2J"])
def test_what_is_no_rule_and_no_choice_is_said_with_what_to_do(name: str) -> None:
    with pytest.raises(UsageError, match=r"^There is no rule or choice") as raised:
        explain(name)
    assert raised.value.do.endswith("To list all: uvdive --explain list")


def test_the_nearest_names_are_told() -> None:
    with pytest.raises(UsageError) as raised:
        explain("start-script")
    assert raised.value.do.startswith("Did you mean start-scripts")
