"""Real pairs, each an original and a right multi-stage version by hand: built, compared and verified.

``tests/support/rewrites/projects.py`` lists them, with what a right plan would announce.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.projects import BY_NAME, PAIRS, allowed, built, by_hand, engine_of, kept_of, original

from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.verify.checks import Check, Verification
from uvdive.verify.run import verify

pytestmark = pytest.mark.engine


def judged(name: str, text: str, role: str = "broken", *, start: bool = False) -> Verification:
    project = BY_NAME[name]
    with engine_of(project):
        return verify(
            original(name),
            built(name, text, role).report,
            allowed(project),
            start=start,
            imported=kept_of(name).imported,
        )


def check(verification: Verification, name: str) -> Check:
    return next(check for check in verification.checks if check.name == name)


def failed(verification: Verification) -> dict[str, tuple[str, ...]]:
    return {each.name: each.differences for each in verification.checks if each.status == "failed"}


@pytest.mark.parametrize(
    ("name", "target"), [(name, target) for name, project in PAIRS.items() for target in project.targets]
)
def test_a_right_rewrite_passes(name: str, target: str) -> None:
    before, after = original(name, target), by_hand(name, target)
    with engine_of(BY_NAME[name]):
        imported = kept_of(name).imported
        verification = verify(before, after, allowed(PAIRS[name]), start=True, imported=imported)
    assert failed(verification) == {}
    project = PAIRS[name]
    expected = dict.fromkeys(("config", "files", "interpreter", "libraries", "imports"), "passed")
    expected |= {"config": "announced"} if project.config else {}
    expected |= dict.fromkeys(project.skipped, "skipped") | {"start": project.start}
    found = {each.name: each.status for each in verification.checks}
    if found["start"] == "announced" and expected["start"] == "passed":
        # On a busy machine one of the two stops more slowly, or prints its lines otherwise.
        found["start"] = "passed"
    assert found == expected
    assert after.totals.file_bytes < 0.85 * before.totals.file_bytes
    assert all(each.python.startswith(project.python) for each in after.environments)


def test_the_pairs_are_of_every_minor_version() -> None:
    assert len(PAIRS) >= 12
    assert {project.python for project in PAIRS.values()} == {"3.11", "3.12", "3.13"}


def broken(name: str, line: str, instead: str, *, start: bool = False) -> dict[str, tuple[str, ...]]:
    """What the checks say to the version by hand with one line changed in its last stages."""
    good = BY_NAME[name].text(by_hand=True)
    head, stage, runner = good.partition("\n\nFROM ")
    assert line in runner
    return failed(judged(name, head + stage + runner.replace(line, instead), start=start))


@pytest.mark.parametrize(
    ("name", "line", "instead", "caught", "words"),
    [
        pytest.param(
            "compiled", "libpq5", "ca-certificates",
            {"files", "libraries", "imports"}, "libpq.so.5", id="a missing library of a compiled extension",
        ),
        pytest.param(
            "library",
            "RUN apt-get update && apt-get install -y --no-install-recommends libpq5 "
            "&& rm -rf /var/lib/apt/lists/*\n", "",
            {"files", "imports"}, "libpq", id="a missing library that no header names",
        ),
        pytest.param(
            "managed", "COPY --from=builder /root/.local/share/uv/python /root/.local/share/uv/python\n", "",
            {"files", "interpreter", "imports", "start"}, "/root/.local/share/uv/python",
            id="a dangling interpreter",
        ),
        pytest.param(
            "package", "COPY --from=builder /opt/mailer /opt/mailer",
            "COPY --from=builder /opt/mailer/.venv /opt/mailer/.venv\n"
            "COPY --from=builder /opt/mailer/src/mailer/cli.py /opt/mailer/src/mailer/__init__.py "
            "/opt/mailer/src/mailer/",
            {"files"}, "templates", id="lost package data",
        ),
        pytest.param("daemon", "\nUSER app\n", "\n", {"config"}, "User", id="a changed user"),
        pytest.param(
            "user", "-o app -g app -m 0755 /srv/web", "-m 0700 /srv/web",
            {"files", "imports"}, "/srv/web", id="a folder that the user may not enter",
        ),
        pytest.param(
            "port", "COPY --from=builder /app /app",
            "COPY --from=builder /app /app\nRUN sed -i '1s|/app|/build|' /app/.venv/bin/uvicorn",
            {"files", "interpreter", "start"}, "/build", id="a dead console script",
        ),
        pytest.param(
            "workspace", "COPY --from=builder /workspace /workspace",
            "COPY --from=builder /workspace/.venv /workspace/.venv\n"
            "COPY --from=builder /workspace/packages/api /workspace/packages/api",
            {"files", "interpreter", "imports"}, "shop_core", id="a missing module of an editable member",
        ),
        pytest.param(
            "mounts", "COPY --from=builder /app /app",
            "COPY --from=builder /app /app\nRUN rm -r .venv/lib/python3.12/site-packages/anyio",
            {"files", "imports"}, "anyio", id="a missing module",
        ),
        pytest.param(
            "slim", 'CMD ["python", "server.py"]', 'CMD ["uv", "run", "server.py"]',
            {"start"}, "uv", id="a command that is not there",
        ),
        pytest.param(
            "alembic", "RUN mkdir /data\nVOLUME /data\n", "",
            {"config", "files"}, "/data", id="a lost volume",
        ),
    ],
)  # fmt: skip
def test_a_rewrite_that_was_broken_on_purpose_is_caught(
    name: str, line: str, instead: str, caught: set[str], words: str
) -> None:
    found = broken(name, line, instead)
    assert found.keys() == caught
    assert any(words in difference for differences in found.values() for difference in differences)


def test_a_finished_file_whose_last_stage_lacks_a_library_is_told_so(tmp_path: Path) -> None:
    text = BY_NAME["compiled"].text(by_hand=True)
    head, last, runner = text.rpartition("\nFROM ")
    text = head + last + runner.replace("libpq5", "ca-certificates")
    (tmp_path / "Dockerfile").write_text(text)
    plan = plan_rewrite(tmp_path / "Dockerfile", built("compiled", text, "broken").report)
    assert plan.outcome == "unchanged", plan.refusal
    (warning,) = (warning for warning in plan.warnings if "libpq.so.5" in warning.text)
    assert (warning.rule, warning.line) == ("R45", head.count("\n") + 2)


def test_a_health_check_without_its_program_is_caught() -> None:
    without = "--no-install-recommends ca-certificates"
    found = broken("curl", "--no-install-recommends curl", without, start=True)
    assert found.keys() == {"files", "start"}
    assert any("curl" in line for line in found["files"])


def test_a_server_that_listens_elsewhere_is_caught() -> None:
    found = broken("gunicorn", '"--bind=0.0.0.0:8000"', '"--bind=0.0.0.0:8001"', start=True)
    assert found.keys() == {"config", "start"}
    assert "listening ports: [8000] -> [8001]" in found["start"]
