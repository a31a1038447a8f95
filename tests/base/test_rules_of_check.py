"""The rules of `uvdive check`: where they are found, what they may say, and what is told of mistakes."""

from __future__ import annotations

import json
import tomllib
from importlib import resources

import jsonschema
import pytest

from uvdive.base.errors import UsageError
from uvdive.base.files.budgets import Bound, Budgets, Known, load_budgets
from uvdive.base.files.config import load_config
from uvdive.base.units import parse_percent, parse_size
from uvdive.ledger.findings.explain import ids
from uvdive.ledger.owners import OWNERS

KNOWN = Known(OWNERS, ids())
ALL = """\
[check]
fail-level = "medium"
ignore = ["uv-tag-unpinned"]
max-size = "250 MB"
warn-size = 200_000_000
max-pull-size = "90 MiB"
max-waste = "2 %"
min-efficiency = 0.95
max-growth = "5 MB"
rewrite = "smaller than 5 %"

[check.owners]
uv = "0 B"

[check.packages]
PyTest = false
torch = "2 GB"

[check.layers]
count = 12
"""
SCHEMA = json.loads(resources.files("uvdive.output").joinpath("schemas", "uvdive-toml.json").read_text())


def rules(folder, text=ALL, name="uvdive.toml"):
    (folder / name).write_text(text)
    return load_budgets(folder, KNOWN)


def valid(text):
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(tomllib.loads(text))


def test_every_rule_is_read_with_the_line_it_stands_in(tmp_path):
    found = rules(tmp_path)
    assert found == Budgets(
        fail_level="medium",
        ignore=("uv-tag-unpinned",),
        max_size=250_000_000,
        warn_size=200_000_000,
        max_pull_size=90 * 2**20,
        max_waste=Bound(share=0.02),
        min_efficiency=0.95,
        max_growth=Bound(count=5_000_000),
        rewrite=Bound(share=0.05),
        owners={"uv": 0},
        packages={"pytest": None, "torch": 2_000_000_000},
        max_layers=12,
        source=tmp_path / "uvdive.toml",
        lines={
            "fail-level": 2,
            "ignore": 3,
            "max-size": 4,
            "warn-size": 5,
            "max-pull-size": 6,
            "max-waste": 7,
            "min-efficiency": 8,
            "max-growth": 9,
            "rewrite": 10,
            "owners.uv": 13,
            "packages.pytest": 16,
            "packages.torch": 17,
            "layers.count": 20,
        },
    )
    assert valid(ALL)


def test_a_project_has_them_below_tool_and_the_app_takes_no_offence(tmp_path):
    text = ALL.replace("[check", "[tool.uvdive.check")
    found = rules(tmp_path, f'[project]\nname = "x"\n{text}', "pyproject.toml")
    assert (found.max_size, found.lines["max-size"]) == (250_000_000, 6)
    assert load_config(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path)}).theme is None


def test_dotted_and_inline_tables_are_the_same_rules(tmp_path):
    text = 'check.max-size = "1 MB"\ncheck.owners = { uv = "0 B" }\n'
    found = rules(tmp_path, text)
    assert (found.max_size, found.owners, found.lines["max-size"]) == (1_000_000, {"uv": 0}, 1)


def test_the_nearest_folder_counts_and_the_own_file_goes_first(tmp_path):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "uvdive.toml").write_text('[check]\nmax-size = "1 MB"\n')
    assert load_budgets(below, KNOWN).max_size == 1_000_000
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.uvdive.check]\nmax-size = "2 MB"\n')
    assert load_budgets(below, KNOWN).max_size == 2_000_000
    (below / "pyproject.toml").write_text("[tool.uvdive]\n")  # says nothing of rules
    assert load_budgets(below, KNOWN).max_size == 2_000_000
    (tmp_path / "a" / "uvdive.toml").write_text('[check]\nmax-size = "3 MB"\n')
    assert load_budgets(below, KNOWN).max_size == 3_000_000


def test_without_any_only_grave_findings_fail(tmp_path):
    found = load_budgets(tmp_path, KNOWN)
    assert (found, found.fail_level) == (Budgets(), "high")


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        ('[check]\nmax-siz = "1 MB"\n', "uvdive.toml:2: there is no rule max-siz.", "max-size"),
        ('[check]\n\n[check.owners]\nuvcache = "0 B"\n', ":4: there is no rule owners.uvcache.", "uv-cache"),
        ('[check]\nignore = ["uv-tag-unpined"]\n', ":2: there is no finding uv-tag-unpined.", "unpinned"),
        ('[check]\nfail-level = "hi"\n', ":2: there is no fail-level hi.", "high"),
        ('[check]\nmax-size = "much"\n', ":2: max-size is not written as it must be.", '"250 MB"'),
        ("[check]\nmax-size = true\n", ":2: max-size is not", '"250 MB"'),
        ("[check]\nmax-size = -1\n", ":2: max-size is not", '"250 MB"'),
        ('[check]\nrewrite = "bigger than 5 %"\n', ":2: rewrite is not", '"smaller than 5 %" or "none"'),
        ("[check.packages]\ntorch = true\n", ":2: packages.torch is not", "or false"),
        ('[check.layers]\ncount = "20"\n', ":2: layers.count is not", "layers.count = 20"),
        ("[check.layers]\ncont = 20\n", ":2: there is no rule layers.cont.", "count"),
        ("[check]\nowners = 3\n", ":2: owners is not", "[check.owners]"),
        ('[check]\nmin-efficiency = "150 %"\n', ":2: min-efficiency is not written", '"95 %"'),
        (
            '[check.packages]\n"fl ask" = false\n',
            ":2: packages.fl ask is no package's name.",
            "flask = false",
        ),
        ('[chek]\nmax-size = "1 MB"\n', ":1: there is no setting chek.", "check"),
        ("check = 3\n", ":1: check is not", "[check]"),
        ("[check\n", "is no TOML", "Fix it"),
    ],
)
def test_a_mistake_is_told_with_file_line_key_and_the_nearest_name(tmp_path, text, what, do):
    with pytest.raises(UsageError) as told:
        rules(tmp_path, text)
    assert what in told.value.what
    assert do in told.value.do
    if "is no TOML" not in what:
        assert not valid(text)


def test_a_broken_project_is_only_our_concern_where_it_speaks_of_us(tmp_path):
    assert rules(tmp_path, "[project\nuvdive = 1", "pyproject.toml") == Budgets()
    with pytest.raises(UsageError, match="is no TOML"):
        rules(tmp_path, "[tool.uvdive.check\n", "pyproject.toml")


def test_a_file_that_was_named_must_have_rules(tmp_path):
    with pytest.raises(UsageError, match="There is no file"):
        load_budgets(tmp_path, KNOWN, tmp_path / "no.toml")
    path = tmp_path / "pyproject.toml"
    path.write_text("[project]\n")
    with pytest.raises(UsageError, match=r"no table tool\.uvdive\.check"):
        load_budgets(tmp_path, KNOWN, path)
    (tmp_path / "ci.toml").write_text('[check]\nmax-size = "1 MB"\n')
    assert load_budgets(tmp_path, KNOWN, tmp_path / "ci.toml").max_size == 1_000_000
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        load_budgets(tmp_path, KNOWN, tmp_path / "bad.toml")


def test_the_schema_knows_every_owner_and_finding():
    check = SCHEMA["$defs"]["check"]["properties"]
    assert tuple(check["owners"]["properties"]) == OWNERS
    assert check["ignore"]["items"]["enum"] == sorted(ids())


class TestDive:
    def test_its_keys_and_defaults(self, tmp_path):
        text = "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n"
        found = rules(tmp_path, text, ".dive-ci")
        assert (found.fail_level, found.min_efficiency, found.max_waste, found.max_user_waste) == (
            "never", 0.95, Bound(count=20_000_000), 0.1
        )  # fmt: skip
        assert found.lines == {"min-efficiency": 2, "max-waste": 3}

    def test_what_is_disabled_is_no_rule_and_case_does_not_matter(self, tmp_path):
        text = "RULES:\n  LOWESTefficiency: disabled\n  highestUserWastedPercent: 'disabled'\n"
        found = rules(tmp_path, text, ".dive-ci")
        assert (found.min_efficiency, found.max_waste, found.max_user_waste) == (None, None, None)

    def test_rules_of_ours_go_first(self, tmp_path):
        (tmp_path / ".dive-ci").write_text("rules:\n  lowestEfficiency: 0.5\n")
        assert rules(tmp_path).min_efficiency == 0.95

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("rules:\n  lowestEficiency: 1\n", ":2: there is no rule lowestEficiency."),
            ("rules:\n  lowestEfficiency: 95\n", ":2: lowestEfficiency can't be 95."),
            ("rules:\n  highestWastedBytes: x\n", ":2: highestWastedBytes can't be x."),
            ("rules:\n  lowestEfficiency: [1]\n", ":2: lowestEfficiency has no value."),
            ("rules: 3\n", ":1: here must be keys."),
            ("rules:\n- 'x\n", "is no YAML"),
        ],
    )
    def test_a_mistake_is_told_with_its_line(self, tmp_path, text, what):
        with pytest.raises(UsageError) as told:
            rules(tmp_path, text, ".dive-ci")
        assert what in told.value.what


@pytest.mark.parametrize(
    ("text", "count"),
    [("0 B", 0), ("1.5 GiB", 1_610_612_736), ("20MB", 20_000_000), ("7", 7), ("1kb", 1000), (12, 12)],
)
def test_a_size_is_read_as_people_write_it(text, count):
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "MB", "-1 MB", "1 XB", "1,5 MB", True, 1.5, None, "٣ MB"])
def test_what_is_no_size_is_none(text):
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


@pytest.mark.parametrize(("text", "share"), [("95 %", 0.95), ("0.5%", 0.005), (1, 1.0), (0.25, 0.25)])
def test_a_share_is_read_as_people_write_it(text, share):
    assert parse_percent(text) == pytest.approx(share)


@pytest.mark.parametrize("text", [2, -0.1, True, "95", "x %", None])
def test_what_is_no_share_is_none(text):
    with pytest.raises(ValueError, match="is no share"):
        parse_percent(text)
