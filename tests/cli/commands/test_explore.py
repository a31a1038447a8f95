from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_images.samples import SECRET, sample_report

from uvdive.base.progress import BytesRead, Note, ignore
from uvdive.build.events import BuildLog, BuildStep
from uvdive.cli.telling.builds import BuildNarrator
from uvdive.cli.telling.console import Console
from uvdive.image.events import ImageFound, LayerOutline, LayerRead
from uvdive.ledger.saved import report_file
from uvdive.session.opening.options import ReadOptions
from uvdive.verify.checks import Check, CheckStarted


def test_without_a_terminal_there_is_a_plain_report(run, session) -> None:
    ran = run("some:image")
    assert ran.code == 0
    assert "71.6 kB in 7 files" in ran.out
    assert session.names() == ["load"]


def test_in_a_terminal_the_app_opens_and_loads_by_itself(run, session) -> None:
    assert run("some:image", terminal=True).code == 0
    app = session.asked("app")
    assert app.target == "some:image"
    loaded = app.loader(on_event=ignore, cancel=None)
    assert loaded.report.image.reference == "sample:1"


@pytest.mark.parametrize("option", ["--json", "--markdown", "--report"])
def test_a_form_that_is_asked_for_comes_also_in_a_terminal(run, session, option) -> None:
    assert run("some:image", option, terminal=True).out
    assert session.names() == ["load"]


def test_json_is_one_object_and_nothing_else(run, session) -> None:
    ran = run("some:image", "--json")
    assert json.loads(ran.out)["schema"] == "uvdive.report/1"


@pytest.mark.parametrize(("command", "folder"), [(["some:image"], Path()), (["compare", "a:1", "b:1"], None)])
def test_platform_and_digests_reach_the_reader(run, session, command, folder) -> None:
    run(*command)
    assert session.how["options"] == ReadOptions(look_in=folder)
    run(*command, "--platform", "linux/arm64", "--verify-digests", "--no-layer-cache", "--via=save")
    assert session.how["options"] == ReadOptions(
        "linux/arm64", verify_digests=True, layer_cache=False, via="save", look_in=folder
    )


def test_duplicates_are_looked_for_on_request(run, session) -> None:
    session.report = replace(session.report, totals=replace(session.report.totals, duplicate_bytes=5000))
    assert "5.0 kB are there more than once" in run("some:image", "--duplicates").out
    assert session.how["options"].duplicates


def test_the_platform_of_a_dockerfile_is_buildx_s(run, session, project: Path) -> None:
    run(".", "--platform", "linux/arm64")
    assert session.asked("build").args == ("--platform", "linux/arm64")


def test_units_are_used(run, session) -> None:
    assert "69.9 KiB" in run("some:image", "--units", "binary").out
    assert "**69.9 KiB**" in run("some:image", "--units=binary", "--markdown").out


@pytest.mark.parametrize("option", ["--json", "--markdown", "--report"])
def test_secrets_stay_here_unless_asked_for(run, session, option) -> None:
    assert SECRET not in run("some:image", option).out


def test_no_redact_keeps_them(run, session) -> None:
    assert SECRET in run("some:image", "--json", "--no-redact").out


def test_save_writes_a_report_that_opens_again(run, session, tmp_path: Path) -> None:
    path = tmp_path / "a.uvdive"
    ran = run("some:image", "--save", str(path))
    assert ran.code == 0
    assert ran.out == ""
    report = report_file.load(path.read_bytes())
    assert report.totals == sample_report().totals
    assert SECRET not in repr(report)
    assert list(tmp_path.iterdir()) == [path]


def test_save_and_json_go_together(run, session, tmp_path: Path) -> None:
    ran = run("some:image", "--json", "--save", str(tmp_path / "a"), "--no-redact")
    assert json.loads(ran.out)
    assert SECRET in repr(report_file.load((tmp_path / "a").read_bytes()))


def test_save_replaces_a_saved_report_and_nothing_else(run, session, tmp_path: Path) -> None:
    path = tmp_path / "a.uvdive"
    path.write_bytes(report_file.dump(sample_report()))
    assert run("some:image", "--save", str(path)).code == 0
    session.calls.clear()
    path.write_text("FROM precious\n")
    ran = run("some:image", "--save", str(path))
    assert ran.code == 2
    assert session.calls == []
    assert path.read_text() == "FROM precious\n"


@pytest.mark.parametrize("place", ["none/a.uvdive", "."])
def test_save_finds_out_first_whether_it_can(run, session, tmp_path: Path, place: str) -> None:
    assert run("some:image", "--save", str(tmp_path / place)).code == 2
    assert session.calls == []


def test_a_dockerfile_is_built_first(run, session, project: Path) -> None:
    assert run(".").code == 0
    assert session.asked("build").context == Path()
    assert session.asked("load") == ("docker://uvdive.local/x:before", Path("Dockerfile"))


def test_the_app_gets_dockerfile_context_and_arguments_of_a_build(run, session, project: Path) -> None:
    ran = run("build", "--no-cache", "--target", "base", ".", terminal=True)
    assert ran.code == 0
    app = session.asked("app")
    assert app.dockerfile == Path("Dockerfile")
    assert app.context == Path()
    assert app.build_args == ("--no-cache", "--target", "base")
    app.loader(on_event=ignore, cancel=None)
    assert session.names() == ["app", "build", "load"]


def test_build_tells_its_own_options_from_buildx(run, session, project: Path) -> None:
    ran = run(
        "build",
        "--json",
        "--build-arg",
        "--json",
        "-t",
        "my:tag",
        "--units",
        "binary",
        "-f",
        "Dockerfile",
        ".",
    )
    assert json.loads(ran.out)
    request = session.asked("build")
    assert request.args == ("--build-arg", "--json", "--tag", "my:tag")
    assert session.asked("load")[0] == "docker://my:tag"


def test_build_takes_a_dockerfile_from_standard_input(run, session, project: Path) -> None:
    assert run("build", "-f", "-", ".", stdin="FROM given\n").code == 0
    assert session.asked("build").text == "FROM given\n"


def test_build_needs_its_dockerfile(run, session, tmp_path: Path) -> None:
    ran = run("build", str(tmp_path))
    assert ran.code == 2
    assert "no Dockerfile" in ran.err


def test_compare_loads_both_and_prints_what_differs(run, session) -> None:
    ran = run("compare", "a:1", "b:2")
    assert ran.code == 0
    assert "As big as before" in ran.out
    assert [arguments[0] for name, arguments in session.calls if name == "load"] == ["a:1", "b:2"]
    assert json.loads(run("compare", "a:1", "b:2", "--json").out)["schema"] == "uvdive.comparison/1"
    assert "| **total** |" in run("compare", "a:1", "b:2", "--markdown").out


def test_compare_opens_the_app_in_a_terminal(run, session) -> None:
    assert run("compare", "a:1", "b:2", terminal=True).code == 0
    asked = session.asked("app")
    assert asked.target == ("a:1", "b:2")
    assert asked.pair.compare(lambda _event: None, None).verdict == "As big as before"
    asked.pair.close()


@pytest.mark.parametrize("form", ["--report", "--json", "--markdown"])
def test_compare_prints_in_a_terminal_where_that_is_asked_for(run, session, form) -> None:
    assert "As big as before" in run("compare", "a:1", "b:2", form, terminal=True).out
    assert not [name for name, _ in session.calls if name == "app"]


def test_demo_prints_the_recorded_report_without_an_engine(run, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    assert "flask" in run("demo", "--report").out
    assert json.loads(run("demo", "--json").out)["image"]["source"] == "saved"


def test_the_demo_can_be_saved(run, tmp_path: Path) -> None:
    target = tmp_path / "x.uvdive"
    assert run("demo", "--save", str(target)).code == 0
    assert report_file.load(target.read_bytes()).owners


def test_the_demo_opens_on_its_project_in_a_folder_that_goes_away(run, session) -> None:
    there = []
    session.on_app = lambda asked: there.append((asked.dockerfile.read_text(), asked.recorded))
    assert run("demo", terminal=True).code == 0
    asked = session.asked("app")
    assert asked.target == "the demo"
    assert there[0][0].startswith("FROM ghcr.io/astral-sh/uv:trixie-slim")
    assert "recorded" in there[0][1]
    assert not asked.context.exists()


def test_demo_without_its_recording_says_how_to_make_it(run, session, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path)
    ran = run("demo")
    assert ran.code == 1
    assert "docs/record_demo.py" in ran.err


def narrated(capsys: pytest.CaptureFixture[str], *events: object) -> list[str]:
    narrator = BuildNarrator(Console())
    for event in events:
        narrator(event)
    return capsys.readouterr().err.splitlines()


def test_narration_has_one_line_for_each_layer(capsys) -> None:
    layers = (LayerOutline("sha256:a", "", None), LayerOutline("sha256:b", "", None))
    said = narrated(
        capsys,
        Note("Reading"),
        Note("Reading"),
        BytesRead(5),
        ImageFound("some:image", layers),
        LayerRead("sha256:b", 12_300, 7),
        LayerRead("sha256:other", 0, 1),
        LayerRead("sha256:b", 12_300, 7),  # read anew by another way
    )
    assert said == [
        "Reading",
        "some:image: 2 layers",
        "Layer 1: 12.3 kB in 7 files",
        "Layer: 0 B in 1 file",
    ]


def test_narration_tells_steps_and_checks_without_control_characters(capsys) -> None:
    said = narrated(
        capsys,
        BuildStep("0", "[internal] load build definition", "running"),
        BuildStep("1", "[1/2] FROM \x1b[2J", "cached", 0.0),
        BuildStep("2", "[2/2] RUN uv sync", "running"),
        BuildLog("2", "Resolved"),
        BuildStep("2", "[2/2] RUN uv sync", "running", None, 5, 10),
        BuildStep("2", "[2/2] RUN uv sync", "done", 12.34),
        BuildStep("3", "[3/3] COPY", "done", 0.1),
        BuildStep("4", "[4/4] RUN x", "failed", 0.1, error="no"),
        CheckStarted("files"),
        Check("files", "passed", "all there"),
    )
    assert said == [
        "[1/2] FROM \\x1b[2J: cached",
        "[2/2] RUN uv sync",
        "[2/2] RUN uv sync: done in 12.3 s",
        "[4/4] RUN x: failed",
        "Checking: files",
        "  passed: all there",
    ]


def test_a_finding_is_explained_without_any_image(run, session) -> None:
    ran = run("--explain", "uv-in-image")
    assert ran.code == 0
    assert ran.out.startswith("# uv-in-image\n")
    assert session.names() == []


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("R59", "# R59: "),
        ("r59", "# R59: "),
        ("python", "# python: "),
        ("python=managed", "# python: "),
        ("package-libmagic1", "# package-NAME: "),
    ],
)
def test_a_rule_and_a_choice_are_explained_too(run, session, name, heading) -> None:
    ran = run("--explain", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(heading)
    assert session.names() == []


def test_everything_that_can_be_explained_is_listed(run, session) -> None:
    lines = run("--explain", "list").out.splitlines()
    for name, title in (("uv-in-image", "uv is in the final image."), ("R59", "A file without uv")):
        (line,) = (line for line in lines if line.split()[:1] == [name])
        assert title in line
    assert session.names() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--explain", "uv-in-imag"], "Did you mean uv-in-image"),
        (["--explain", "pythn"], "no finding, observation, rule or choice pythn.\nDid you mean python"),
        (["--explain", "package-tests-in-imag"], "Did you mean package-tests-in-image"),
        (["--explain", "R99"], "To list all: uvdive --explain list"),
        (["--explain", "uv-in-image", "some:image"], "Say: uvdive --explain uv-in-image"),
        (["--explain"], "--explain"),
    ],
)
def test_an_explanation_that_there_is_not(run, session, words, said) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert session.names() == []


def test_reports_give_the_id_that_explains(run, session) -> None:
    assert "[uv-in-image]" in run("some:image", "--report").out
    assert "`uv-in-image`" in run("some:image", "--markdown").out


def test_top_shortens_the_lists_of_the_json(run, session) -> None:
    whole = json.loads(run("some:image", "--json").out)
    short = json.loads(run("some:image", "--json", "--top", "1").out)
    assert len(whole["waste"]) > len(short["waste"]) == 1
    assert short["waste"][0] == whole["waste"][0]
    assert max(len(owner["components"]) for owner in short["owners"]) == 1
    assert short["totals"] == whole["totals"]
    assert run("some:image", "--json", "--top", "few").code == 2
