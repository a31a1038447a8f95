"""`uvdive.read`, `compare` and `check` on archives, without an engine."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_images.api_images import SECRET, archives

import uvdive
from uvdive.cli.main import main

RULES = {"fail-level": "never", "max-size": "3 MB", "owners": {"uv": 0}, "packages": {"Flask": False}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("archives")
    archives(found)
    return found


@pytest.fixture(scope="module")
def before(folder: Path) -> uvdive.Report:
    return uvdive.read(folder / "before.tar")


class TestReading:
    def test_what_is_shown_adds_up(self, before: uvdive.Report) -> None:
        assert before.size == sum(owner.bytes for owner in before.owners.values())
        assert before.size == sum(layer.bytes for layer in before.layers)
        assert before.dead_bytes == sum(waste.bytes for waste in before.waste) == 4000
        assert before.size == before.live_bytes + before.dead_bytes
        assert (before.owners["uv"].bytes, before.owners["caches"].bytes) == (2_000_000, 0)
        assert [layer.instruction for layer in before.layers][1:] == ["COPY /uv /bin/uv", "RUN uv sync"]
        assert [(package.name, package.environment) for package in before.packages_called("Flask")] == [
            ("flask", "/app/.venv")
        ]
        (waste,) = before.waste
        assert (waste.path, waste.layer, waste.replaced_in) == ("/app/old.bin", 1, 2)

    def test_it_says_what_the_command_line_says(
        self, folder: Path, before: uvdive.Report, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([str(folder / "before.tar"), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(before.to_dict()))
        assert main([str(folder / "before.tar"), "--report"]) == 0
        assert capsys.readouterr().out == f"{before}\n"
        assert main([str(folder / "before.tar"), "--markdown"]) == 0
        assert capsys.readouterr().out == before.to_markdown()

    def test_secrets_are_hidden_unless_they_are_wanted(self, folder: Path, before: uvdive.Report) -> None:
        shown = (json.dumps(before.to_dict()), str(before), repr(before), repr(before.findings))
        assert not any(SECRET in text for text in shown)
        plain = uvdive.read(folder / "before.tar", redact=False)
        assert SECRET in json.dumps(plain.to_dict())

    def test_a_text_may_be_an_image_and_a_path_never_is(self, folder: Path, monkeypatch) -> None:
        monkeypatch.chdir(folder)
        assert uvdive.read("before.tar").id == uvdive.read(Path("before.tar")).id
        (folder / "image").write_bytes((folder / "before.tar").read_bytes())
        assert uvdive.read(Path("image")).size == uvdive.read("./image").size
        with pytest.raises(uvdive.ImageError, match="There is nothing at nowhere"):
            uvdive.read(Path("nowhere"))

    @pytest.mark.parametrize("wrong", [None, 3, b"x"])
    def test_what_is_neither_is_a_type_error(self, wrong: object) -> None:
        with pytest.raises(TypeError):
            uvdive.read(wrong)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"via": "regsitry"}, r"via='regsitry' is none of .* Did you mean 'registry'\?"),
            ({"via": "fax"}, r"There are: auto, save, storage, registry\."),
            (
                {"insecure_registries": "h:5000"},
                r"is one text\. Write insecure_registries=\['h:5000'\]",
            ),
        ],
    )
    def test_an_option_without_sense_is_told_before_the_work(self, folder: Path, how, said: str) -> None:
        with pytest.raises(uvdive.UsageError, match=said):
            uvdive.read(folder / "before.tar", **how)

    def test_a_damaged_archive_is_an_image_error(self, tmp_path: Path) -> None:
        (tmp_path / "x.tar").write_bytes(b"nothing")
        with pytest.raises(uvdive.ImageError) as raised:
            uvdive.read(tmp_path / "x.tar")
        assert raised.value.what
        assert raised.value.do

    def test_what_is_public_can_t_be_set(self, before: uvdive.Report) -> None:
        for value, name in ((before, "owners"), (before, "size"), (before.layers[0], "bytes")):
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
                setattr(value, name, None)

    def test_it_can_be_pickled_and_its_parts_become_dicts(self, before: uvdive.Report) -> None:
        assert before.owners  # what was worked out must not be in the way
        again = pickle.loads(pickle.dumps(before))
        assert again.to_dict() == before.to_dict()
        assert again.layers == before.layers
        assert dataclasses.asdict(before.layers[0])["owners"] == dict(before.layers[0].owners)

    def test_a_saved_report_is_read_again(self, before: uvdive.Report, tmp_path: Path) -> None:
        saved = before.save(tmp_path / "main.uvdive")
        again = uvdive.read(saved)
        assert (again.source, again.size, again.layers) == ("saved", before.size, before.layers)
        (tmp_path / "other.txt").write_text("mine")
        with pytest.raises(uvdive.UsageError, match=r"is there and is no saved report"):
            before.save(tmp_path / "other.txt")

    def test_a_notebook_shows_a_table_in_which_nothing_acts(self, before: uvdive.Report) -> None:
        page = before._repr_html_()
        assert "<td>uv</td><td>2.0 MB</td><td>99.2 %</td>" in page
        evil = dataclasses.replace(
            before._loaded.report,
            image=dataclasses.replace(before._loaded.report.image, reference="<script>x</script>\x1b[2J"),
        )
        loaded = dataclasses.replace(before._loaded, report=evil)
        page = uvdive.Report(loaded)._repr_html_()
        assert "<script>" not in page
        assert "\x1b" not in page


class TestSurroundings:
    def test_events_are_told_in_words_in_the_caller_s_thread(self, folder: Path) -> None:
        events: list[uvdive.Event] = []
        threads = set()

        def told(event: uvdive.Event) -> None:
            events.append(event)
            threads.add(threading.get_ident())

        uvdive.read(folder / "before.tar", on_event=told)
        assert threads == {threading.get_ident()}
        assert "Layer 2: 2.0 MB in 13 files" in map(str, events)
        assert all(event.text for event in events)

    def test_nothing_is_printed_and_no_signal_is_taken(
        self, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch
    ) -> None:
        taken: list[int] = []
        monkeypatch.setattr(signal, "signal", lambda number, _handler: taken.append(number))
        monkeypatch.setattr(os, "fork", lambda: pytest.fail("this process was forked"))
        report = uvdive.read(folder / "before.tar")
        uvdive.compare(report, folder / "after.tar")
        uvdive.check(report, {"rewrite": "none"}, dockerfile=_dockerfile(folder))
        assert (taken, capfd.readouterr()) == ([], ("", ""))

    def test_it_works_in_threads_and_again(self, folder: Path) -> None:
        with ThreadPoolExecutor(3) as pool:
            reports = list(pool.map(uvdive.read, [folder / "before.tar", folder / "after.tar"] * 2))
        assert reports[0].to_dict() == reports[2].to_dict()
        assert reports[1].size < reports[0].size

    def test_cancelling_ends_it_from_another_thread(self, folder: Path) -> None:
        token = uvdive.CancelToken()
        with pytest.raises(uvdive.CancelledError):
            uvdive.read(folder / "before.tar", cancel=token, on_event=lambda _event: token.cancel())
        with pytest.raises(uvdive.CancelledError):
            uvdive.compare(folder / "before.tar", folder / "after.tar", cancel=token)

    def test_no_process_and_no_thread_stays_behind(self, folder: Path) -> None:
        code = (
            "import os, sys, threading, uvdive\n"
            f"report = uvdive.read({str(folder / 'before.tar')!r})\n"
            f"uvdive.compare(report, {str(folder / 'after.tar')!r})\n"
            "with open(f'/proc/self/task/{os.getpid()}/children') as children:\n"
            "    sys.exit(f'{children.read().split()} {threading.active_count()}')"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr.strip()) == ("", "[] 1")

    def test_what_a_caller_s_function_raises_comes_out_and_ends_the_work(self, folder: Path) -> None:
        def told(_event: uvdive.Event) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            uvdive.read(folder / "before.tar", on_event=told)


class TestComparing:
    def test_it_says_what_the_command_line_says(
        self, folder: Path, before: uvdive.Report, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = uvdive.compare(before, str(folder / "after.tar"))
        assert found.delta_bytes == found.after_bytes - before.size < 0
        assert found.owners["uv"].delta == -2_000_000
        assert {each.path: each.change for each in found.paths}["/usr/local/bin/uv"] == "removed"
        assert [each.key for each in found.config] == ["Env:API_TOKEN"]
        assert main(["compare", str(folder / "before.tar"), str(folder / "after.tar"), "--json"]) == 0
        text = capsys.readouterr().out
        assert json.loads(text) == json.loads(json.dumps(found.to_dict()))
        assert SECRET not in f"{text}{found}{found.config}{found.to_markdown()}"
        assert "<td>uv</td><td>2.0 MB</td><td>0 B</td><td>-2.0 MB</td>" in found._repr_html_()

    def test_a_report_that_was_saved_is_compared_without_contents(
        self, folder: Path, before: uvdive.Report, tmp_path: Path
    ) -> None:
        found = uvdive.compare(before.save(tmp_path / "b.uvdive"), folder / "after.tar")
        assert found.unread > 0
        assert uvdive.compare(before, folder / "after.tar").unread == 0


class TestChecking:
    def test_rules_of_a_mapping_of_a_file_and_of_the_folder_are_the_same(
        self, before: uvdive.Report, tmp_path: Path, monkeypatch
    ) -> None:
        file = tmp_path / "uvdive.toml"
        file.write_text(
            '[check]\nfail-level = "never"\nmax-size = "3 MB"\n[check.owners]\nuv = 0\n'
            "[check.packages]\nFlask = false\n"
        )
        monkeypatch.chdir(tmp_path)
        found = [uvdive.check(before, rules).results for rules in (RULES, file, str(file), None)]
        assert found[0] == found[1] == found[2] == found[3]
        assert {each.id: each.status for each in found[0]} == {
            "max-size": "passed",
            "owners.uv": "failed",
            "packages.flask": "failed",
        }
        assert found[0][2].text == "The package flask is in the image (3.2 kB), and must not be."

    def test_it_says_what_the_command_line_says(
        self, folder: Path, before: uvdive.Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "uvdive.toml"
        file.write_text('[check]\nmax-size = "1 MB"\n')
        found = uvdive.check(before, file)
        assert not found.passed
        for form in ("text", "json", "sarif", "junit", "github", "gitlab", "markdown"):
            argv = ["check", str(folder / "before.tar"), "--config", str(file), "--format", form]
            assert main(argv) == 1
            assert capsys.readouterr().out == found.render(form), form  # type: ignore[arg-type]
        assert SECRET not in found.render("json")

    @pytest.mark.parametrize(
        ("rules", "said"),
        [
            ({"max_size": "1 MB"}, r"rules: .*max_size.*max-size"),
            ({"owners": {"uvv": 0}}, r"rules: .*owners\.uvv"),
            ({"max-size": "big"}, r"rules: max-size is not written as it must be\. Write max-size = "),
            ({"owners": 3}, r"rules: owners is not written"),
            ({3: "1 MB"}, r"rules: 3 is no key"),
            ({"owners": {3: "1 MB"}}, r"rules: 3 is no key"),
            ({"ignore": ["nothing"]}, r"rules: .*nothing"),
        ],
    )
    def test_a_wrong_rule_is_told_by_its_key(self, before: uvdive.Report, rules, said: str) -> None:
        with pytest.raises(uvdive.UsageError, match=said):
            uvdive.check(before, rules)

    def test_a_baseline_is_held_against_and_a_doubtful_one_told(
        self, folder: Path, before: uvdive.Report
    ) -> None:
        rules = {"fail-level": "never", "max-growth": "1 kB"}
        found = uvdive.check(before, rules, baseline=folder / "after.tar")
        assert [each.id for each in found.failures] == ["max-growth"]
        assert uvdive.check(before, rules, baseline=before).passed

    def test_a_baseline_that_cannot_be_read_is_named(self, tmp_path: Path, before: uvdive.Report) -> None:
        broken = tmp_path / "main.uvdive"
        broken.write_bytes(b"uvdive.saved/1\n")
        with pytest.raises(uvdive.ImageError, match="The saved report is damaged: it is cut off") as caught:
            uvdive.check(before, {}, baseline=broken)
        assert caught.value.what.startswith(f"The baseline {broken}: ")

    def test_a_rule_about_the_rewrite_plans_one(self, folder: Path, before: uvdive.Report) -> None:
        rules = {"fail-level": "never", "rewrite": "none"}
        found = uvdive.check(before, rules, dockerfile=_dockerfile(folder))
        (result,) = found.results
        assert (result.id, result.status) == ("rewrite", "passed")
        assert "No rewrite" in result.text

    def test_a_format_that_there_is_not_is_told(self, before: uvdive.Report) -> None:
        with pytest.raises(uvdive.UsageError, match="There is no format xml"):
            uvdive.check(before, {}).render("xml")  # type: ignore[arg-type]


def _dockerfile(folder: Path) -> Path:
    path = folder / "Dockerfile"
    path.write_text("FROM python\nRUN true\n")
    return path
