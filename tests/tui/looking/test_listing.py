from array import array
from dataclasses import replace

from made_images.samples import sample_report
from made_images.trees import Table
from screens.demo_states import DEMO

from uvdive.ledger.findings.explain import ids
from uvdive.ledger.report import Waste
from uvdive.session.desk import Held
from uvdive.session.recorded.playing import read_recording
from uvdive.tui.desk.listing import MOST, arrange
from uvdive.tui.desk.path_facts import Found, find_component, find_waste, place_of_path
from uvdive.tui.desk.places import Span
from uvdive.tui.desk.tables import FINDINGS, MENDED, PACKAGES, WASTE, packages
from uvdive.tui.widgets.lists.listing import line

REPORT = sample_report()


def test_at_most_so_many_rows_are_listed_and_all_are_counted():
    items = [Waste(b"/%d" % n, n, "deleted", "app", 0, 1, None) for n in range(MOST + 5)]
    page = arrange(WASTE, items, "", 0)
    assert (len(page.rows), page.count) == (MOST, MOST + 5)
    assert page.bytes == sum(item.bytes for item in items)
    assert page.rows[0].bytes == MOST + 4


def test_all_words_of_a_filter_must_be_there_in_any_order():
    assert arrange(WASTE, REPORT.waste, "overWRITTEN app", 0).rows == (REPORT.waste[1],)
    assert arrange(WASTE, REPORT.waste, "app nothing", 0).count == 0


def test_every_order_sorts_every_kind():
    other = replace(REPORT.findings[0], id="other", severity="odd", line=None, bytes=0)
    for table, items in (
        (WASTE, REPORT.waste),
        (FINDINGS, (other, *REPORT.findings)),
        (PACKAGES, packages(REPORT)),
    ):
        for order in range(len(table.orders)):
            assert len(arrange(table, items, "", order).rows) == len(items)
            assert all(len(table.cells(item)) == len(table.columns) for item in items)
    assert arrange(FINDINGS, (other, *REPORT.findings), "", 2).rows[-1] is other
    grave = replace(other, severity="high")
    assert arrange(FINDINGS, (*REPORT.findings, grave), "", 0).rows[0] is grave
    assert arrange(FINDINGS, (*REPORT.findings, other), "", 0).rows[-1] is other


def test_packages_are_pythons_and_the_systems_with_their_reasons():
    found = {package.name: package for package in packages(REPORT)}
    assert set(found) == {"flask", "base-files"}
    assert (found["flask"].home, found["flask"].why) == ("/app/.venv", "for app")
    assert found["base-files"].why == "from the base"
    led = find_component(Held(REPORT, None), found["flask"].number)
    assert REPORT.files.path(led.place.node) == b"/app/.venv"


def test_a_package_leads_to_the_folder_that_is_its_own():
    rows = Table()
    site = b"/app/.venv/lib/site-packages"
    inodes = [
        rows.add(site + b"/flask/app.py", size=60),
        rows.add(site + b"/flask/json/tag.py", size=30),
        rows.add(site + b"/flask-3.dist-info/RECORD", size=20),
        rows.add(b"/app/.venv/bin/flask", size=5),
        rows.add(site + b"/six.py", size=9),
        rows.add(b"/usr/bin/dash", size=9),
    ]
    parts = dict(zip(inodes, (0, 0, 0, 0, 1, 2), strict=True))
    report = replace(rows.report(), inode_component=array("i", [parts[inode] for inode in inodes]))
    held = Held(report, None)

    def led(number):
        return report.files.path(find_component(held, number).place.node)

    assert led(0) == site + b"/flask"
    assert led(1) == site + b"/six.py"
    assert led(2) == b"/usr"
    assert find_component(held, 3) == Found()


def test_a_tool_s_packages_lead_to_the_tool():
    home = "/opt/tools/lint"
    part = replace(REPORT.components[0], owner="uv", kind="tool", name="lint", path=home)
    installed = replace(REPORT.environments[0].distributions[0], name="pathspec")
    tool = replace(REPORT.environments[0], path=home, kind="tool", distributions=(installed,))
    components, environments = (*REPORT.components, part), (*REPORT.environments, tool)
    found = packages(replace(REPORT, components=components, environments=environments))
    (package,) = (each for each in found if each.name == "pathspec")
    assert (package.home, package.why) == (home, "uv tool lint")
    assert components[package.number] is part


def test_a_package_of_the_base_is_not_listed_again_as_an_added_one_without_bytes():
    base = next(part for part in REPORT.components if part.kind == "package")
    twin = replace(base, owner="os-packages", bytes=0, live_bytes=0)
    empty = replace(twin, name="tzdata-legacy")
    report = replace(REPORT, components=(*REPORT.components, twin, empty))
    assert [package.name for package in packages(report)] == ["flask", "base-files", "tzdata-legacy"]


def test_a_path_leads_to_the_state_that_shows_it():
    files = REPORT.files
    assert place_of_path(REPORT, b"/usr/bin/uv").span == Span(2, "upto")
    gone = place_of_path(REPORT, REPORT.waste[0].path)
    assert (files.path(gone.node), gone.span) == (REPORT.waste[0].path, Span(1, "layer"))
    assert place_of_path(REPORT, b"/nowhere") is None
    waste = REPORT.waste[1]
    assert find_waste(Held(REPORT, None), waste.path, waste.layer).place.span == Span(1, "layer")
    assert find_waste(Held(REPORT, None), b"/nowhere", 1) == Found(None, 1)


def test_a_row_is_as_wide_as_asked_and_drops_columns_that_may_go():
    cells = [column.title for column in WASTE.columns]
    for width in (60, 80, 120):
        assert line(WASTE, cells, width).cell_length == width
    assert "written" in line(WASTE, cells, 80).plain
    assert "written" not in line(WASTE, cells, 60).plain


def test_titles_of_findings_get_the_room_of_their_severity():
    cells = ["44.6 MB", "high", "L12", "r", "OS packages that only build are in the image"]
    assert "high" in line(FINDINGS, cells, 120).plain
    narrow = line(FINDINGS, cells, 70).plain
    assert "high" not in narrow
    assert narrow.rstrip().endswith("r   OS packages that only build are in the image")


def test_findings_say_which_of_them_a_rewrite_mends():
    recording = read_recording(DEMO)
    before = {finding.id for finding in recording.report.findings}
    after = {finding.id for finding in recording.proofs[0].proof.after.findings}
    assert before & MENDED == {"uv-in-image", "uv-cache-in-image"}
    assert not after & MENDED
    assert set(ids()) > MENDED
    assert {FINDINGS.cells(finding)[3] for finding in recording.report.findings if finding.id in MENDED} == {
        "r"
    }
    assert {
        FINDINGS.cells(finding)[3] for finding in recording.report.findings if finding.id not in MENDED
    } == {""}
