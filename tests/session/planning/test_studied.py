"""A study is kept for as long as all that it was made from stays, and not longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_images.samples import sample_report

from uvdive.base.files import file_states
from uvdive.base.files.foreign import noting_opened, read_file
from uvdive.ledger.report import ImageReport
from uvdive.session.planning import studied as module
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.planning.studied import Asking, MadeFrom, Studied

TEXT = "FROM python:3.13-slim\nCOPY . /app\nRUN uv sync\n"


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test wrote just now counts as written long ago."""
    monkeypatch.setattr(file_states, "_SETTLED", -(10**12))


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / "Dockerfile").write_text(TEXT)
    (folder / "src" / "main.py").write_text("print()\n")
    return folder


def studied(folder: Path, kept: Kept, **more: Any) -> Studied:
    plan_rewrite(folder / "Dockerfile", None, kept=kept, **more)
    assert kept.studied is not None
    return kept.studied


def write(path: str, text: str) -> Callable[[Path], None]:
    return lambda context: (context / path).write_text(text) and None


def link(context: Path) -> None:
    (context / "notes").symlink_to(context.parent / "elsewhere")


def mode(context: Path) -> None:
    (context / "src" / "main.py").chmod(0o700)


def again_in_the_same_size(context: Path) -> None:
    (context / "src" / "main.py").write_text("break()\n"[:8])


CHANGES: dict[str, Callable[[Path], None]] = {
    "the Dockerfile": write("Dockerfile", f"{TEXT}CMD uv run x\n"),
    "a file": again_in_the_same_size,
    "a new file": write("src/other.py", ""),
    "a mode": mode,
    "a link": link,
    "a compose file above": write("../compose.yaml", "services: {}\n"),
    "an ignore file": write(".dockerignore", ".venv\n"),
}


def test_another_choice_and_the_same_one_find_the_study(context: Path) -> None:
    kept = Kept()
    first = studied(context, kept)
    assert studied(context, kept) is first
    assert studied(context, kept, choices={"layers": "whole"}) is first


def test_what_other_tools_leave_in_folders_that_are_not_looked_into_is_no_change(context: Path) -> None:
    cache = context.parent / ".mypy_cache"
    cache.mkdir()
    kept = Kept()
    first = studied(context, kept)
    (cache / "new").write_text("x")
    assert studied(context, kept) is first


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_around_the_dockerfile_makes_it_anew(context: Path, change: Callable[[Path], None]) -> None:
    kept = Kept()
    first = studied(context, kept)
    change(context)
    second = studied(context, kept)
    assert second is not first
    assert studied(context, kept) is second


def test_other_arguments_make_it_anew(context: Path, tmp_path: Path) -> None:
    kept = Kept()
    different: tuple[dict[str, Any], ...] = (
        {},
        {"build_args": ("--build-arg", "X=1")},
        {"build_args": ("--target", "0")},
        {"pull": True},
        {"unmeasured": True},
        {"offers": False},
        {"context": tmp_path},
    )
    found = [studied(context, kept, **more) for more in different]
    assert len({id(each) for each in found}) == len(found)


def test_without_offers_the_plan_is_the_same_and_names_no_alternative(context: Path) -> None:
    whole, bare = (plan_rewrite(context / "Dockerfile", None, offers=offers) for offers in (True, False))
    assert (bare.outcome, bare.text, bare.warnings) == (whole.outcome, whole.text, whole.warnings)
    assert any(decision.alternatives for decision in whole.decisions)
    assert not any(decision.alternatives for decision in bare.decisions)
    assert [each.chosen for each in bare.decisions] == [each.chosen for each in whole.decisions]


def test_what_was_written_just_now_is_not_trusted(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_states, "_SETTLED", 10**18)
    kept = Kept()
    assert studied(context, kept) is not studied(context, kept)


def test_of_too_many_files_nothing_is_kept(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_states, "MOST", 2)
    kept = Kept()
    assert studied(context, kept) is not studied(context, kept)


def test_a_plan_that_fails_leaves_no_study(context: Path) -> None:
    kept = Kept()
    studied(context, kept)
    with pytest.raises(Exception, match="no-such-choice"):
        plan_rewrite(context / "Dockerfile", None, kept=kept, choices={"no-such-choice": "x"})
    assert kept.studied is None


class Planning:
    """In the place of a planner: asks for a base and for what the image lacks, and reads a file."""

    def __init__(self, _text: str, _report: object, lookup: Any, *, lacking: Any, **_: Any) -> None:
        self.lookup, self.lacking = lookup, lacking

    def plan(self, choices: dict[str, str], _ladder: object) -> Any:
        if "read" in choices:
            read_file(Path(choices["read"]))
        return self.lookup("base:1"), self.lookup("base:1"), self.lacking()


def test_another_image_behind_a_base_s_name_makes_it_anew(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Planner", Planning)
    report, ids, asked = sample_report(), {"base:1": "sha256:1"}, list[str]()
    base = replace(report, image=replace(report.image, id="sha256:1"))
    made_from = MadeFrom("", context / "Dockerfile", context, "", {}, None, None, None, False, False)

    def find(reference: str) -> ImageReport:
        asked.append(reference)
        read_file(context / "src" / "main.py")
        return base

    asking = Asking(find, ids.get, lambda: (("x", ("y",)),), lambda: None)
    kept = Studied(made_from, report, None)
    assert not kept.holds(made_from, report, asking)  # nothing is planned yet
    assert kept.plan({}, asking) == (base, base, (("x", ("y",)),))
    assert asked == ["base:1"]
    assert kept.holds(made_from, report, asking)
    assert not kept.holds(made_from, sample_report(), asking)
    for other in ("sha256:2", None):
        assert not kept.holds(made_from, report, replace(asking, base_id=lambda _, other=other: other))

    far = tmp_path.parent / "far.env"  # nowhere around the Dockerfile
    far.write_text("A=1\n")
    kept.plan({"read": str(far)}, asking)
    assert kept.holds(made_from, report, asking)
    far.write_text("A=22\n")
    assert not kept.holds(made_from, report, asking)


def test_files_that_are_opened_are_noted_in_the_block_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    with noting_opened() as outer:
        with noting_opened() as inner:
            read_file(path)
        with pytest.raises(OSError, match="no-such"):
            read_file(tmp_path / "no-such")
    read_file(path)
    assert (inner, outer) == ({os.fspath(path)}, {os.fspath(tmp_path / "no-such")})
