"""The choice ``user`` (R64): where it is offered, and what is given to whom."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from made_images.system_facts import facts, packages

from uvdive.base.errors import UsageError
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan
from uvdive.rewrite.text.last_stage import ahead_of_start
from uvdive.rewrite.user.folders import Given, what_to_give

Planned = Callable[..., RewritePlan]

SLIM = "python:3.13-slim-bullseye"
START = 'CMD ["/app/.venv/bin/flask", "run"]\n'
TEXT = f"""\
FROM {SLIM}
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
{START}"""
AS_APP = "ENV HOME=/home/app\nUSER app\n"


@pytest.fixture
def planned(project, tmp_path) -> Planned:
    """Plans an image with a user and what a start wrote."""

    def make(user: str | None = None, written: Written | None = None, **more: Any) -> RewritePlan:
        made = project(more.pop("text", TEXT), None, base_uv=False, config={"user": user})
        result: RewritePlan = made.plan(context=tmp_path, written=written, **more)
        return result

    return make


def offered(plan: RewritePlan) -> bool:
    return any(decision.id == "user" for decision in plan.decisions)


@pytest.mark.parametrize("user", [None, "", "0", "root", "0:0", "root:root"])
def test_it_is_offered_where_the_original_runs_as_root(planned: Planned, user: str | None) -> None:
    assert offered(planned(user))


@pytest.mark.parametrize("user", ["1000", "app", "1000:0", "rooted", "00:1"])
def test_it_is_not_offered_where_somebody_else_runs_it(planned: Planned, user: str) -> None:
    assert not offered(planned(user))
    with pytest.raises(UsageError, match=r"does not apply"):
        planned(user, choices={"user": "app"})


def test_it_is_not_offered_on_a_base_that_can_make_no_users(planned: Planned) -> None:
    assert not offered(planned(text=TEXT.replace(SLIM, "python:3.13-slim-trixie")))


def test_root_stays_unless_somebody_says_so(planned: Planned) -> None:
    plan = planned(written=Written(changed=("/app/copied",)))
    assert "USER" not in plan.text
    assert plan.allowed is not None
    assert not plan.allowed.given
    assert "User" not in plan.allowed.config


def test_the_user_of_the_file_gives_way(planned: Planned) -> None:
    text = planned("0", text=TEXT.replace("CMD", "USER 0\nCMD"), choices={"user": "app"}).text
    last = text.partition("# The final image")[2]
    assert "USER 0" not in last
    assert last.endswith(f"{AS_APP}{START}")


HEALTH = 'HEALTHCHECK CMD ["/app/.venv/bin/python", "-c", "0"]\n'
EXPOSE = "EXPOSE 80\nVOLUME /app/data\n"


@pytest.mark.parametrize(
    ("written", "last"),
    [
        (f"{EXPOSE}{HEALTH}{START}", f"{EXPOSE}{AS_APP}{HEALTH}{START}"),
        (f"# Starts.\n{START}{EXPOSE}", f"{AS_APP}# Starts.\n{START}{EXPOSE}"),
    ],
)
def test_the_user_stands_in_front_of_what_checks_and_starts(
    planned: Planned, written: str, last: str
) -> None:
    assert planned(text=TEXT.replace(START, written), choices={"user": "app"}).text.endswith(f"\n{last}")


@pytest.mark.parametrize(
    ("keywords", "ahead"),
    [
        ("LABEL HEALTHCHECK CMD", 1),
        ("HEALTHCHECK WORKDIR CMD EXPOSE", 2),
        ("CMD WORKDIR EXPOSE", 3),
        ("LABEL", 1),
        ("", 0),
    ],
)
def test_a_work_directory_stays_in_front_as_its_folder_belongs_to_the_user_who_is_set(
    keywords: str, ahead: int
) -> None:
    steps: Any = [SimpleNamespace(keyword=keyword) for keyword in keywords.split()]
    assert ahead_of_start(steps) == ahead


def test_without_a_start_the_decision_says_that_the_proof_needs_one(planned: Planned) -> None:
    reasons = [
        next(each.reason for each in planned(written=told).decisions if each.id == "user")
        for told in (None, Written())
    ]
    assert ["--start" in reason for reason in reasons] == [True, False]


LEAN = "gcr.io/distroless/cc-debian13"
LOADER = "/lib64/ld-linux-x86_64.so.2"


def test_on_a_base_without_a_shell_copies_give_what_is_written(project, node, plain_image, tmp_path) -> None:
    trixie = TEXT.replace(SLIM, "python:3.13-slim-trixie")
    wrote = {"COPY . .": {"/app/app.db": node(50), "/app/data/seed": node(5)}}
    made = project(trixie, wrote, base_uv=False, base_paths={LOADER: node(100)})
    holds = packages("libc6")
    seen = facts((), holds, old=holds, programs=())
    bases = {LEAN: plain_image({LOADER: node(100)}), "python:3.13-slim-trixie": made.report}
    reader = SimpleNamespace(system=lambda: seen, base=lambda *_: BeyondBase(libc="gnu"), at_hand=bases.get)
    written = Written(("/app/data/log",), frozenset(), ("/app/app.db",))
    choices = {"final-base": "distroless", "user": "app"}
    found = plan(
        trixie, made.report, bases.get, choices=choices, context=tmp_path, reader=reader, written=written
    )
    build, _, last = found.text.partition("# The final image")
    assert "install -d -o 65532 -g 65532 /final-image/app/data /final-image/home/nonroot" in build
    assert "RUN" not in last
    assert "COPY --from=builder --chown=65532:65532 /app/app.db /app/app.db\n" in last
    assert last.endswith(f"ENV HOME=/home/nonroot\nUSER 65532:65532\n{START}")
    assert found.allowed is not None
    assert found.allowed.given == ("65532:65532:/app/app.db", "65532:65532:/app/data")


@pytest.fixture
def files(project, node) -> Files:
    """An app with data, in a system with a log folder."""
    wrote = {
        "COPY . .": {
            "/app/app.db": node(50),
            "/app/data/seed": node(5),
            "/app/empty": node(folder=True),
            "/app/.venv/empty": node(folder=True),
            "/app/open": node(folder=True, mode=0o777),
        }
    }
    base = {"/var/log": node(folder=True), "/etc/conf": node(3)}
    return Files(project(TEXT, wrote, base_uv=False, base_paths=base).report, 1)


@pytest.mark.parametrize(
    ("written", "given"),
    [
        (Written(added=("/app/data/a", "/app/data/b")), Given(folders=("/app/data",))),
        (Written(added=("/app/data/a",), folders=frozenset({"/app/data/a"})), Given(folders=("/app/data",))),
        (Written(changed=("/app/data",)), Given(folders=("/app/data",))),
        (Written(changed=("/app/data/seed",)), Given(files=("/app/data/seed",))),
        (Written(added=("/data",), folders=frozenset({"/data"})), Given(made=("/data",))),
        (Written(added=("/a.db",)), Given(kept=("/a.db",))),
        (Written(added=("/var/log/a.log",)), Given(folders=("/var/log",))),
        (Written(added=("/var/log/a",), folders=frozenset({"/var/log/a"})), Given(made=("/var/log/a",))),
        (Written(added=("/etc/a",), changed=("/etc/conf",)), Given(kept=("/etc/a", "/etc/conf"))),
        (Written(added=("/app/open/a", "/root/.cache/a", "/app/.venv/.lock", "/app/uv.lock")), Given()),
        (Written(), Given()),
        (None, Given(folders=("/app/empty",))),
    ],
)
def test_the_deepest_folders_of_what_was_written_are_given(
    files: Files, written: Written | None, given: Given
) -> None:
    assert what_to_give(files, written, (), "/app", ("/app/.venv",), bare=False) == given


def test_volumes_count_as_written(files: Files) -> None:
    found = what_to_give(files, Written(), ("/app/data", "/uploads/"), "/app", (), bare=False)
    assert found == Given(folders=("/app/data",), made=("/uploads",))


def test_a_folder_of_the_base_keeps_its_owner_where_nothing_can_be_run(files: Files) -> None:
    found = what_to_give(files, Written(added=("/var/log/a",)), (), "/app", (), bare=True)
    assert found == Given(kept=("/var/log/a",))
