"""What is said of a rewrite, its proof and its repairs, line by line."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_images.samples import sample_report

from uvdive.build.events import BuildResult, BuildStep, Timings
from uvdive.output.as_text.rewrite import (
    build_lines,
    diff_text,
    plan_text,
    proof_text,
    repair_text,
    size_lines,
    verification_lines,
)
from uvdive.output.look import Look
from uvdive.rewrite.plan import (
    Alternative,
    Decision,
    FileChange,
    PlanWarning,
    Prediction,
    Refusal,
    RewritePlan,
)
from uvdive.verify.checks import Check, Verification
from uvdive.verify.measured import Measured
from uvdive.verify.repairs import Repair

PLAN = RewritePlan(
    outcome="rewritten",
    evidence="image",
    dockerfile="Dockerfile",
    original="",
    text="",
    diff="-FROM a\n+FROM b\n",
    files=(FileChange("start.sh", "", "-uv run x\n+x\n"), FileChange("same.sh", "", "")),
    decisions=(
        Decision("base", "R1", 4, "a smaller base", "nothing compiles"),
        Decision(
            "runner",
            "R2",
            None,
            "the runner",
            "it is smallest",
            "slim",
            (
                Alternative("slim", "small", 2_005_000),
                Alternative("same", "as before"),
                Alternative("full", "all of it", 2_006_000),
                Alternative("none", "nothing at all", 5_000),
                Alternative("else", "as large", 2_005_000),
            ),
        ),
        Decision("other", "R3", 5, "x", "y", "a", (Alternative("a", "b"),)),
    ),
    warnings=(PlanWarning("R21", 7, "stops slower"), PlanWarning("R22", None, "is younger", 30_900_000)),
    predicted=Prediction(10_000, 4000, {"uv": (6000, 0), "app": (4000, 4000)}),
)
TEXT = """\
Dockerfile, rewritten with the image as evidence.

Predicted: 10.0 kB -> 4.0 kB (-6.0 kB)
Owners    before   after   change
  uv      6.0 kB     0 B  -6.0 kB  #################### |
  app     4.0 kB  4.0 kB      0 B  #############        | #############
  total  10.0 kB  4.0 kB  -6.0 kB

Warnings (2)
  line 7: stops slower (R21)
  30.9 MB: is younger (R22)

Could save more
  -2.0 MB  --choose runner=none  the runner: nothing at all

Your choices
  the runner (R2)
    it is smallest
    * --choose runner=slim  small
      --choose runner=same  as before
      --choose runner=full  all of it (+1.0 kB)
      --choose runner=none  nothing at all (-2.0 MB)
      --choose runner=else  as large (same)
  line 5: x (R3)
    y
    * --choose other=a  b

What changes
  line 4: a smaller base (R1)
    nothing compiles

uvdive --explain ID says more about a rule (R1) or a choice (runner).

-FROM a
+FROM b

-uv run x
+x
"""


def test_a_plan_in_its_order() -> None:
    assert plan_text(PLAN) == TEXT


def test_on_a_terminal_lines_are_folded_at_words_and_meant_as_they_are_painted() -> None:
    long = replace(PLAN, warnings=(PlanWarning("R21", 7, "it stops slower " * 6 + "x" * 70),))
    look = Look(width=60, paint=lambda text, style: f"<{style}>{text}" if style != "plain" else text)
    lines = plan_text(long, look).splitlines()
    assert lines[0] == "<head>Dockerfile, rewritten with the image as evidence."
    at = lines.index("<head>Warnings (1)")
    assert lines[at + 1] == "<warn>  line 7: it stops slower it stops slower it stops slower it"
    assert lines[at + 2] == "<warn>    stops slower it stops slower it stops slower"
    assert lines[at + 3] == "<warn>    " + "x" * 70
    assert lines[at + 4] == "<warn>    (R21)"
    assert "<bad>-FROM a" in lines
    assert "<good>+FROM b" in lines
    assert "  uv      6.0 kB     0 B  -6.0 kB  #################### |" in lines
    assert "<bad>Dockerfile was not rewritten." in plan_text(
        replace(PLAN, outcome="refused", refusal=Refusal("R9", "no lock", None)), look
    )


def test_rules_are_explained_where_there_is_no_choice() -> None:
    plain = replace(PLAN, decisions=PLAN.decisions[:1])
    assert "about a rule (R1).\n" in plan_text(plain)
    assert "about a rule (R21).\n" in plan_text(replace(PLAN, decisions=()))
    refused = replace(PLAN, outcome="refused", refusal=Refusal("R9", "no lock", None))
    assert plan_text(refused).startswith("Dockerfile was not rewritten.\nno lock (R9)\n")


def test_the_difference_alone_holds_all_files_and_is_exact_for_programs() -> None:
    hostile = replace(PLAN, diff="+\x1b[2J\n")
    assert diff_text(hostile, exact=True) == "+\x1b[2J\n-uv run x\n+x\n"
    assert diff_text(hostile, exact=False) == "+\\x1b[2J\n-uv run x\n+x\n"


def built(seconds: float, *states: str) -> BuildResult:
    steps = [BuildStep(str(n), f"[{n}/9] RUN x", state) for n, state in enumerate(states, 1)]
    return BuildResult("sha256:1", "x:1", seconds, (BuildStep("0", "[internal] load", "cached"), *steps))


def test_builds_say_their_seconds_and_what_the_cache_had() -> None:
    sample = sample_report()
    both = Measured(sample, sample, built(3.26, "cached", "done", "cached"), built(12.0, "done"))
    assert build_lines(both) == [
        "Builds",
        "  before   3.3 s  2 of 3 steps cached",
        "  after   12.0 s  0 of 1 step cached",
    ]
    timings = Timings((9.04, 8.0), (2.0, 3.25), "a\x1b.py")
    only = Measured(sample, sample, None, built(1.0, "done"), timings, "2026-01-01")
    assert build_lines(only)[1:] == [
        "  before  not built now",
        "  after           1.0 s  0 of 1 step cached",
        "  with no step cached: 9.0 s before, 8.0 s after",
        "  after a change of a\\x1b.py: 2.0 s before, 3.2 s after",
        "  without a lock, packages were taken as of 2026-01-01 in both (R56)",
    ]


@pytest.mark.parametrize(
    ("source", "client"), [("docker", "docker"), ("podman", "podman"), ("oci", "docker")]
)
def test_sizes_are_told_where_both_images_have_them(source: str, client: str) -> None:
    sample = sample_report()
    totals = replace(sample.totals, tar_bytes=90_000, compressed_bytes=30_000)
    image = replace(sample.image, source=source, inspect_size=71_600, listed_size=72_000)
    before = replace(sample, totals=totals, image=image)
    smaller = replace(totals, file_bytes=1600, tar_bytes=8000, compressed_bytes=31_000)
    sizes = replace(image, inspect_size=1700, listed_size=None)
    after = replace(sample, totals=smaller, image=sizes)
    lines = [" ".join(line.split()) for line in size_lines(Measured(before, after, None, None), "si")]
    assert lines == [
        "Sizes before after change",
        "files 71.6 kB 1.6 kB -70.0 kB",
        "layers as tars 90.0 kB 8.0 kB -82.0 kB",
        "to pull (compressed) 30.0 kB 31.0 kB +1.0 kB",
        f"{client} inspect 71.6 kB 1.7 kB -69.9 kB",
    ]
    columns = {
        tuple(match.start() for match in re.finditer("kB", line))
        for line in size_lines(Measured(before, after, None, None), "si")[1:]
    }
    assert len(columns) == 1, "numbers stand one below the other"
    listed = replace(after, image=replace(sizes, listed_size=1800))
    last = size_lines(Measured(before, listed, None, None), "si")[-1]
    assert last.split() == [client, "images", "72.0", "kB", "1.8", "kB", "-70.2", "kB"]
    unlisted = replace(before, image=replace(image, listed_size=None))
    assert len(size_lines(Measured(unlisted, listed, None, None), "si")) == len(lines)


def proof(after_bytes: int, plan: RewritePlan = PLAN) -> list[str]:
    sample = sample_report()
    after = replace(sample, totals=replace(sample.totals, file_bytes=after_bytes))
    return proof_text(plan, Measured(sample, after, None, None), None).splitlines()


def test_a_proof_says_what_was_saved_and_how_far_the_prediction_was_off() -> None:
    assert proof(4100)[:2] == [
        "Measured: 71.6 kB before, 4.1 kB after: saved 67.5 kB (94.3 %)",
        "The prediction was off by -2.44 %",
    ]
    assert proof(3900)[1] == "The prediction was off by +2.56 %"
    assert proof(71_599)[0].endswith("after: saved 1 B (0.0 %)")
    for same in (71_600, 71_601):
        assert proof(same)[0].endswith("after: nothing saved")
    assert proof(4000, replace(PLAN, predicted=None))[1] == ""


def test_a_proofs_parts_come_in_their_order() -> None:
    lines = proof(4000)
    heads = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert heads == ["Measured:", "The", "Owners", "Sizes", "Builds", "Not"]


def test_each_check_stands_with_its_differences() -> None:
    checks = (
        Check("config", "passed", "equal"),
        Check("files", "failed", "2 lost", ("/x\x1b", "/y")),
        Check("libraries", "failed", ""),
    )
    lines = verification_lines(Verification(checks))
    assert lines[0] == "Verification: it failed (1 passed, 2 failed)."
    assert lines[1:] == [
        "  passed                config       equal",
        "  failed                files        2 lost",
        "             /x\\x1b",
        "             /y",
        "  failed                libraries",
    ]


LOOKED = "--start runs and compares them too."


@pytest.mark.parametrize(
    ("checks", "first", "last"),
    [
        ((Check("files", "passed", "x"),), "no check failed (1 passed)", LOOKED),
        (
            (Check("files", "passed", "x"), Check("start", "passed", "y", ran=True)),
            "no check failed (2 passed)",
            "and by running both.",
        ),
        (
            (Check("files", "passed", "x", unseen=("a\x1b", "b")),),
            "not proven, as not everything could be looked at (1 not proven)",
            "             not looked at: b",
        ),
        (
            (Check("files", "failed", "x", ("d",), way_out="mend\x1b"),),
            "it failed (1 failed)",
            "             What to do: mend\\x1b",
        ),
    ],
)
def test_a_verification_says_how_far_it_proves(checks: tuple[Check, ...], first: str, last: str) -> None:
    lines = verification_lines(Verification(checks))
    assert lines[0] == f"Verification: {first}."
    assert lines[-1].endswith(last)
    assert any("not looked at: a\\x1b" in line for line in lines) is bool(checks[0].unseen)


def test_what_checks_came_to_is_told_in_words_and_counted() -> None:
    checks = (
        Check("config", "announced", "a"),
        Check("files", "announced", "b"),
        Check("libraries", "repaired", "c"),
        Check("imports", "skipped", "d"),
        Check("start", "announced", "e", unseen=("f",)),
        Check("interpreter", "failed", "g", unseen=("h",)),
    )
    lines = verification_lines(Verification(checks))
    told = "2 expected changes, 1 fixed by the rewrite, 1 skipped, 1 not proven, 1 failed"
    assert lines[0] == f"Verification: it failed ({told})."
    assert [line[2:22].rstrip() for line in lines[1:] if line[2] != " "] == [
        "expected change",
        "expected change",
        "fixed by the rewrite",
        "skipped",
        "not proven",
        "failed",
    ]


def test_repairs_are_those_that_were_made_and_those_that_may_be() -> None:
    one, two = Repair("paths", "/x", ("files",), "lost"), Repair("packages", "git", ("start",), "called")
    assert repair_text((), ()) == ""
    assert repair_text((), (one, two)) == (
        "\nFixed with --choose paths=/x: lost\nFixed with --choose packages=git: called\n"
    )
    assert repair_text((two, one), (one,)).splitlines() == [
        "",
        "Fixed with --choose paths=/x: lost",
        "This may fix it (--repair does so, builds and verifies once more):",
        "  --choose packages=git",
        "    called",
        "  --choose paths=/x",
        "    lost",
    ]
