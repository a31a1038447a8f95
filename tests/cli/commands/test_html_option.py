"""`--html FILE`: a page beside or in place of what is printed."""

from __future__ import annotations

import pytest
from made_images.samples import SECRET


def test_it_writes_the_page_and_prints_nothing_else(run, session, tmp_path):
    path = tmp_path / "page.html"
    ran = run("some:image", "--html", str(path), terminal=True)
    assert ran.code == 0
    assert ran.out == ""
    assert str(path) in ran.err
    assert "71.6 kB in 7 files" in path.read_text()
    assert SECRET not in path.read_text()
    assert session.names() == ["load"]


def test_another_form_is_printed_beside_it(run, session, tmp_path):
    path = tmp_path / "page.html"
    assert run("some:image", "--html", str(path), "--json").out.startswith("{")
    assert path.exists()


def test_units_are_those_that_were_asked_for(run, session, tmp_path):
    path = tmp_path / "page.html"
    assert run("some:image", "--html", str(path), "--units", "binary").code == 0
    assert "69.9 KiB in 7 files" in path.read_text()


def test_only_another_page_is_replaced(run, session, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><p>mine")
    ran = run("some:image", "--html", str(path))
    assert ran.code == 2
    assert "is there and is no report of uvdive's" in ran.err
    assert path.read_text() == "<!doctype html><p>mine"
    assert session.names() == []
    path.unlink()
    assert run("some:image", "--html", str(path)).code == 0
    assert run("some:image", "--html", str(path)).code == 0


@pytest.mark.parametrize("command", [["some:image"], ["demo"]])
def test_a_folder_that_is_not_there_is_told_before_the_work(run, session, tmp_path, command):
    ran = run(*command, "--html", str(tmp_path / "no" / "page.html"))
    assert ran.code == 2
    assert "there is no folder" in ran.err
    assert session.names() == []


def test_a_draft_by_the_text_has_no_image_to_show(run, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    ran = run("rewrite", "--static", str(tmp_path), "--html", "x.html")
    assert ran.code == 2
    assert "--html shows the image" in ran.err
