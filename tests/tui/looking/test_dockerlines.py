import hashlib
from dataclasses import replace

from made_images.samples import sample_report

from uvdive.build.events import BuildStep
from uvdive.build.line_times import LineTime
from uvdive.ledger.report import DockerfileInfo
from uvdive.tui.words.dockerfile_lines import read_listing

TEXT = """FROM debian AS base
# a comment
RUN uv sync \\
    --extra red
FROM base
COPY server.py /app/
"""


def report_of(path, text=TEXT):
    digest = hashlib.sha256(text.encode()).hexdigest()
    return replace(sample_report(), dockerfile=DockerfileInfo(str(path), digest, matches=True))


def test_each_line_has_the_bytes_that_it_made_and_from_those_of_the_base(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(TEXT)
    found = read_listing(report_of(path), None)
    assert [(line.number, line.bytes, line.inside) for line in found.lines] == [
        (1, 10_000, False),
        (2, 0, False),
        (3, 61_000, False),
        (4, 0, True),
        (5, 0, False),
        (6, 600, False),
    ]
    assert (found.name, found.note) == (str(path), "")


def test_beside_the_bytes_stand_the_seconds_of_the_build_that_was_seen(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(TEXT)
    steps = [
        BuildStep("1", "[base 2/2] RUN uv sync     --extra red", "done", 12.5),
        BuildStep("2", "[stage-1 1/1] COPY server.py /app/", "cached", 0.0),
    ]
    found = read_listing(report_of(path), None, steps)
    assert [line.took for line in found.lines] == [
        None,
        None,
        LineTime("done", 12.5),
        None,
        None,
        LineTime("cached", 0.0),
    ]
    path.write_text("# another\n" + TEXT)
    assert all(line.took is None for line in read_listing(report_of(path), None, steps).lines)


def test_a_changed_or_foreign_file_says_so(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(TEXT + "\nUSER nobody\n")
    assert "changed since" in read_listing(report_of(path), None).note
    path.write_text("nonsense\n")
    found = read_listing(report_of(path, "nonsense\n"), path)
    assert [line.text for line in found.lines] == ["nonsense"]


def test_without_a_file_the_images_own_history_is_shown(tmp_path):
    for report in (report_of(tmp_path / "gone"), replace(sample_report(), dockerfile=None)):
        found = read_listing(report, None)
        assert found.name == "history"
        assert sum(line.bytes for line in found.lines) == 71_600
        assert "the steps that the image records" in found.note
