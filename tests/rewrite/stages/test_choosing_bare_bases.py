"""A final base in which nothing can be run (R63): what is copied to it, and why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from made_images.system_facts import facts, packages

from uvdive.base.errors import UsageError
from uvdive.distro.release import OsRelease
from uvdive.image.config import ImageConfig
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase, Brought, Needed
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.rewrite.plan import Decision, RewritePlan
from uvdive.rewrite.planner import plan
from uvdive.rewrite.stages import leanest_base

SLIM = "python:3.13-slim-trixie"
LEAN = "gcr.io/distroless/cc-debian13"
TEXT = f"""\
FROM {SLIM}
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["/app/.venv/bin/flask", "run"]
"""
LIBPQ = Brought("/usr/lib/x86_64-linux-gnu/libpq.so.5", "/usr/lib/libpq.so.5", "libpq5", 300, "/app/x.so")
ZONES = Brought("/usr/share/zoneinfo", "/usr/share/zoneinfo", "tzdata", 4000, "/usr/share/zoneinfo")
HOLDS = packages("libc6", "libpq5: libc6", "curl", "dash", "git")
GNU = BeyondBase(libc="gnu")


@dataclass(frozen=True)
class Reader:
    """What the images hold, by hand."""

    facts: SystemFacts | None
    found: BeyondBase | None
    bases: Mapping[str, ImageReport]

    def system(self) -> SystemFacts | None:
        return self.facts

    def base(self, *_: object) -> BeyondBase | None:
        return self.found

    def at_hand(self, reference: str) -> ImageReport | None:
        return self.bases.get(reference)


@pytest.fixture
def planned(project, node, plain_image) -> Callable[..., RewritePlan]:
    """Plan a project; ``lean`` is whether distroless is at hand."""

    def make(
        text: str = TEXT,
        chosen: str = "distroless",
        *,
        needs: Iterable[Need] = (),
        found: BeyondBase | None = GNU,
        lean: bool = True,
        wrote: Mapping[str, object] | None = None,
        system: dict[str, Installed] | None = None,
        base: Mapping[str, object] | None = None,
        old: Mapping[str, object] | None = None,
        choices: Mapping[str, str] | None = None,
        hands_down: ImageConfig | None = None,
        context: Path | None = None,
        **image: object,
    ) -> RewritePlan:
        paths = {"/lib64/ld-linux-x86-64.so.2": node(100), "/home": node(folder=True), **(old or {})}
        made = project(text, wrote, base_uv=False, base_paths=paths, **image)
        bare = plain_image({"/lib64/ld-linux-x86-64.so.2": node(100), **(base or {})})
        bases = {LEAN: replace(bare, config=hands_down or bare.config)} if lean else {}
        seen = facts(needs, system or HOLDS, old=HOLDS, programs=("curl", "git", "dash", "sh", "bash"))
        reader = Reader(replace(seen, packages=seen.packages), found, bases)
        given = {**({"final-base": chosen} if chosen else {}), **(choices or {})}
        return plan(
            made.text, made.report, {**bases, SLIM: made.report}.get,
            system=seen, reader=reader, choices=given, context=context,
        )  # fmt: skip

    return make


def decision(found: RewritePlan, name: str = "final-base") -> Decision:
    return next(each for each in found.decisions if each.id == name)


def refused(found: RewritePlan) -> str:
    assert found.refusal is not None, found.text
    return found.refusal.reason


def test_what_the_base_lacks_is_copied_file_by_file_and_predicted(planned) -> None:
    bare = planned()
    more = planned(found=replace(GNU, app=Needed((LIBPQ,)), data=(ZONES,)))
    assert f"FROM {LEAN} AS runner" in more.text
    assert "COPY --from=builder /usr/lib/*-linux-gnu/libpq.so.5 /usr/lib/\n" in more.text
    assert "COPY --from=builder /usr/share/zoneinfo /usr/share/zoneinfo\n" in more.text
    assert "COPY --from=builder /usr/local/lib/python3.13 /usr/local/lib/python3.13\n" in more.text
    assert "/usr/local/bin/python3.13 /usr/local/bin/\n" in more.text
    assert "RUN" not in more.text.partition(LEAN)[2]
    assert "libpq.so.5 (libpq5)" in decision(more, "beyond-base").reason
    assert bare.predicted is not None
    assert more.predicted is not None
    assert more.predicted.after_bytes == bare.predicted.after_bytes + LIBPQ.size + ZONES.size


def test_it_is_offered_where_it_is_at_hand_and_never_taken_by_itself(planned) -> None:
    found = planned(chosen="")
    assert decision(found).chosen == "slim"
    assert {each.value: each.predicted_bytes is not None for each in decision(found).alternatives} == {
        "slim": True,
        "distroless": True,
    }
    assert not any(each.id == "final-base" for each in planned(chosen="", lean=False).decisions)


def test_nothing_is_asked_where_no_other_base_will_do(planned) -> None:
    found = planned(TEXT.replace('CMD ["/app/.venv/bin/flask", "run"]', "CMD flask run"), chosen="")
    assert found.outcome == "rewritten"
    assert not any(each.id == "final-base" for each in found.decisions)


def test_who_asks_for_one_that_is_not_at_hand_is_told(planned) -> None:
    assert "is not at hand" in refused(planned(lean=False))
    assert "no contents" in refused(planned(found=None))


def test_any_image_may_be_named_and_a_word_must_be_one_of_the_choice(planned) -> None:
    found = planned(chosen=LEAN)
    assert f"FROM {LEAN} AS runner" in found.text
    assert decision(found).chosen == LEAN
    with pytest.raises(UsageError, match="distrolos"):
        planned(chosen="distrolos")
    for own in ("slim", "base"):
        assert f"FROM {SLIM} AS runner" in planned(chosen=own).text


def test_of_a_named_base_with_a_shell_nobody_says_that_it_has_none(planned, node) -> None:
    shell = {"/bin/sh": node(100), "/usr/bin/apt": node(100)}
    found = planned(chosen=LEAN, base=shell, found=replace(GNU, app=Needed((LIBPQ,))))
    assert "RUN" not in found.text.partition(LEAN)[2]
    assert "# What the app needs of the system and this base lacks.\n" in found.text
    told = [found.text, *(f"{each.summary} {each.reason}" for each in found.decisions if each.rule != "R63")]
    told += [f"{decision(found, name).summary} {decision(found, name).reason}" for name in ("bare-base",)]
    assert not [text for text in told if "no shell" in text or "no package manager" in text]
    assert "its own package manager knows nothing" in decision(found, "bare-base").reason


def test_what_is_copied_of_the_old_base_is_not_said_to_be_missing(planned, node) -> None:
    bare, more = (decision(planned(old=old), "base-files") for old in ({}, {"/usr/bin/tool": node(7)}))
    count = int(bare.summary.split()[5])
    assert f": {count + 1} paths" in more.summary
    python = decision(planned(old={"/usr/local/lib/python3.13/json.py": node(500)}), "base-files")
    assert python.summary == bare.summary


@pytest.mark.parametrize(
    ("system", "value"),
    [
        (("debian", "13", "trixie"), "distroless"),
        (("debian", "12", "bookworm"), "distroless"),
        (("debian", "11", "bullseye"), ""),
        (("alpine", "3.22.1", ""), "alpine:3.22"),
        (("alpine", "edge", ""), ""),
        (("ubuntu", "24.04", "noble"), ""),
        (None, ""),
    ],
)
def test_the_smallest_base_with_a_systems_libraries(system: tuple[str, str, str] | None, value: str) -> None:
    assert leanest_base(OsRelease(*system) if system else None) == value


def test_another_c_library_is_refused(planned, node) -> None:
    assert "glibc" in refused(planned(base={"/lib/ld-musl-x86_64.so.1": node(9)}))


def test_a_base_that_is_too_old_is_refused(planned) -> None:
    unfit = replace(GNU, app=Needed(unfit=("/app/x.so needs GLIBC_2.38, which it lacks",)))
    assert "too old for the build: /app/x.so needs GLIBC_2.38" in refused(planned(found=unfit))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("CMD flask run --port $PORT", "CMD is in the shell form"),
        ('CMD ["sh", "-c", "flask run"]', "CMD starts sh"),
        (
            'HEALTHCHECK CMD curl -f http://localhost\nCMD ["/app/.venv/bin/flask"]',
            "HEALTHCHECK is in the shell",
        ),
        ("ENTRYPOINT flask run", "ENTRYPOINT is in the shell form"),
    ],
)
def test_a_start_or_a_health_check_that_needs_a_shell_is_refused(planned, line: str, why: str) -> None:
    text = TEXT.replace('CMD ["/app/.venv/bin/flask", "run"]', line)
    assert why in refused(planned(text))


def test_a_folder_of_packages_gets_the_python_of_the_build(planned, node) -> None:
    text = TEXT.replace("uv sync --frozen", "uv pip install --target /opt/packages -r requirements.txt")
    start = 'ENV PYTHONPATH=/opt/packages\nCMD ["python", "handler.py"]\n'
    text = text.replace('CMD ["/app/.venv/bin/flask", "run"]\n', start)
    wrote = {"RUN uv pip": {"/opt/packages/idna/core.py": node(50)}}
    found = planned(text, wrote=wrote, environments=[])
    assert found.refusal is None, found.refusal
    assert "COPY --from=builder /usr/local/lib/python3.13 /usr/local/lib/python3.13\n" in found.text


def test_an_entry_point_that_was_only_uv_is_no_start_that_needs_a_shell(planned) -> None:
    start = 'ENTRYPOINT ["uv", "run", "--no-sync"]\nCMD ["python", "server.py"]\n'
    found = planned(TEXT.replace('CMD ["/app/.venv/bin/flask", "run"]\n', start))
    assert found.text.endswith('CMD ["python", "server.py"]\n'), found.refusal


def test_a_program_that_the_app_calls_is_refused_and_a_word_is_not(planned) -> None:
    called = Need("git", "git", "/app/main.py", "runs")
    assert "/app/main.py calls git" in refused(planned(needs=[called]))
    assert planned(needs=[replace(called, sure=False)]).refusal is None
    table = Need("poppler", "poppler", "pdf2image", "runs")
    assert "pdf2image calls poppler" in refused(planned(needs=[table]))


def test_a_run_that_changes_the_systems_settings_is_refused(planned) -> None:
    text = TEXT.replace("CMD", "RUN update-ca-certificates\nCMD")
    assert "changes the system's settings" in refused(planned(text))


def test_users_and_folders_are_made_in_the_build_and_copied(planned, node) -> None:
    text = TEXT.replace("CMD", "RUN useradd -m app && install -d -o app /app/data\nUSER app\nCMD")
    wrote = {
        "RUN useradd": {
            "/etc/passwd": node(20),
            "/etc/group": node(10),
            "/etc/shadow": node(10),
            "/home/app": node(folder=True, uid=1000, gid=1000, mode=0o700),
            "/app/data": node(folder=True, uid=1000, gid=1000),
        }
    }
    found = planned(text, wrote=wrote, config={"user": "app"})
    last = found.text.partition(LEAN)[2]
    assert "/etc/passwd" in last
    assert "/etc/shadow" in last
    assert "COPY --from=builder /final-image/ /\n" in last
    assert "RUN" not in last
    build = found.text.partition(LEAN)[0]
    assert "install -d -o 1000 -g 1000 -m 0700 /final-image/home/app" in build
    assert "COPY --from=builder --chown=1000:1000 /app/data /app/data\n" in last
    assert "USER root" in build


def test_a_folder_that_only_the_old_base_has_stays_roots(planned, node) -> None:
    """Distroless has no /srv: a WORKDIR behind USER, or a COPY with --chown, would give it to that user."""
    text = TEXT.replace("/app", "/srv/web").replace("COPY . .", "COPY --chown=1000:1000 . .")
    text = text.replace("CMD", "USER 1000:1000\nCMD")
    mine = {"uid": 1000, "gid": 1000}
    wrote = {
        "COPY --chown": {"/srv/web": node(folder=True, **mine), "/srv/web/server.py": node(9, **mine)},
        "RUN uv sync": {
            "/srv/web/.venv": node(folder=True, **mine),
            "/srv/web/.venv/bin": node(folder=True, **mine),
            "/srv/web/.venv/bin/python": node(link="/usr/local/bin/python3.13", **mine),
            "/srv/web/.venv/bin/flask": node(30, **mine),
        },
    }
    srv = {"/srv": node(folder=True)}
    more: dict[str, object] = {"wrote": wrote, "config": {"user": "1000:1000"}}
    for base, made in ((srv, False), ({}, True)):
        found = planned(text, old=srv, base=base, **more)
        assert found.refusal is None, found.refusal
        assert ("install -d -o 1000 -g 1000 /final-image/srv/web" in found.text) is made
    shared = {"/srv": node(folder=True, mode=0o2775, gid=50)}
    build = planned(text, old=shared, **more).text.partition(LEAN)[0]
    assert "install -d -o 0 -g 50 -m 2775 /final-image/srv" in build


def test_an_instruction_of_the_authors_does_not_give_a_lacked_folder_to_its_owner(
    planned, node, tmp_path: Path
) -> None:
    for name in ("pyproject.toml", "uv.lock", "page.html"):
        (tmp_path / name).touch()
    copies = "COPY pyproject.toml uv.lock ./\nCOPY --chown=1000:1000 page.html /srv/pages/"
    text = TEXT.replace("COPY . .", copies)
    mine = {"uid": 1000, "gid": 1000}
    wrote = {
        "COPY pyproject.toml": {"/app/pyproject.toml": node(9), "/app/uv.lock": node(70)},
        "COPY --chown": {
            "/srv/pages": node(folder=True, **mine),
            "/srv/pages/page.html": node(9, **mine),
        },
    }
    old = {"/srv": node(folder=True)}
    for base, made in ((old, False), ({}, True)):
        found = planned(text, old=old, base=base, wrote=wrote, context=tmp_path)
        last = found.text.partition(LEAN)[2]
        assert "COPY --chown=1000:1000 page.html /srv/pages/\n" in last, found.refusal
        assert ("/final-image/srv" in found.text) is made


def test_code_that_asks_a_shell_or_ldconfig_is_refused(planned) -> None:
    assert "/app/x.py runs commands in a shell" in refused(
        planned(found=replace(GNU, in_shell=("/app/x.py",)))
    )
    assert "asks ldconfig" in refused(planned(found=replace(GNU, finders=("/app/x.py",))))


def test_what_the_base_hands_down_must_be_set_by_the_file(planned) -> None:
    nonroot, starts = ImageConfig(user="65532"), ImageConfig(entrypoint=("/usr/bin/python3.13",))
    assert "runs as 65532" in refused(planned(hands_down=nonroot))
    own = TEXT.replace("CMD", "USER 1000\nCMD")
    assert planned(own, hands_down=nonroot, config={"user": "1000"}).refusal is None
    assert "starts /usr/bin/python3.13 by its ENTRYPOINT" in refused(planned(hands_down=starts))
