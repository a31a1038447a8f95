"""R29 and R54: whose the copied folders are, by --chown, by USER and WORKDIR, or made first."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, runner

from uvdive.ledger.report import User

APP = User("app", 1000, 1000, "/home/app")
START = 'USER app\nCMD ["/app/.venv/bin/flask"]\n'
TEXT = (
    f"{BASE}RUN useradd app\nWORKDIR /app\nCOPY --chown=app:app uv.lock ./\nRUN uv sync --frozen --no-dev\n"
)


@pytest.fixture
def owned(project, node):
    """The lines of the last stage, where paths in /app have the owner and mode that are given."""

    def make(text: str = TEXT + START, *, folder=(0o755, 1000, 1000), file=(1000, 1000), **more):
        mode, uid, gid = folder
        wrote = {
            "RUN useradd": {"/etc/passwd": node(20)},
            "COPY --chown": {
                "/app": node(folder=True, mode=mode, uid=uid, gid=gid),
                "/app/uv.lock": node(9, uid=file[0], gid=file[1]),
            },
            "RUN uv sync": {
                "/app/.venv": node(folder=True, uid=file[0], gid=file[1]),
                "/app/.venv/bin": node(folder=True, uid=file[0], gid=file[1]),
                "/app/.venv/bin/python": node(link="/usr/local/bin/python3.13", uid=file[0], gid=file[1]),
                "/app/.venv/bin/flask": node(30, uid=file[0], gid=file[1]),
            },
            **more,
        }
        choices = {"layers": "whole", "project-files": "keep"}
        return runner(project(text, wrote, users=[APP], config={"user": "app"}).plan(choices=choices))

    return make


def test_a_folder_of_one_user_goes_over_in_the_authors_words(owned) -> None:
    lines = owned()
    at = lines.index("COPY --from=builder --chown=app:app /app /app")
    assert lines[at - 2 : at] == ["USER app", "WORKDIR /app"]
    assert not any("install -d" in line for line in lines)


def test_numbers_stay_where_the_author_wrote_no_names(owned) -> None:
    lines = owned(TEXT.replace("app:app", "1000:1000") + START)
    assert "COPY --from=builder --chown=1000:1000 /app /app" in lines


def test_a_work_directory_of_roots_with_another_ones_files_needs_no_flag(owned) -> None:
    """buildah would give the folder that is there to the owner of ``--chown``; the files keep theirs."""
    lines = owned(folder=(0o755, 0, 0))
    at = lines.index("COPY --from=builder /app /app")
    assert lines[at - 1] == "WORKDIR /app"
    assert lines.index("USER app") > at


@pytest.mark.parametrize(("folder", "flag"), [((0o2775, 1000, 1000), " -m 2775"), ((0o755, 5, 1000), "")])
def test_what_no_copy_can_make_is_made_first_and_once(owned, folder, flag) -> None:
    lines = owned(folder=folder)
    names = "-o app -g app" if folder[1] == 1000 else "-o 5 -g 1000"
    made = lines.index(f"RUN install -d {names}{flag} /app")
    assert lines[made + 1 : made + 2] == ["WORKDIR /app"]
    assert sum("install -d" in line for line in lines) == 1


def test_another_ones_user_does_not_make_the_work_directory(owned) -> None:
    lines = owned(TEXT + START.replace("USER app", "USER nobody"))
    assert lines.index("COPY --from=builder --chown=app:app /app /app") < lines.index("WORKDIR /app")


def test_links_are_roots_work_so_user_waits(owned, node) -> None:
    link = {"RUN ln": {"/usr/local/bin/x": node(link="/app/.venv/bin/flask")}}
    lines = owned(TEXT + "RUN ln -s /app/.venv/bin/flask /usr/local/bin/x\n" + START, **link)
    made = next(index for index, line in enumerate(lines) if "ln -sfn" in line)
    assert lines.index("COPY --from=builder --chown=app:app /app /app") < made < lines.index("USER app")
