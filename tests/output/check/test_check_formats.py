"""Every format of a check: as it was last looked at, valid by its schema, and inert whatever names say.

After a change: ``UVDIVE_WRITE_CHECKS=1 uv run pytest tests/output/check``, and read the difference.
"""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from checked import BROKEN, checked, whole
from evil_names import EVIL
from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.ledger.report import Finding
from uvdive.output.check.forms.as_json import check_data
from uvdive.output.check.forms.badge import check_badge
from uvdive.output.check.forms.formats import NAMES, written
from uvdive.output.check.forms.inert import inert
from uvdive.output.check.forms.text import check_text
from uvdive.output.check.issues import issues
from uvdive.output.check.results import Cause, Check, Checked, FindingResult, RuleResult
from uvdive.output.check.rules import OTHERS, RULES, help_of
from uvdive.output.plain import visible

DATA = Path(__file__).parents[2] / "data" / "check"
SARIF = json.loads((DATA / "sarif-schema-2.1.0.json").read_text())
JUNIT = xmlschema.XMLSchema(str(DATA / "junit-10.xsd"))
OWN = json.loads(resources.files("uvdive.output").joinpath("schemas", "check-1.json").read_text())
SUFFIXES = {"text": "txt", "markdown": "md", "github": "txt", "junit": "xml"}


@pytest.mark.parametrize("name", [*NAMES, "badge", "why"])
def test_it_is_as_it_was_last_looked_at(name: str) -> None:
    check = whole(BROKEN)
    if name == "badge":
        text = check_badge(whole())
    else:
        text = written("text", check, why=True) if name == "why" else written(name, check)
    path = DATA / "golden" / f"{name}.{SUFFIXES.get(name, 'txt' if name == 'why' else 'json')}"
    if os.environ.get("UVDIVE_WRITE_CHECKS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def is_sarif(text: str) -> None:
    jsonschema.validate(json.loads(text), SARIF, cls=jsonschema.Draft4Validator)


def is_gitlab(text: str) -> None:
    """As https://docs.gitlab.com/ci/testing/code_quality/ has the fields."""
    for row in json.loads(text):
        assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert row["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not row["location"]["path"].startswith("./")
        assert row["location"]["lines"]["begin"] >= 1


def is_github(text: str) -> None:
    for line in text.splitlines():
        assert re.fullmatch(
            r"::(error|warning|notice) (file=[^:,]*,(line=\d+,)?)?title=[^:,]*::[^\x00-\x1f]*", line
        ), line


STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
VALID = {
    "sarif": is_sarif,
    "junit": JUNIT.validate,
    "gitlab": is_gitlab,
    "github": is_github,
    "json": lambda text: jsonschema.validate(json.loads(text), OWN, cls=jsonschema.Draft202012Validator),
}


@pytest.mark.parametrize("name", VALID)
def test_it_is_valid(name: str) -> None:
    VALID[name](written(name, whole(BROKEN)))
    VALID[name](written(name, Check(())))


def test_the_json_has_every_key_of_its_schema() -> None:
    def held(value: object, schema: dict[str, object], where: str) -> None:
        properties = schema.get("properties")
        if isinstance(value, dict) and isinstance(properties, dict):
            assert set(value) == set(properties) == set(schema["required"]), where  # type: ignore[call-overload]
            for key, inner in properties.items():
                held(value[key], inner, f"{where}.{key}")
        if isinstance(value, list) and value:
            held(value[0], schema.get("items", {}), where)  # type: ignore[arg-type]

    held(check_data(whole()), OWN, "")


def test_sarif_has_a_page_for_each_rule_and_a_place_for_each_result() -> None:
    (run,) = json.loads(written("sarif", whole(BROKEN)))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rule["help"]["markdown"] and rule["helpUri"].startswith("https://") for rule in rules)
    assert all(rules[row["ruleIndex"]]["id"] == row["ruleId"] for row in run["results"])
    places = {
        row["properties"]["rule"]: (
            row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            row["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for row in run["results"]
    }
    assert places["uv-in-image"] == ("Dockerfile", 1)
    assert places["max-pull-size"] == ("uvdive.toml", 4)  # no line of a Dockerfile is to blame
    assert places["unreadable"] == ("app/Dockerfile", 3)
    levels = {row["ruleId"]: row["level"] for row in run["results"]}
    assert (levels["uv-in-image"], levels["uv-tag-frozen"], levels["apt-lists-in-image"]) == (
        "error", "warning", "note"
    )  # fmt: skip


def test_a_fingerprint_stays_while_lines_and_sizes_move_and_no_two_are_one() -> None:
    def marks(check: Check) -> list[str]:
        return [issue.fingerprint for issue in issues(check)]

    first = checked()
    moved = replace(
        first,
        rules=tuple(replace(rule, line=99, value=rule.value or 0) for rule in first.rules),
        findings=tuple(
            replace(item, finding=replace(item.finding, line=99, bytes=7)) for item in first.findings
        ),
    )
    assert marks(Check((first,))) == marks(Check((moved,)))
    twice = marks(Check((first, first)))
    assert len(set(twice)) == len(twice)


def test_each_rule_and_finding_has_its_page() -> None:
    for name in (*RULES, *OTHERS, "uv-in-image"):
        told, page, address = help_of(name)
        assert told
        assert page
        assert address.startswith("https://")


def test_ignored_findings_are_in_the_json_alone() -> None:
    for name in NAMES:
        assert ("The tag says nothing" in written(name, whole())) == (name == "json"), name


def test_a_warning_makes_the_badge_yellow() -> None:
    passed = replace(checked(), rules=(RuleResult("max-size", "passed", "bytes", 1, 1),))
    warned = replace(passed, rules=(RuleResult("warn-size", "warned", "bytes", 1, 2),))
    colours = [json.loads(check_badge(Check((each,))))["color"] for each in (passed, warned, checked())]
    assert colours == ["brightgreen", "yellow", "red"]


NAMES_OF_EVIL = st.one_of(
    st.sampled_from(
        (
            *EVIL, "::error::x", "  ::set-output name=a::b", "a\n::error::b", "a%0A::error::b", "##[error]x",
            "##vso[task.complete]", "###[group]", "##teamcity[x]", "]]>", "a|b|c", "`a`", "@someone", "::",
            "\r\n::stop-commands::x", "a,line=3::b", "<b>", "[x](javascript:1)",
            "\x85::error::x", "\u2028::error::", ":", "##",
        )
    ),
    st.text(alphabet=st.sampled_from("#[]:%,|`<>&\n\r\x1b\u202e\ud800aé \\\"'"), max_size=30),
    st.text(max_size=20),
)  # fmt: skip


def evil(name: str) -> Check:
    """A check with a name of a stranger wherever there is one."""
    finding = Finding("uv-in-image", "high", name, 1, 1, (name,), name)
    rules = (
        RuleResult("packages.x", "failed", "bytes", 1, 2, 1, reason=name, why=(Cause(name, name, 1, 1),)),
        RuleResult(f"packages.{name}", "failed", "presence", False, True, None, 2),
        RuleResult("max-pull-size", "unknown", "bytes", 1, None, reason=name),
    )
    # What a system gives as a path holds no other halves of surrogate pairs.
    path = re.sub("[\ud800-\udc7f\udd00-\udfff]", "", name) or "x"
    base = checked()
    assert base.image is not None
    one = replace(
        base,
        name=name,
        dockerfile=path,
        image=replace(base.image, reference=name, platform=name),
        baseline=replace(base.baseline, reference=name),
        rules=rules,
        findings=(FindingResult(finding, fails=True, ignored=False),),
        warnings=(name,),
        refusal=name,
    )
    return Check((one, Checked(name, path, error=name)), path, {})


@settings(deadline=None, max_examples=50)
@given(NAMES_OF_EVIL)
def test_no_name_breaks_out_of_any_format(name: str) -> None:
    check = evil(name)
    texts = {each: written(each, check) for each in NAMES} | {"why": written("text", check, why=True)}
    for each, text in texts.items():
        text.encode()  # no half of a surrogate pair
        for line in text.split("\n"):
            assert not STEERS.search(line), each
            assert each == "json" or visible(line) == line, each
            assert not re.search(r"##\w*\[", line), each
            assert each == "github" or not line.lstrip().startswith("::"), each
        if each in VALID:
            VALID[each](text)
    assert texts["github"].count("\n") == len(issues(check))
    assert texts["junit"].count("<testcase") == sum(1 for _ in ET.fromstring(texts["junit"]).iter("testcase"))


@settings(deadline=None)
@given(NAMES_OF_EVIL)
def test_in_markdown_no_name_makes_a_cell_a_tag_or_a_mention(name: str) -> None:
    lines = written("markdown", evil(name)).split("\n")
    for line in lines:
        if line.startswith("| "):
            bare = re.sub(r"(`+)(?:(?!\1).)*?\1|\\.", "", line)
            assert bare.count("|") in (4, 5, 6, 8), line
        outside = re.sub(r"(`+)[^`].*?(?<!`)\1(?!`)|\\.", "", line)
        outside = re.sub(r"</?details>|</?summary>", "", outside)
        assert not re.search(r"<\w|@\w|\]\(", outside), line


@settings(deadline=None)
@given(NAMES_OF_EVIL)
def test_what_is_inert_is_one_line_that_no_runner_takes(name: str) -> None:
    text = inert(name)
    assert visible(text) == text
    assert not text.lstrip().startswith("::")
    assert inert("plain: text::x #3 # [a]") == "plain: text::x #3 # [a]"


def test_lines_are_folded_for_a_terminal_and_whole_for_a_log() -> None:
    from uvdive.output.look import Look

    assert max(map(len, check_text(whole(), Look(width=60)).split("\n"))) <= 80
    assert "[" not in re.sub(r"\[\w+\]", "", check_text(Check(())))
