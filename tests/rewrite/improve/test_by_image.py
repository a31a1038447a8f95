"""Finished files with their images, put together layer by layer: what is mended by evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import buildkit
from made_images import layers as make
from made_images.hand_made import Files, image, script, venv
from made_images.system_facts import facts
from rewrites.finished import BUILD, START, last_stage, of, told

from uvdive.ledger.report import Finding, ImageReport
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

COPY = "COPY --from=builder /app /app"
OWNED = "COPY --chown=app:app --from=builder /app /app"
CHOWN = "RUN chown -R app:app /app"
CONFIG = {"WorkingDir": "/app", "Cmd": ["python", "main.py"]}
SITE = "/lib/python3.13/site-packages"
FOLDERS = ("", "/bin", "/lib", SITE.rpartition("/")[0], SITE, f"{SITE}/flask", f"{SITE}/flask-1.0.dist-info")
APP: Mapping[str, int] = {"flask/app.py": 40_000}


def owned(entries: Files, uid: int = 1000, gid: int = 1000) -> Files:
    """The same entries with another owner."""

    def with_owner(entry):
        def add(tar):
            known = len(tar.getmembers())
            plain = tar.addfile

            def addfile(info, data=None):
                info.uid, info.gid = uid, gid
                plain(info, data)

            tar.addfile = addfile
            try:
                entry(tar)
            finally:
                tar.addfile = plain
            assert len(tar.getmembers()) > known

        return add

    return [with_owner(entry) for entry in entries]


def app() -> Files:
    """What the COPY of the folder brings."""
    return [
        make.folder("app"),
        make.folder("app/.venv"),
        *venv("app/.venv", ("flask", APP)),
        script("app/.venv/bin/flask", "/app/.venv/bin/python"),
        make.file("app/main.py", bytes(50)),
    ]


def planned(text: str, report: ImageReport, system: SystemFacts | None = None, **choices: str) -> RewritePlan:
    named = {name.replace("_", "-"): value for name, value in choices.items()}
    result = plan(text, report, lambda _: None, system=system, choices=named)
    assert buildkit.parse_string(result.text)
    return result


def chowned(tmp_path: Path, *lines: str, layers: list[Files], start: str = START) -> RewritePlan:
    text = of(*lines, start=start)
    return planned(text, image(tmp_path, text, *layers, config=CONFIG))


def test_r29_the_folder_that_copy_makes_is_copied_with_its_owner(tmp_path: Path) -> None:
    result = chowned(tmp_path, COPY, CHOWN, layers=[app(), owned(app())])
    assert result.outcome == "improved", result.warnings
    assert last_stage(result.text) == [OWNED]
    assert result.predicted is not None
    before, after = result.predicted.owners["venv"]
    assert before - after > 40_000
    assert result.predicted.before_bytes - result.predicted.after_bytes == before - after + 50
    assert "are stored" not in result.decisions[0].reason
    assert told(result) == []


def test_r29_a_folder_that_was_there_gets_its_own_command(tmp_path: Path) -> None:
    there: Files = [make.folder("app"), make.folder("app/data"), make.file("app/data/x", b"1")]
    made = "RUN mkdir -p /app/data && touch /app/data/x"
    result = chowned(tmp_path, made, COPY, CHOWN, layers=[there, app(), owned([*there, *app()])])
    assert last_stage(result.text) == [made, OWNED, "RUN chown app:app /app && chown -R app:app /app/data"]


def test_r29_what_the_same_run_made_changes_hands_there(tmp_path: Path) -> None:
    log = [make.folder("app/log")]
    run = "RUN mkdir /app/log && chown -R app:app /app"
    result = chowned(tmp_path, COPY, run, layers=[app(), owned([*app(), *log])])
    assert last_stage(result.text) == [OWNED, "RUN mkdir /app/log && chown app:app /app/log"]


def test_r29_a_group_that_all_files_have_is_written_out(tmp_path: Path) -> None:
    result = chowned(tmp_path, COPY, "RUN chown -R app /app", layers=[app(), owned(app(), gid=0)])
    assert last_stage(result.text) == ["COPY --chown=app:0 --from=builder /app /app"]


@pytest.mark.parametrize(
    ("copied", "after", "why"),
    [
        (app(), [*owned(app()[:-1]), *owned(app()[-1:], gid=5)], None),
        (
            app(),
            [*owned(app()), *owned([make.symlink("usr/local/bin/python3", "python3.13")])],
            "/usr/local/bin/python3",
        ),
        (
            [*app(), make.file("app/su", b"1", 0o4755)],
            owned([*app(), make.file("app/su", b"1", 0o755)]),
            "/app/su runs as its owner",
        ),
        (app(), [*owned(app()[:-1]), make.file("app/main.py", bytes(50), uid=3)], "another owner"),
    ],
)
def test_r29_what_would_differ_stays_and_is_named_with_its_bytes(
    tmp_path: Path, copied: Files, after: Files, why: str | None
) -> None:
    run = CHOWN if why else "RUN chown -R app /app"
    result = chowned(tmp_path, COPY, run, layers=[copied, after])
    assert result.outcome == "unchanged"
    (warning,) = result.warnings
    assert (warning.rule, warning.line) == ("R29", 8)
    assert warning.bytes > 40_000
    assert (why or "groups of their own") in warning.text


def test_r29_a_folder_above_that_copy_makes_would_get_the_owner_too(tmp_path: Path) -> None:
    copied: Files = [make.folder("code"), make.folder("code/app"), make.file("code/app/x", bytes(20_000))]
    line, run = "COPY --from=builder /app/x /code/app/x", "RUN chown -R app:app /code/app"
    result = chowned(tmp_path, line, run, layers=[copied, owned(copied[1:])])
    assert "COPY makes /code" in result.warnings[0].text
    there: Files = [make.folder("code")]
    made = chowned(tmp_path, "RUN mkdir /code", line, run, layers=[there, copied, owned(copied[1:])])
    assert last_stage(made.text)[1:] == ["COPY --chown=app:app --from=builder /app/x /code/app/x"]


def test_r45_the_first_of_two_copies_to_one_place_goes(tmp_path: Path) -> None:
    env = "COPY --from=builder /app/.venv /app/.venv"
    only = app()[:-1]
    text = of(env, COPY)
    result = planned(text, image(tmp_path, text, only, app(), config=CONFIG))
    assert (result.outcome, last_stage(result.text)) == ("improved", [COPY])
    assert result.predicted is not None
    assert result.predicted.before_bytes - result.predicted.after_bytes > 40_000
    assert told(result) == []
    # What the second does not write over is of the first alone.
    more = [*only, make.file("app/.venv/only", b"1")]
    other = planned(text, image(tmp_path, text, more, app(), config=CONFIG))
    assert (other.outcome, told(other)) == ("unchanged", [("R45", 7)])
    assert other.warnings[0].bytes > 40_000


def second(tmp_path: Path, extra: Files = ()) -> RewritePlan:
    build = BUILD.replace("/app", "/app/env")
    lines = ("COPY --from=builder /app/env/.venv /app/.venv", "COPY --from=builder /app/env /app/env")

    def there(place: str) -> Files:
        python = "/app/env/.venv/bin/python"
        folders = [make.folder(f"{place}{inside}") for inside in FOLDERS]
        return [*folders, *venv(place, ("flask", APP)), script(f"{place}/bin/flask", python)]

    tools = [make.file("bin/ln", b"1", 0o755)]
    made = of("RUN tools", *lines, build=build)
    layers = [tools, [*there("app/.venv"), *extra], there("app/env/.venv")]
    return planned(made, image(tmp_path, made, *layers, config=CONFIG))


def test_r45_a_second_environment_becomes_a_link(tmp_path: Path) -> None:
    result = second(tmp_path)
    assert result.outcome == "improved", (result.refusal, result.warnings)
    assert last_stage(result.text)[1:] == [
        "COPY --from=builder /app/env /app/env",
        "RUN ln -s /app/env/.venv /app/.venv",
    ]
    assert result.allowed is not None
    assert result.allowed.paths == ("/app/.venv",)
    assert result.predicted is not None
    assert result.predicted.before_bytes - result.predicted.after_bytes > 40_000


def test_r45_a_second_environment_that_differs_stays_and_is_named(tmp_path: Path) -> None:
    result = second(tmp_path, [make.file("app/.venv/more", b"1")])
    assert result.outcome == "unchanged"
    assert told(result) == [("R45", 8)]
    assert result.warnings[0].bytes > 40_000


INSTALL = (
    "RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev curl "
    "&& rm -rf /var/lib/apt/lists/*"
)
NEEDS = (Need("libpq5", "libpq.so.5", "/app/.venv/x.so", "links"),)


def with_packages(tmp_path: Path, *lines: str, **choices: str) -> RewritePlan:
    text = of(*lines, COPY)
    files = [
        [make.file("usr/lib/libpq.so.5", bytes(90))],
        *([make.file("made", b"1")] for _ in lines[1:]),
        app(),
    ]
    report = image(tmp_path, text, *files, config=CONFIG)
    return planned(text, report, facts(NEEDS, only=("libpq-dev", "curl")), **choices)


def test_r33_headers_give_way_to_the_library_that_is_needed(tmp_path: Path) -> None:
    result = with_packages(tmp_path, INSTALL)
    assert result.outcome == "improved", result.warnings
    assert last_stage(result.text)[0] == INSTALL.replace("libpq-dev curl", "curl libpq5")
    assert {d.id for d in result.decisions} == {"build-packages", "runtime-libraries"}
    assert result.allowed is not None
    assert result.allowed.packages == ("libpq-dev", "libssl-dev")


def test_r33_the_choice_keeps_them(tmp_path: Path) -> None:
    result = with_packages(tmp_path, INSTALL, build_packages="keep")
    assert (result.outcome, result.diff) == ("unchanged", "")
    assert [(d.id, d.chosen) for d in result.decisions] == [("build-packages", "keep")]


@pytest.mark.parametrize("name", ["dev-packages-in-image", "build-tools-in-image"])
def test_r33_what_stays_is_told_once_with_its_bytes(tmp_path: Path, name: str) -> None:
    text = of(INSTALL, "RUN pip install psycopg2", COPY)
    files = [[make.file("usr/lib/libpq.so.5", bytes(90))], [make.file("made", b"1")], app()]
    report = image(tmp_path, text, *files, config=CONFIG)
    finding = Finding(name, "medium", "Headers are in the image", 12_345, 7, (), "Leave them out.")
    result = planned(text, replace(report, findings=(finding,)), facts(NEEDS, only=("libpq-dev", "curl")))
    ((rule, size),) = [(warning.rule, warning.bytes) for warning in result.warnings]
    assert (rule, size) == ("R33", 12_345)
    assert "(12.3 kB with what they bring)" in result.warnings[0].text


def test_r33_where_a_run_may_compile_they_stay_and_are_named(tmp_path: Path) -> None:
    result = with_packages(tmp_path, INSTALL, "RUN pip install psycopg2")
    assert (result.outcome, told(result)) == ("unchanged", [("R33", 7)])
    assert "line 8 may need them" in result.warnings[0].text


def test_what_findings_tell_is_told_by_rule_and_line(tmp_path: Path) -> None:
    text = of(COPY, "RUN rm /app/main.py", "COPY .git /srv/.git")
    git = [make.file("srv/.git/HEAD", b"ref"), make.file("srv/.git/pack", bytes(30_000))]
    big = [*app()[:-1], make.file("app/main.py", bytes(20_000))]
    report = image(tmp_path, text, big, [make.whiteout("app/main.py")], git, config=CONFIG)
    result = planned(text, report)
    assert result.outcome == "unchanged"
    assert sorted(told(result)) == [("R40", 9), ("R43", 8)]
    assert {w.rule: w.bytes for w in result.warnings} == {"R40": 30_003, "R43": 20_000}


def test_a_right_file_has_nothing_to_tell(tmp_path: Path) -> None:
    text = of(COPY)
    result = planned(text, image(tmp_path, text, app(), config=CONFIG))
    assert (result.outcome, result.warnings, result.decisions) == ("unchanged", (), ())


def test_an_environment_whose_scripts_are_dead_is_still_refused(tmp_path: Path) -> None:
    text = of("COPY --from=builder /app/.venv /srv/.venv")
    dead = [*venv("srv/.venv", ("flask", APP)), script("srv/.venv/bin/flask", "/app/.venv/bin/python")]
    result = planned(text, image(tmp_path, text, dead, config=CONFIG))
    assert result.refusal is not None
    assert result.refusal.rule == "R45"
