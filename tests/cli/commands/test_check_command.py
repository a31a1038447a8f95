"""`uvdive check`: what is asked, printed and written, and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from checked import report as checked_report
from made_images.samples import SECRET

from uvdive.base.errors import BuildError, EngineError, ImageError
from uvdive.ledger.saved.report_file import load

RULES = '[check]\nfail-level = "never"\nmax-size = "50 kB"\n'


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_image_passes_or_fails_by_the_rules_of_the_folder(run, session, here):
    (here / "uvdive.toml").write_text(RULES)
    failed = run("check", "some:image")
    assert failed.code == 1
    assert "failed   max-size: The image is 71.6 kB, over the limit of 50.0 kB. (line 3)" in failed.out
    assert failed.out.endswith("Not passed: 1 of 1 rule failed. Rules: uvdive.toml.\n")
    (here / "uvdive.toml").write_text(RULES.replace("50", "80"))
    passed = run("check", "some:image")
    assert (passed.code, passed.out.splitlines()[-1]) == (0, "Passed: 1 rule. Rules: uvdive.toml.")


def test_without_rules_grave_findings_fail(run, session, here):
    session.report = checked_report()
    ran = run("check", "some:image")
    assert ran.code == 1
    assert "high     uv-in-image" in ran.out
    assert run("check", "some:image", "--fail-level", "never").code == 0


def test_rules_of_dive_are_taken_where_there_are_none_of_ours(run, session, here):
    (here / ".dive-ci").write_text("rules:\n  lowestEfficiency: 0.99\n  highestWastedBytes: 1kB\n")
    ran = run("check", "some:image")
    assert ran.code == 1
    assert "failed   min-efficiency: The efficiency is 98.6 %, below the limit of 99.0 %." in ran.out
    assert "passed   max-waste" in ran.out
    assert "passed   max-user-waste" in ran.out


def test_why_shows_what_made_each_number(run, session, here):
    (here / "uvdive.toml").write_text(RULES)
    assert "RUN uv sync" not in run("check", "some:image").out
    assert "61.0 kB  layer  RUN uv sync" in run("check", "some:image", "--why").out


@pytest.mark.parametrize("form", [["--format", "json"], ["--json"]])
def test_json_is_one_object_without_secrets(run, session, here, form):
    text = run("check", "some:image", *form, "--why").out
    assert json.loads(text)["schema"] == "uvdive.check/1"
    assert SECRET not in text


def test_files_are_written_beside_what_is_printed(run, session, here):
    ran = run(
        "check", "some:image", "--output", "sarif=a.sarif", "--output", "junit=a.xml", "--badge", "badge.json"
    )
    assert ran.out.startswith("some:image: 71.6 kB")
    assert json.loads((here / "a.sarif").read_text())["version"] == "2.1.0"
    assert (here / "a.xml").read_text().startswith("<?xml")
    assert json.loads((here / "badge.json").read_text())["message"] == "71.6 kB"


def test_a_link_leads_to_the_file_that_is_written_and_no_device_is_replaced(run, session, here):
    (here / "link").symlink_to("real.json")
    (here / "real.json").write_text("old")
    assert run("check", "x:1", "--output", "json=link").code == 0
    assert (here / "link").is_symlink()
    assert json.loads((here / "real.json").read_text())["schema"] == "uvdive.check/1"
    (here / "null").symlink_to("/dev/null")
    ran = run("check", "x:1", "--output", "json=null")
    assert (ran.code, "it is no regular file" in ran.err) == (2, True)


def test_the_units_are_those_that_were_asked_for(run, session, here):
    (here / "uvdive.toml").write_text(RULES)
    assert "69.9 KiB, over the limit of 48.8 KiB" in run("check", "x:1", "--units", "binary").out


def test_a_baseline_is_read_and_growth_held_against_it(run, session, here):
    (here / "uvdive.toml").write_text('[check]\nfail-level = "never"\nmax-growth = "0 B"\n')
    ran = run("check", "some:image", "--baseline", "old:image")
    assert ran.code == 0
    assert session.names() == ["load", "load"]
    assert "71.6 kB, linux/amd64, 0 B since sample:1" in ran.out
    assert "skipped  max-growth: Not checked: there is no --baseline." in run("check", "some:image").out


def test_the_report_is_saved_as_the_baseline_of_later_checks(run, session, here):
    (here / "uvdive.toml").write_text('[check]\nfail-level = "never"\nmax-size = "1 kB"\n')
    ran = run("check", "some:image", "--save", "main.uvdive")
    assert (ran.code, "Saved to main.uvdive" in ran.err) == (1, True)
    saved = load((here / "main.uvdive").read_bytes())
    assert saved.totals == session.report.totals
    assert SECRET not in repr(saved)
    (here / "notes.txt").write_text("mine")
    ran = run("check", "some:image", "--save", "notes.txt")
    assert (ran.code, "is no saved report" in ran.err) == (2, True)
    assert (here / "notes.txt").read_text() == "mine"


def test_the_rewrite_is_only_planned_where_a_rule_asks_for_it(run, session, here):
    (here / "Dockerfile").write_text("FROM a\n\nFROM b\n")
    run("check", "x:1", "--dockerfile", "Dockerfile")
    assert session.names() == ["load"]
    (here / "uvdive.toml").write_text('[check]\nfail-level = "never"\nrewrite = "smaller than 5 %"\n')
    ran = run("check", "x:1", "--dockerfile", "Dockerfile")
    assert ran.code == 1
    assert "What a rewrite would save is 58.1 % (41.6 kB), over the limit of 5.0 %." in ran.out
    assert session.names() == ["load", "load", "plan"]


def test_several_images_are_one_run_with_one_exit_code(run, session, here):
    ran = run("check", "a:1", "b:1", "--json")
    assert [each["name"] for each in json.loads(ran.out)["checked"]] == ["a:1", "b:1"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(EngineError("No engine."), 3), (ImageError("No image."), 4), (BuildError("It failed."), 4)],
)
def test_what_can_t_be_had_ends_with_its_own_code(run, session, here, error, code):
    session.report = error
    assert run("check", "some:image").code == code


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "there is no Dockerfile here"),
        (["x", "--output", "sarif"], "is no FORMAT=FILE"),
        (["x", "--output", "pdf=x"], "is no FORMAT=FILE"),
        (["x", "--output", "json=no/x"], "there is no folder no"),
        (["x", "--badge", "no/x"], "there is no folder no"),
        (["x", "--json", "--format", "text"], "can't both go to standard output"),
        (["--static", "--baseline", "x"], "--baseline needs an image"),
        (["--static", "--init"], "--init needs an image"),
        (["--static", "--save", "x.uvdive"], "--save needs an image"),
        (["x", "--init", "--save", "x.uvdive"], "--init checks nothing"),
        (["a", "b", "--save", "x.uvdive"], "--save is for one image"),
        (["x", "--save", "no/x.uvdive"], "there is no folder no"),
        (["a", "b", "--baseline", "x"], "--baseline is for one image"),
        (["x", "--config", "no.toml"], "There is no file no.toml"),
        (["x", "--format", "yaml"], "invalid choice"),
    ],
)
def test_what_makes_no_sense_is_told_before_the_work(run, session, here, arguments, what):
    ran = run("check", *arguments)
    assert ran.code == 2
    assert what in ran.err
    assert session.names() == []


def test_a_rule_that_is_written_wrong_is_usage(run, session, here):
    (here / "uvdive.toml").write_text('[check]\nmax-sise = "1 MB"\n')
    ran = run("check", "x:1")
    assert ran.code == 2
    assert "uvdive.toml:2: there is no rule max-sise." in ran.err
    assert "Did you mean max-size?" in ran.err


class TestInit:
    @pytest.mark.usefixtures("here")
    def test_the_rules_of_today_pass_today(self, run, session):
        session.report = checked_report()
        assert run("check", "x:1").code == 1
        ran = run("check", "x:1", "--init")
        assert (ran.code, ran.out) == (0, "")
        assert "Wrote uvdive.toml" in ran.err
        assert run("check", "x:1").code == 0

    def test_sizes_are_a_tenth_more_rounded_up(self, run, session, here):
        totals = replace(checked_report().totals, file_bytes=180_649_123, compressed_bytes=999_949_999)
        session.report = replace(checked_report(), totals=totals)
        run("check", "x:1", "--init")
        text = (here / "uvdive.toml").read_text()
        assert 'max-size = "198.8 MB"' in text
        assert 'max-pull-size = "1.1 GB"' in text
        assert 'ignore = ["uv-in-image"]' in text
        assert 'uv-cache = "0 B"' in text
        assert "count = 3" in text

    @pytest.mark.parametrize("name", ["uvdive.toml", "mine.toml"])
    def test_no_file_is_replaced(self, run, session, here, name):
        (here / name).write_text("mine")
        ran = run("check", "x:1", "--init", "--config", name)
        assert ran.code == 2
        assert (here / name).read_text() == "mine"
        assert session.names() == []

    @pytest.mark.parametrize("name", ["x.yaml", "sub/pyproject.toml"])
    @pytest.mark.usefixtures("session")
    def test_a_file_that_would_not_be_read_again_is_not_written(self, run, here, name):
        (here / "sub").mkdir()
        assert run("check", "x:1", "--init", "--config", name).code == 2
        assert not (here / name).exists()


UV = "FROM ghcr.io/astral-sh/uv:latest\nENV API_TOKEN=hunter2-hunter2\n"


class TestStatic:
    """In a process of its own: the planning of this one is recorded."""

    def check(self, folder, *arguments):
        command = [sys.executable, "-m", "uvdive", "check", "--static", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    def test_a_text_tells_its_findings_with_their_lines_and_no_secret(self, tmp_path):
        (tmp_path / "Dockerfile").write_text(UV)
        ran = self.check(tmp_path)
        assert ran.returncode == 1, ran.stderr
        assert "high     secrets-in-settings: API_TOKEN in the image's settings" in ran.stdout
        assert "(line 2)" in ran.stdout
        assert "info     uv-tag-unpinned" in ran.stdout
        assert "hunter2" not in ran.stdout + ran.stderr

    def test_what_is_no_dockerfile_is_told_and_the_others_are_checked(self, tmp_path):
        (tmp_path / "Dockerfile").write_text("FROM a\nSEE b\n")
        (tmp_path / "good").mkdir()
        (tmp_path / "good" / "Dockerfile").write_text("FROM a\n")
        ran = self.check(tmp_path, "Dockerfile", "good", "nowhere", "--json")
        found = json.loads(ran.stdout)
        assert ran.returncode == found["exit_code"] == 4
        assert [(each["name"], each["passed"]) for each in found["checked"]] == [
            ("Dockerfile", False), ("good/Dockerfile", True), ("nowhere", False)
        ]  # fmt: skip
        assert found["checked"][0]["error"]["line"] == 2

    def test_a_rewrite_that_there_must_not_be_fails(self, tmp_path):
        from engines.small_project import small_project

        project = small_project(tmp_path / "x")
        (project / "uvdive.toml").write_text('[check]\nrewrite = "none"\nmax-size = "1 B"\n')
        ran = self.check(project, "--format", "github")
        assert ran.returncode == 1
        assert ran.stdout.startswith(
            "::error file=uvdive.toml,line=2,title=uvdive rewrite::Dockerfile: There is a rewrite, "
        )
        (project / "uvdive.toml").write_text('[check]\nrewrite = "smaller than 5 %"\n')
        ran = self.check(project)
        assert ran.returncode == 0
        assert "skipped  rewrite: Not checked: by the text alone nobody knows" in ran.stdout

    def test_it_needs_no_engine_and_loads_no_client_of_one(self, tmp_path):
        (tmp_path / "Dockerfile").write_text("FROM a\n")
        script = (
            "import sys; from uvdive.cli.main import main; main(['check', '--static']); "
            "sys.exit(str(sorted({'docker', 'textual', 'requests', 'jinja2'} & set(sys.modules))))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.stderr.strip() == "[]"
