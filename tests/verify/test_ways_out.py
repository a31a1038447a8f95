"""How far a verification proves a rewrite, and what to do where a check failed."""

from __future__ import annotations

import pytest

from uvdive.verify.checks import Check, Verification
from uvdive.verify.repairs import Repair
from uvdive.verify.ways import OTHERS, REPORT, with_ways_out

PASSED = Check("config", "passed", "")
FAILED = Check("files", "failed", "lost")


@pytest.mark.parametrize(
    ("checks", "level", "proven"),
    [
        ((PASSED, Check("imports", "skipped", "nothing to import")), "contents", True),
        ((PASSED, Check("start", "passed", "", ran=True)), "start", True),
        ((PASSED, Check("files", "passed", "", unseen=("two files",))), "unproven", False),
        ((PASSED, Check("start", "announced", "", unseen=("both fail",))), "unproven", False),
        ((FAILED, Check("imports", "passed", "", unseen=("x",)), Check("start", "passed", "", ran=True)),
         "failed", False),
    ],
)  # fmt: skip
def test_the_level_of_a_verification(checks: tuple[Check, ...], level: str, proven: bool) -> None:
    verification = Verification(checks)
    assert (verification.level, verification.proven) == (level, proven)


def test_every_failed_check_has_a_way_out() -> None:
    own = Check("start", "failed", "", way_out="set DATABASE_URL")
    repair = Repair("extra-paths", "/srv/x", ("files",), "it is not copied")
    checks = (PASSED, FAILED, own, Check("config", "failed", ""))
    ways = [check.way_out for check in with_ways_out(Verification(checks), (repair,)).checks]
    assert ways[0] == ""
    assert ways[1].startswith("--choose extra-paths=/srv/x may fix it")
    assert ways[2:] == ["set DATABASE_URL", OTHERS]
    alone = with_ways_out(Verification((FAILED,)), ())
    assert [check.way_out for check in alone.checks] == [REPORT]
