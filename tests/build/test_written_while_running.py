"""What counts as written of what an engine says that changed in a container (R64)."""

from __future__ import annotations

import pytest

from uvdive.build.running.written import MOST, PER_FOLDER, Touched, written

CHANGED, ADDED, DELETED = 0, 1, 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("/app", CHANGED), ("/app/a", ADDED)], [Touched("/app/a", "added")]),
        ([("/app", CHANGED), ("/app/a", DELETED)], [Touched("/app/a", "deleted")]),
        ([("/app", CHANGED)], [Touched("/app", "changed")]),
        ([("/d", ADDED), ("/d/e", ADDED), ("/d/e/f", ADDED)], [Touched("/d", "added", below=True)]),
        ([("/app", CHANGED), ("/app/a.db", CHANGED)], [Touched("/app/a.db", "changed")]),
        ([("/tmpfiles", ADDED)], [Touched("/tmpfiles", "added")]),
        ([("/tmp/a", ADDED), ("/var/tmp/a", ADDED), ("/run/a", ADDED), ("/etc/hosts", CHANGED)], []),
        ([("/app/__pycache__", ADDED), ("/app/__pycache__/a.pyc", ADDED)], []),
        ([("/app/a", 7)], []),
        ([], []),
    ],
)
def test_the_uppermost_of_what_a_program_wrote(changes: list[tuple[str, int]], told: list[Touched]) -> None:
    assert list(written(changes)) == told


def test_bytecode_alone_is_no_change_of_its_folder() -> None:
    changes = [("/app", CHANGED), ("/app/__pycache__", ADDED), ("/app/__pycache__/a.pyc", ADDED)]
    assert written(changes) == ()


def test_many_files_of_one_folder_and_many_folders_end_somewhere() -> None:
    one = written([(f"/app/{number}", ADDED) for number in range(PER_FOLDER + 5)])
    assert len(one) == PER_FOLDER
    many = written([(f"/app/{number}/a", ADDED) for number in range(MOST + 5)])
    assert len(many) == MOST
