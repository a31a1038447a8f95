"""What a copy of whole folders brings along: R37 and R40; and the sources of a system install: R11."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import IN_APP

INSTALL = "COPY uv.lock ./\nRUN uv sync --frozen --no-dev\n"
START = 'CMD ["flask", "run"]\n'
SITE = "/usr/local/lib/python3.13/site-packages"


def test_r37_what_the_build_makes_in_the_work_directory_is_copied_with_it(project, node) -> None:
    text = (
        f"{IN_APP}{INSTALL}COPY . .\nRUN npm ci && npm run build && python manage.py collectstatic\n{START}"
    )
    made = {"/app/static/a.css": node(5), "/app/node_modules/x/a.js": node(70)}
    result = project(text, {"RUN npm": made}).plan()
    assert "COPY --from=builder /app /app\n" in result.text
    assert next(d for d in result.decisions if d.id == "node-modules").chosen == "keep"


def test_r37_node_modules_stay_behind_where_the_user_agrees(project, node) -> None:
    text = f"{IN_APP}{INSTALL}COPY . .\nRUN npm ci\n{START}"
    made = {
        "/app/static/a.css": node(5),
        "/app/web/node_modules/x/a.js": node(70),
        "/app/web/node_modules/x/node_modules/y/b.js": node(7),
        "/app/.venv/lib/python3.13/site-packages/driver/node_modules/z.js": node(9, owner="venv"),
    }
    full = project(text, {"RUN npm": made})
    kept, left = full.plan(), full.plan(choices={"node-modules": "leave-out"})
    (decision,) = (d for d in kept.decisions if d.id == "node-modules")
    assert decision.summary.startswith("/app/web/node_modules (77 B)")
    last = left.text[left.text.rindex("FROM ") :]
    assert "node_modules" not in last
    assert "/app/static" in last
    assert kept.predicted.after_bytes - left.predicted.after_bytes == 77
    assert "/app/web/node_modules" in left.allowed.paths


def test_r40_a_line_in_dockerignore_is_added_where_the_image_has_no_environment_of_the_hosts(
    project, node, tmp_path
) -> None:
    made = project(f"{IN_APP}{INSTALL}COPY . .\n{START}")
    (tmp_path / ".dockerignore").write_text("*.pyc")
    result = made.plan(context=tmp_path, choices={"dockerignore": "keep"})
    assert not result.files
    assert [w.line for w in result.warnings if w.rule == "R40"] == [5]
    brought = project(
        f"{IN_APP}{INSTALL}COPY . .\n{START}", {"COPY . .": {"/app/.venv/bin/flask": node(3)}}
    ).plan(context=tmp_path)
    assert not brought.files
    assert next(d for d in brought.decisions if d.id == "dockerignore").chosen == "keep"
    result = made.plan(context=tmp_path)
    assert next(d for d in result.decisions if d.id == "dockerignore").chosen == "add"
    (change,) = result.files
    assert (change.path, change.text) == (".dockerignore", "*.pyc\n.venv\n")
    # The image has the file too, and the proof is told that it is another.
    assert "/app/.dockerignore" in result.allowed.paths
    assert "+.venv" in change.diff
    assert not [w for w in result.warnings if w.rule == "R40"]


def test_r40_without_a_dockerignore_one_is_made_on_request(project, tmp_path) -> None:
    made = project(f"{IN_APP}{INSTALL}COPY . .\n{START}")
    (change,) = made.plan(context=tmp_path, choices={"dockerignore": "add"}).files
    assert (change.path, change.text) == (".dockerignore", ".venv\n")


def test_r40_beside_a_dockerfiles_own_ignore_file_it_is_only_warned_of(project, tmp_path) -> None:
    (tmp_path / "Dockerfile.dockerignore").write_text("")
    result = project(f"{IN_APP}{INSTALL}COPY . .\n{START}").plan(context=tmp_path)
    assert not [d for d in result.decisions if d.id == "dockerignore"]
    assert [w.line for w in result.warnings if w.rule == "R40"] == [5]


@pytest.mark.parametrize("copy", ["COPY src src\n", "COPY --from=x . .\n"])
def test_r40_a_copy_of_named_folders_asks_nothing(project, tmp_path, copy) -> None:
    text = f"{IN_APP}{INSTALL}{copy}{START}"
    if "--from" in copy:
        text = f"FROM scratch AS x\n{text}"
    result = project(text).plan(context=tmp_path)
    assert not [d for d in result.decisions if d.id == "dockerignore"]


def test_r11_an_editable_install_into_the_system_keeps_its_source_and_its_order(project, env, node) -> None:
    body = "COPY pyproject.toml ./\nRUN uv pip install --system -e .\nCOPY src /app/src\n"
    packages = {
        f"{SITE}/__editable__.x.pth": node(9, owner="venv"),
        f"{SITE}/x-1.dist-info/RECORD": node(7, owner="venv"),
        f"{SITE}/flask/app.py": node(7, owner="venv"),
    }
    system = env(path="/usr/local", kind="system", roots=("/app/src",))
    made = project(f"{IN_APP}{body}CMD flask run\n", {"RUN uv pip": packages}, environments=[system])
    result = made.plan()
    assert result.outcome == "rewritten", result.refusal
    build, _, run = result.text.partition("\nFROM ")
    assert body.replace("COPY src /app/src\n", "") in f"{build}\n"
    assert "COPY src /app/src" not in build  # nothing there reads it any more
    assert "\nCOPY src /app/src\n" in run
    assert f"{SITE}/__editable__.x.pth" in run or f"COPY --from=builder {SITE} {SITE}\n" in run
