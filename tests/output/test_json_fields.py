"""Every key of the JSON holds the field that it is called after, and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from itertools import count
from typing import Any

import pytest
from made_images.samples import sample_report

from uvdive.build.events import BuildResult, BuildStep, Timings
from uvdive.ledger.report import ImageReport
from uvdive.output.as_json.comparison import comparison_data
from uvdive.output.as_json.report import config_data, report_data, totals_data
from uvdive.output.as_json.rewrite import rewrite_data
from uvdive.rewrite.plan import (
    Alternative,
    Decision,
    FileChange,
    PlanWarning,
    Prediction,
    Refusal,
    RewritePlan,
    Rung,
)
from uvdive.verify.checks import (
    Check,
    Comparison,
    ConfigDelta,
    OwnerDelta,
    PackageDelta,
    PathDelta,
    Verification,
)
from uvdive.verify.measured import Measured
from uvdive.verify.repairs import Repair

_NUMBERS = count(1000)


def filled(value: Any) -> Any:
    """The value with another number, text or truth in each of its plain fields."""
    more: dict[str, Any] = {}
    for field in fields(value):
        kind = str(field.type).removesuffix(" | None")
        if kind in ("int", "str", "bool", "float"):
            number = next(_NUMBERS)
            more[field.name] = {"int": number, "str": f"text-{number}", "bool": True, "float": number / 8}[
                kind
            ]
    return replace(value, **more)


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def assert_named(data: Mapping[str, Any], value: object, *apart: str) -> None:
    """The keys (but for some) hold the fields of their names."""
    assert {key: item for key, item in data.items() if key not in apart} == {
        key: plain(getattr(value, key)) for key in data if key not in apart
    }


def rich() -> ImageReport:
    report = sample_report()
    layer = filled(replace(report.layers[0], owners={"venv": 5, "app": 6}))
    part = filled(report.components[0])
    environment = replace(
        filled(report.environments[0]),
        distributions=(replace(filled(report.environments[0].distributions[0]), why=("a", "b")),),
    )
    config = replace(
        filled(report.config),
        entrypoint=("init", "--"),
        shell=("/bin/ash", "-c"),
        exposed_ports=("80/tcp", "81/udp"),
        volumes=("/data", "/more"),
    )
    return replace(
        report,
        tool_version="9.9",
        image=filled(report.image),
        dockerfile=filled(report.dockerfile),
        config=config,
        totals=filled(report.totals),
        layers=(layer,),
        owners=(replace(filled(report.owners[0]), components=(part,)),),
        environments=(environment,),
        waste=(replace(filled(report.waste[0]), path=b"/gone"),),
        findings=(replace(filled(report.findings[0]), paths=("/x", "/y")),),
        warnings=("one", "two"),
    )


def test_a_reports_keys_hold_the_fields_of_their_names() -> None:
    report = rich()
    data = report_data(report)
    assert data["schema"] == "uvdive.report/1"
    assert (data["tool_version"], data["warnings"]) == ("9.9", ["one", "two"])
    assert_named(data["image"], report.image, "base")
    assert data["image"]["base"] == {"name": "debian:trixie-slim", "layers": 1, "by": "history"}
    assert_named(data["dockerfile"], report.dockerfile)
    assert_named(config_data(report.config), report.config)
    assert data["config"] == config_data(report.config)
    assert data["totals"] == totals_data(report.totals)
    assert_named(data["totals"], report.totals)
    assert_named(data["layers"][0], report.layers[0])
    assert_named(data["owners"][0], report.owners[0], "components")
    assert_named(data["owners"][0]["components"][0], report.owners[0].components[0])
    assert_named(data["environments"][0], report.environments[0], "distributions")
    assert_named(data["environments"][0]["distributions"][0], report.environments[0].distributions[0])
    assert_named(data["waste"][0], report.waste[0])
    assert_named(data["findings"][0], report.findings[0])


@pytest.mark.parametrize("where", ["layers", "owners", "environments", "waste", "findings"])
def test_rows_are_all_there_in_the_reports_order(where: str) -> None:
    report = sample_report()
    rows = getattr(report, where)
    twice = replace(report, **{where: (*rows, *rows[::-1])})
    data = report_data(twice)[where]
    assert data == [*report_data(report)[where], *report_data(report)[where][::-1]]


def test_what_a_config_leaves_out_is_null_and_not_an_empty_list() -> None:
    data = config_data(replace(sample_report().config, healthcheck=None))
    assert {key for key, value in data.items() if value is None} == {
        "entrypoint",
        "healthcheck",
        "stop_signal",
        "shell",
    }
    assert data["volumes"] == []


PLAN = RewritePlan(
    outcome="refused",
    evidence="image",
    dockerfile="Dockerfile",
    original="FROM a\n",
    text="FROM b\n",
    diff="-FROM a\n+FROM b\n",
    refusal=Refusal("R9", "no lock", 5),
    files=(FileChange("start.sh", "new", "-old\n+new\n"), FileChange("b.sh", "c", "d")),
    decisions=(
        Decision("runner", "R1", 1, "smaller", "because", "slim", (Alternative("slim", "small", 50_000),)),
        Decision("shell", "R2", 7, "kept", "why not"),
    ),
    warnings=(PlanWarning("R18", 3, "careful", 70), PlanWarning("R19", None, "slow")),
    predicted=Prediction(71_600, 30_000, {"uv": (40_000, 0), "venv": (20_000, 20_001)}),
)
BUILT = BuildResult(
    "sha256:1", "x", 3.5, (BuildStep("1", "[1/2] FROM a", "cached"), BuildStep("2", "[2/2] RUN b", "done"))
)


def test_a_rewrites_keys_hold_the_fields_of_their_names() -> None:
    data = rewrite_data(PLAN)
    assert data["schema"] == "uvdive.rewrite/1"
    apart = ("schema", "refusal", "files", "decisions", "warnings", "predicted")
    later = ("error", "verified", "measured", "verification", "repairs", "repaired", "ladder", "no_ladder")
    assert_named(data, PLAN, *apart, *later)
    assert data["refusal"] == {"rule": "R9", "reason": "no lock", "line": 5, "by_image": None}
    assert data["files"][0] == {"path": "start.sh", "text": "new", "diff": "-old\n+new\n"}
    assert data["warnings"] == [
        {"rule": "R18", "line": 3, "text": "careful", "bytes": 70},
        {"rule": "R19", "line": None, "text": "slow", "bytes": 0},
    ]
    for given, decision in zip(data["decisions"], PLAN.decisions, strict=True):
        assert_named(given, decision, "alternatives")
    assert data["decisions"][0]["alternatives"] == [
        {"value": "slim", "summary": "small", "predicted_bytes": 50_000}
    ]
    assert data["decisions"][1]["alternatives"] == []
    assert data["predicted"] == {
        "before_bytes": 71_600,
        "after_bytes": 30_000,
        "owners": {"uv": [40_000, 0], "venv": [20_000, 20_001]},
    }


def test_what_was_measured_stands_on_its_own_side() -> None:
    before = rich()
    after = replace(rich(), totals=replace(rich().totals, file_bytes=15_000))
    timings = Timings((9.0, 8.0), (2.0, 3.0), "a.py")
    built = replace(BUILT, seconds=4.5, steps=BUILT.steps[:1], engine="podman")
    data = rewrite_data(PLAN, Measured(before, after, BUILT, built, timings, "2026-01-01"))["measured"]
    assert (data["before_bytes"], data["after_bytes"]) == (before.totals.file_bytes, 15_000)
    assert data["prediction_error"] == 1.0
    assert (data["before_seconds"], data["after_seconds"]) == (3.5, 4.5)
    assert data["before_inspect_size"] == before.image.inspect_size
    assert data["after_inspect_size"] == after.image.inspect_size
    for side, report in (("before", before), ("after", after)):
        assert data["sizes"][side] == {
            "file_bytes": report.totals.file_bytes,
            "tar_bytes": report.totals.tar_bytes,
            "compressed_bytes": report.totals.compressed_bytes,
            "inspect_size": report.image.inspect_size,
            "listed_size": report.image.listed_size,
        }
    assert data["builds"] == {
        "before": {"seconds": 3.5, "steps": 2, "cached": 1, "engine": "docker"},
        "after": {"seconds": 4.5, "steps": 1, "cached": 1, "engine": "podman"},
    }
    assert data["cold_seconds"] == {"before": 9.0, "after": 8.0}
    assert data["rebuild_seconds"] == {"before": 2.0, "after": 3.0}
    assert (data["rebuild_changed"], data["held_to"]) == ("a.py", "2026-01-01")


def test_only_one_build_of_two_may_be_known() -> None:
    report = sample_report()
    for one, other in (("before", "after"), ("after", "before")):
        builds = {f"{one}_build": BUILT, f"{other}_build": None}
        data = rewrite_data(PLAN, Measured(report, report, **builds))["measured"]
        assert (data[f"{one}_seconds"], data[f"{other}_seconds"]) == (3.5, None)
        assert (data["builds"][one] is None, data["builds"][other]) == (False, None)
        assert (data["cold_seconds"], data["rebuild_seconds"]) == (None, None)


def test_the_ladder_is_told_rung_by_rung() -> None:
    rungs = (
        Rung("trimmed", "trimmed", (("trim", "all"),), 60, chosen=True),
        Rung("x", "y", (), None, "no", failed="z"),
    )
    keys = ("id", "summary", "choices", "predicted_bytes", "why", "chosen", "failed")
    assert [
        tuple(rung[key] for key in keys) for rung in rewrite_data(replace(PLAN, ladder=rungs))["ladder"]
    ] == [
        ("trimmed", "trimmed", {"trim": "all"}, 60, "", True, ""),
        ("x", "y", {}, None, "no", False, "z"),
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"outcome": "rewritten", "evidence": "static"}, "only the built image tells"),
        ({"outcome": "improved", "evidence": "image"}, "the stages stay as they are"),
        ({"outcome": "unchanged", "evidence": "static"}, "the stages stay as they are"),
        ({"outcome": "rewritten", "evidence": "image"}, ""),
        ({"outcome": "refused", "evidence": "image"}, ""),
        ({"outcome": "improved", "ladder": (Rung("multi-stage", "multi-stage", (), 60),)}, ""),
    ],
)
def test_why_there_is_no_ladder_is_told(changes, why) -> None:
    told = rewrite_data(replace(PLAN, **changes))["no_ladder"]
    assert (why in told) if why else told == ""


def test_checks_and_repairs_are_told_as_they_are() -> None:
    checks = Verification((Check("config", "passed", "equal"), Check("start", "failed", "no", ("a", "b"))))
    offered, repaired = Repair("paths", "/x", ("files",), "lost"), Repair("packages", "git", ("start",), "y")
    data = rewrite_data(PLAN, None, checks, offered=[offered], repaired=[repaired])
    given = data["verification"]["checks"]
    assert [(check["name"], check["status"], check["detail"]) for check in given] == [
        ("config", "passed", "equal"),
        ("start", "failed", "no"),
    ]
    assert [check["differences"] for check in given] == [[], ["a", "b"]]
    assert data["repairs"] == [{"choice": "paths", "value": "/x", "checks": ["files"], "reason": "lost"}]
    assert data["repaired"] == [{"choice": "packages", "value": "git", "checks": ["start"], "reason": "y"}]


def test_a_comparisons_keys_hold_the_fields_of_their_names() -> None:
    rows = (
        PackageDelta("/app/.venv", "flask", "3.0", "3.1", 20, 30),
        PackageDelta("/", "a", None, "1", None, 4),
    )
    found = Comparison(
        before={"reference": "a"},
        after={"reference": "b"},
        before_bytes=100,
        after_bytes=40,
        verdict="smaller",
        owners=(OwnerDelta("uv", 60, 0), OwnerDelta("app", 40, 41)),
        packages=rows,
        os_packages=rows[::-1],
        paths=(
            PathDelta(b"/a", "changed", 60, 61, ("mode 1 -> 2", "uid")),
            PathDelta(b"/b", "added", None, 7),
        ),
        config=(ConfigDelta("Cmd", ["a"], None), ConfigDelta("User", "", "app")),
        unread=3,
    )
    data = comparison_data(found)
    assert data["schema"] == "uvdive.comparison/1"
    assert data["before"] == {"reference": "a", "file_bytes": 100}
    assert data["after"] == {"reference": "b", "file_bytes": 40}
    assert (data["delta_bytes"], data["verdict"], data["unread_contents"]) == (-60, "smaller", 3)
    for name in ("owners", "packages", "os_packages", "paths", "config"):
        for given, value in zip(data[name], getattr(found, name), strict=True):
            assert_named(given, value, *(["moved_from"] if name.endswith("packages") else []))
