from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from made_images.samples import HOSTILE_NAME, sample_report

from uvdive.build.events import BuildResult, BuildStep, Timings
from uvdive.ledger.report import Waste
from uvdive.output.as_json.comparison import comparison_data
from uvdive.output.as_json.report import report_data, report_pieces
from uvdive.output.as_json.rewrite import rewrite_data
from uvdive.output.as_json.text import json_pieces, json_text
from uvdive.rewrite.plan import (
    Alternative,
    Decision,
    FileChange,
    PlanWarning,
    Prediction,
    Refusal,
    RewritePlan,
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

# The contract's keys. Later versions may add some, and none may go.
REPORT_KEYS = {
    "": "schema tool_version image dockerfile config totals layers owners environments waste findings "
    "warnings",
    "image": "reference id config_digest source platform created inspect_size listed_size base",
    "image.base": "name layers by",
    "dockerfile": "path sha256 matches source",
    "config": "env entrypoint cmd user working_dir exposed_ports volumes labels healthcheck "
    "stop_signal shell",
    "totals": "file_bytes live_bytes dead_bytes efficiency duplicate_bytes tar_bytes tar_overhead "
    "compressed_bytes files",
    "layers.0": "index diff_id verified created_by instruction line end_line base file_bytes live_bytes "
    "dead_bytes tar_bytes compressed_bytes engine_size counts_links link_bytes files added "
    "modified removed owners",
    "owners.0": "owner bytes live_bytes dead_bytes shared_bytes reclaimable_bytes files components",
    "owners.0.components.0": "name version kind path bytes live_bytes dead_bytes",
    "environments.0": "path kind python interpreter interpreter_path distributions",
    "environments.0.distributions.0": "name version bytes bytecode_bytes native_bytes code_bytes data_bytes "
    "tests_bytes files why group os_package requires",
    "waste.0": "path bytes cause owner layer killed_by line",
    "findings.0": "id severity title bytes line paths advice",
}
REWRITE_KEYS = {
    "": "schema outcome evidence verified refusal text diff files decisions warnings predicted measured "
    "verification repairs repaired",
    "repairs.0": "choice value checks reason",
    "repaired.0": "choice value checks reason",
    "refusal": "rule reason line",
    "files.0": "path text diff",
    "decisions.0": "id rule line summary reason chosen alternatives",
    "decisions.0.alternatives.0": "value summary predicted_bytes",
    "warnings.0": "rule line text bytes",
    "predicted": "before_bytes after_bytes owners",
    "measured": "before_bytes after_bytes owners before_inspect_size after_inspect_size prediction_error "
    "before_seconds after_seconds sizes builds cold_seconds rebuild_seconds rebuild_changed rebuilds held_to "
    "proof_seconds loaded",
    "measured.sizes.before": "file_bytes tar_bytes compressed_bytes inspect_size listed_size",
    "measured.builds.after": "seconds steps cached engine",
    "measured.cold_seconds": "before after",
    "measured.rebuild_seconds": "before after",
    "verification": "passed checks",
    "verification.checks.0": "name status detail differences",
}
COMPARISON_KEYS = {
    "": "schema before after delta_bytes verdict owners packages os_packages paths config unread_contents",
    "owners.0": "owner before after",
    "packages.0": "environment name before after before_bytes after_bytes",
    "paths.0": "path change before_bytes after_bytes",
    "config.0": "key before after",
}


def schema(name: str) -> dict:
    text = resources.files("uvdive.output").joinpath(f"schemas/{name}-1.json").read_text()
    return json.loads(text)


def assert_contract(data: dict, name: str, keys: dict[str, str]) -> None:
    jsonschema.validate(data, schema(name), cls=jsonschema.Draft202012Validator)
    for path, wanted in keys.items():
        at = data
        for step in filter(None, path.split(".")):
            at = at[int(step)] if isinstance(at, list) else at[step]
        assert set(wanted.split()) <= set(at), path


def plan(**more: object) -> RewritePlan:
    plain = RewritePlan(
        outcome="rewritten",
        evidence="image",
        dockerfile="Dockerfile",
        original="FROM a\n",
        text="FROM b\n",
        diff="-FROM a\n+FROM b\n",
        files=(FileChange("start.sh", "new", "diff"),),
        decisions=(
            Decision("runner", "R1", 1, "s", "because", "slim", (Alternative("slim", "small", 50_000),)),
        ),
        warnings=(PlanWarning("R18", None, "careful"),),
        predicted=Prediction(71_600, 30_000, {"uv": (40_000, 0), "venv": (20_000, 20_000)}),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def comparison() -> Comparison:
    return Comparison(
        before={"reference": "a"},
        after={"reference": "b"},
        before_bytes=100,
        after_bytes=40,
        verdict="saved 60 B",
        owners=(OwnerDelta("uv", 60, 0), OwnerDelta("app", 40, 40)),
        packages=(PackageDelta("/app/.venv", "flask", "3.1.0", None, 20, None),),
        os_packages=(PackageDelta("/", "curl", None, "8.0", None, 5),),
        paths=(PathDelta(b"/caf\xe9", "removed", 60, None),),
        config=(ConfigDelta("Cmd", ["a"], None),),
    )


def test_a_report_keeps_the_contract() -> None:
    data = json.loads(json_text(report_data(sample_report())))
    data["owners"].sort(key=lambda owner: -len(owner["components"]))
    assert_contract(data, "report", REPORT_KEYS)


def test_its_sums_hold() -> None:
    data = report_data(sample_report())
    for key, sums in (("file_bytes", "bytes"), ("live_bytes", "live_bytes"), ("dead_bytes", "dead_bytes")):
        assert sum(owner[sums] for owner in data["owners"]) == data["totals"][key]
        assert sum(layer[key] for layer in data["layers"]) == data["totals"][key]
    assert sum(waste["bytes"] for waste in data["waste"]) == data["totals"]["dead_bytes"]


def test_what_a_report_does_not_know_is_null() -> None:
    report = sample_report()
    bare = replace(report, dockerfile=None, image=replace(report.image, base=None, inspect_size=None))
    data = report_data(bare)
    assert data["dockerfile"] is None
    assert data["image"]["base"] is None
    jsonschema.validate(data, schema("report"), cls=jsonschema.Draft202012Validator)


def test_the_schema_finds_what_is_wrong() -> None:
    data = report_data(sample_report())
    data["owners"][0]["bytes"] = -1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema("report"), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", ["report", "rewrite", "comparison", "packages", "what-if"])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_a_name_that_is_not_utf8_keeps_its_bytes_beside() -> None:
    report = replace(sample_report(), waste=(Waste(b"/caf\xe9", 1, "deleted", "app", 0, 1, None),))
    (waste,) = json.loads(json_text(report_data(report)))["waste"]
    assert waste["path"] == "/caf\ufffd"
    assert base64.b64decode(waste["path_b64"]) == b"/caf\xe9"


def test_a_name_that_is_utf8_has_no_second_form() -> None:
    data = report_data(sample_report())
    assert data["waste"][0]["path"] == "/app/" + HOSTILE_NAME.decode()
    assert "path_b64" not in data["waste"][0]


def test_json_is_utf8_without_anything_that_steers_a_terminal() -> None:
    hostile = {"a": "\ud800 \x1b[2J \x9b2J \u202e café \udce9 \x7f"}
    text = json_text(hostile)
    assert json.loads(text.encode()) == {"a": "\ufffd \x1b[2J \x9b2J \u202e café \ufffd \x7f"}
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "café" in text


BUILD = BuildResult(
    "sha256:1",
    "x:1",
    3.5,
    (
        BuildStep("1", "[internal] load build definition", "done"),
        BuildStep("2", "[1/2] FROM a", "cached"),
        BuildStep("3", "[2/2] RUN b", "done"),
        BuildStep("4", "exporting to image", "done"),
    ),
)


def test_builds_are_counted_in_the_dockerfiles_own_steps() -> None:
    report = sample_report()
    measured = rewrite_data(plan(), Measured(report, report, None, BUILD))["measured"]
    assert measured["builds"] == {
        "before": None,
        "after": {"seconds": 3.5, "steps": 2, "cached": 1, "engine": "docker"},
    }
    assert measured["after_seconds"] == 3.5
    assert measured["before_seconds"] is None


def test_a_rewrite_keeps_the_contract_in_every_outcome() -> None:
    report = sample_report()
    refused = plan(outcome="refused", refusal=Refusal("R59", "no", 3), predicted=None)
    checks = Verification((Check("config", "passed", "equal"), Check("start", "failed", "no", ("a", "b"))))
    measured = Measured(report, report, None, BUILD, Timings((9.0, 8.0), (2.0, 3.0), "a.py"), "2026-01-01")
    repair = (Repair("extra-paths", "/app/x", ("files",), "files: /app/x is not copied"),)
    full = rewrite_data(
        replace(refused, predicted=plan().predicted), measured, checks, offered=repair, repaired=repair
    )
    assert_contract(full, "rewrite", REWRITE_KEYS)
    for data in (rewrite_data(refused), rewrite_data(plan()), rewrite_data(plan(outcome="unchanged"))):
        jsonschema.validate(data, schema("rewrite"), cls=jsonschema.Draft202012Validator)
        assert data["verified"] is None
        assert data["measured"] is None


def test_verified_says_what_the_checks_came_to() -> None:
    passed = Verification((Check("start", "repaired", "poetry is not there"),))
    failed = Verification((Check("start", "failed", "no"),))
    assert rewrite_data(plan(), None, passed)["verified"] is True
    assert rewrite_data(plan(), None, failed)["verified"] is False


def test_r47_the_prediction_is_held_against_the_measurement() -> None:
    report = sample_report()
    predicted = Prediction(71_600, 71_600 * 2, {})
    measured = rewrite_data(plan(predicted=predicted), Measured(report, report, BUILD, BUILD))["measured"]
    assert measured["prediction_error"] == 1.0
    assert measured["owners"]["uv"] == [40_000, 40_000]
    unpredicted = rewrite_data(plan(predicted=None), Measured(report, report, BUILD, BUILD))["measured"]
    assert unpredicted["prediction_error"] is None


def test_a_comparison_keeps_the_contract() -> None:
    data = json.loads(json_text(comparison_data(comparison())))
    assert_contract(data, "comparison", COMPARISON_KEYS)
    assert data["delta_bytes"] == -60
    assert data["before"] == {"reference": "a", "file_bytes": 100}
    assert base64.b64decode(data["paths"][0]["path_b64"]) == b"/caf\xe9"


@pytest.mark.parametrize("top", [None, 0, 1])
def test_pieces_are_the_whole(top: int | None) -> None:
    text = "".join(report_pieces(sample_report(), top))
    assert json.loads(text) == json.loads(json_text(report_data(sample_report(), top)))
    assert list(json.loads(text)) == list(report_data(sample_report(), top))


def test_rows_are_written_when_they_are_asked_for() -> None:
    asked = []

    def rows() -> Iterator[dict[str, int]]:
        for number in range(3):
            asked.append(number)
            yield {"row": number}

    pieces = json_pieces({"a": [], "rows": rows(), "none": iter(()), "z": {"x": [1, {"y": "\u202e"}]}})
    text = "".join([next(pieces) for _ in range(4)])
    assert asked == [0]
    assert json.loads(text + "".join(pieces)) == {
        "a": [],
        "rows": [{"row": 0}, {"row": 1}, {"row": 2}],
        "none": [],
        "z": {"x": [1, {"y": "\u202e"}]},
    }
    assert json_text({}) == "{}\n"
