"""The judge at its limits and one beyond, and where only one of the two images can be read."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf
from made_images.layers import content

from uvdive.build.running.observing import Observed
from uvdive.image.layers import helper
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.rewrite.plan import RewritePlan
from uvdive.verify import twins
from uvdive.verify.checks import Check, OwnerDelta, Verification, Want
from uvdive.verify.files.check import check_files
from uvdive.verify.files.expected import expected, may_resize
from uvdive.verify.python.libraries import check_libraries
from uvdive.verify.repairs import repairs
from uvdive.verify.start.judging import Runs, judge
from uvdive.verify.start.needs import named_variables
from uvdive.verify.twins import Twin, compare_twins
from uvdive.verify.verdict import verdict

SITE = "app/.venv/lib/python3.13/site-packages"
LONGEST = 16 * 1024 * 1024


def side(tmp_path: Path, name: str, files: pairs.Files) -> tuple[pairs.ImageReport, ContentPlace]:
    report, index = pairs.read_with_contents(tmp_path / name, pairs.python(), pairs.application() | files)
    return report, ContentPlace(index=index)


def checked(tmp_path: Path, old: pairs.Files, new: pairs.Files) -> Check:
    (before, here), (after, there) = side(tmp_path, "b.tar", old), side(tmp_path, "a.tar", new)
    return check_files(before, after, pairs.ALLOWED, (here, there))


@pytest.mark.parametrize(
    ("path", "line", "other"),
    [
        (b"/site/mine-1.dist-info/RECORD", b"mine.py,,", b"uv_cache.json,sha256=a,1\n"),
    ],
)
@pytest.mark.parametrize("long", ["was", "now"])
def test_a_file_longer_than_the_judge_reads_is_not_explained(
    path: bytes, line: bytes, other: bytes, long: str
) -> None:
    def explained(size: int) -> str | None:
        filled = line + b"\n" + b"#" * (size - len(line) - 1)
        texts = {"was": line + b"\n", "now": other + line + b"\n"}
        texts[long] = filled
        if path.endswith(b"RECORD"):  # the same lines but for uv's notes
            texts = {"was": filled, "now": other + filled[: -len(other)]} if long == "now" else texts
            texts["was" if long == "now" else "now"] = texts[long].removeprefix(other)
        return expected(path, io.BytesIO(texts["was"]), io.BytesIO(texts["now"]))

    assert explained(LONGEST)
    assert explained(LONGEST + 1) is None


def test_libraries_that_differ_for_debuggers_alone_are_said_to_be_compiled_anew() -> None:
    whole = bytearray(elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.34"]}))
    sections = int.from_bytes(whole[40:48], "little")
    whole[sections + 64 + 8] = 2  # the strings are loaded, the versions are not
    other = whole[:]
    other[int.from_bytes(whole[sections + 64 + 24 :][:8], "little") + 1] ^= 1
    noted = whole[:]
    noted[int.from_bytes(whole[sections + 128 + 24 :][:8], "little")] ^= 1
    for path, changed, said in (
        (b"/app/x.so.1", noted, "libraries compiled anew, for debuggers' notes"),
        (b"/app/x.so.1", other, None),
        (b"/app/x", noted, None),
    ):
        assert expected(path, io.BytesIO(whole), io.BytesIO(changed)) == said


@pytest.mark.parametrize(("mode", "status"), [(0o100, "failed"), (0o010, "failed"), (0o001, "failed"),
                                              (0o666, "skipped")])  # fmt: skip
def test_a_program_is_what_anybody_may_run(tmp_path: Path, mode: int, status: str) -> None:
    program = {"tool": make.file("app/tool", elf("libpq.so.5"), mode)}
    library = {"libpq": make.file("usr/lib/libpq.so.5", elf(), 0o644)}
    (before, here), (after, there) = (
        side(tmp_path, "b.tar", program | library),
        side(tmp_path, "a.tar", program),
    )
    assert check_libraries(before, after, (here, there)).status == status


@pytest.mark.parametrize("readable", [0, 1])
def test_one_image_alone_that_can_be_read_proves_no_contents(tmp_path: Path, readable: int) -> None:
    old, new = ({"x": make.file("app/x", content(50, seed))} for seed in "ab")
    (before, here), (after, there) = side(tmp_path, "b.tar", old), side(tmp_path, "a.tar", new)
    places = (here, None) if readable == 0 else (None, there)
    files = check_files(before, after, pairs.ALLOWED, places)
    assert files.status == "passed"
    assert len(files.unseen) == 1
    assert "could not be compared" in files.detail
    libraries = check_libraries(before, after, places)
    assert libraries.status == "skipped"
    unreadable = (after, before)[readable].image.reference
    assert libraries.unseen == (f"The files of {unreadable} can't be read again from where it came.",)


def test_a_file_of_a_distribution_with_another_mode_fails_whatever_its_content(tmp_path: Path) -> None:
    path = f"{SITE}/flask/more.py"
    old, new = ({"more": make.file(path, b"same", mode)} for mode in (0o644, 0o600))
    done = checked(tmp_path, old, new)
    assert (done.status, done.differences) == ("failed", (f"changed: /{path}: mode 0644 -> 0600",))
    other = {"more": make.file(path, b"longer", 0o600)}
    assert checked(tmp_path, old, other).differences == (f"changed: /{path}: mode 0644 -> 0600, size 4 -> 6",)


def test_odd_rows_of_a_record_claim_nothing(tmp_path: Path) -> None:
    def claimed(data: bytes, row: bytes) -> pairs.Files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(b"one").digest()).rstrip(b"=")
        record = b"alone\n\nshared.py,sha256=%s,3\n%s\n" % (digest, row)
        files = {"shared.py": data, "dist-1.dist-info/RECORD": record}
        return {path: make.file(f"{SITE}/{path}", text) for path, text in files.items()}

    digest = base64.urlsafe_b64encode(hashlib.sha256(b"two").digest()).rstrip(b"=")
    for row, status in (
        (b"shared.py,sha256=" + digest + b",3", "passed"),
        (b"shared.py,md5=" + digest + b",3", "failed"),
        (b"shared.py", "failed"),
    ):
        done = checked(tmp_path, claimed(b"one", row), claimed(b"two", row))
        assert done.status == status, row


@pytest.mark.parametrize(("count", "mended"), [(40, True), (41, False)])
def test_more_missing_things_than_an_oversight_are_not_mended(
    tmp_path: Path, count: int, *, mended: bool
) -> None:
    plan = RewritePlan("rewritten", "image", "Dockerfile", "FROM a\n", "FROM b\n", "")
    image = pairs.original(tmp_path)
    wants = tuple(Want("package", f"p{number:02}") for number in range(count))
    check = Check("files", "failed", "", (), wants)
    found = repairs(image, image, plan, Verification((check,)))
    assert bool(found) is mended
    if mended:
        assert len(found[0].value.split(",")) == count


@pytest.mark.parametrize(("count", "more"), [(10, ()), (11, ("only the new image says 1 more lines",))])
def test_ten_lines_of_a_log_are_told(count: int, more: tuple[str, ...]) -> None:
    web = Observed("running", None, programs=("web",))
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"][:count]
    talks = replace(web, log=tuple(f"plan {word}" for word in words))
    told = judge(Runs(web, talks), Check("start", "passed", "The new image starts web.")).differences
    assert told == (*(f"only the new image says: plan {word}" for word in words[:10]), *more)


def test_five_variables_are_named() -> None:
    log = [f"KeyError: 'NAME_{letter}'" for letter in "ABCDEF"]
    assert named_variables(log[:5]) == tuple(f"NAME_{letter}" for letter in "ABCDE")
    assert named_variables(log) == tuple(f"NAME_{letter}" for letter in "ABCDE")


@pytest.mark.parametrize(
    ("venv", "said"),
    [
        ((1000, 1005), "5 B bigger (+0.5 %): the environment gained 5 B"),
        ((1000, 1004), "4 B bigger (+0.4 %)"),
        ((0, 0), "As big as before"),
    ],
)
def test_half_a_percent_is_worth_a_word(venv: tuple[int, int], said: str) -> None:
    assert verdict([OwnerDelta("venv", *venv), OwnerDelta("app", 0, 0)]) == said


def test_what_the_new_image_lacks_is_told_where_both_fail_but_not_alike() -> None:
    resolved = Check("start", "passed", "The new image starts web.")
    old = Observed("exited", 1, log=("KeyError: 'OLD_NAME'", "No such file or directory: '/data/old'"))
    lines = ("gone", *(f"line {number}" for number in range(18)), "KeyError: 'NEW_NAME'")
    new = Observed("exited", 2, log=(*lines, "No such file or directory: '/data/new'"))
    done = judge(Runs(old, new), resolved)
    assert done.status == "failed"
    assert done.wants == (Want("path", "/data/new"),)
    assert done.needs == ("NEW_NAME", "OLD_NAME")
    assert done.differences == new.log[1:]


@pytest.mark.parametrize(("seconds", "told"), [(2.0, True), (1.9, False)])
def test_a_stop_that_takes_two_seconds_more_is_told(seconds: float, *, told: bool) -> None:
    old, new = (Observed("running", None, programs=("web",), stop_seconds=each) for each in (0.0, seconds))
    done = judge(Runs(old, new), Check("start", "passed", "The new image starts web."))
    assert any("docker stop takes" in line for line in done.differences) is told


def test_each_files_own_layer_tells_whether_its_content_is_the_same(tmp_path: Path) -> None:
    file = {"x": make.file("app/x", content(50, "a"))}
    other = {"x": make.file("app/x", content(50, "b"))}
    whole = pairs.application() | file
    before, here = pairs.read_with_contents(tmp_path / "b.tar", pairs.python(), whole)
    after, there = pairs.read_with_contents(tmp_path / "a.tar", pairs.python(), whole, other)
    places = (ContentPlace(index=here), ContentPlace(index=there))
    done = check_files(before, after, pairs.ALLOWED, places)
    assert (done.status, done.differences) == ("failed", ("changed: /app/x: content",))
    back = check_files(after, before, pairs.ALLOWED, (places[1], places[0]))
    assert (back.status, back.differences) == ("failed", ("changed: /app/x: content",))


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/etc/passwd", True),
        ("/etc/group", True),
        ("/etc/shadow", True),
        ("/etc/shadow-", False),
        ("/app/.venv/lib/python3.13/site-packages/x.py", True),
        ("/usr/lib/python3/dist-packages/x.py", True),
        ("/opt/lib/mine-1.dist-info/uv_cache.json", True),
        ("/opt/lib/mine-1.dist-info/uv_build.json", True),
        ("/opt/lib/mine-1.dist-info/RECORD", True),
        ("/opt/lib/mine-1.dist-info/METADATA", False),
        ("/opt/lib/mine-1/RECORD", False),
    ],
)
def test_whose_size_may_differ(path: str, *, may: bool) -> None:
    assert may_resize(path.encode()) is may


HEAD = b"# DO NOT EDIT THIS FILE - edit the master.\n# (- installed on Sat Nov 28 %s 2026)\n# (Cron)\n"
JOB = b"* * * * * /app/.venv/bin/python /app/job.py\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "alike"),
    [
        (b"/var/spool/cron/crontabs/root", HEAD % b"19:59:50" + JOB, HEAD % b"20:00:01" + JOB, True),
        (b"/var/spool/cron/root", HEAD % b"19:59:50" + JOB, HEAD % b"20:00:01" + JOB, True),
        (b"/var/spool/cron/crontabs/root", HEAD % b"19:59:50" + JOB, HEAD % b"20:00:01", False),
        (b"/var/spool/cron/crontabs/root", HEAD % b"19:59:50" + JOB, JOB, False),
        (b"/var/spool/cron/crontabs/root", JOB + HEAD % b"19:59:50", JOB + HEAD % b"20:00:01", False),
        (b"/app/crontab", HEAD % b"19:59:50" + JOB, HEAD % b"20:00:01" + JOB, False),
    ],
)
def test_a_crontab_may_be_installed_at_another_time(path: bytes, old: bytes, new: bytes, alike: bool) -> None:
    why = expected(path, io.BytesIO(old), io.BytesIO(new))
    assert why == ("crontabs installed at another time" if alike else None)


def test_two_processes_find_the_contents_that_one_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(seed: str) -> pairs.Files:
        return {f"app/{n}": make.file(f"app/{n}", f"{seed if n % 3 else 0}{n:05}".encode()) for n in range(9)}

    monkeypatch.setattr(helper, "may_fork", lambda: False)
    alone = checked(tmp_path, of("1"), of("2"))
    mine = iter([True])  # this process reads the first file, another one all others
    monkeypatch.setattr(helper, "may_fork", lambda: True)
    monkeypatch.setattr(helper.Helpers, "claim", lambda *_: next(mine, False))
    monkeypatch.setattr(twins, "_MANY", 1)
    monkeypatch.setattr(Contents, "apart", property(lambda _contents: True))
    assert checked(tmp_path, of("1"), of("2")) == alone
    assert len(alone.differences) == 6


@pytest.mark.parametrize("readable", [0, 1])
def test_contents_that_are_not_at_hand_cannot_be_opened(tmp_path: Path, readable: int) -> None:
    report, place = side(tmp_path, "b.tar", {})
    places = (place, None) if readable == 0 else (None, place)
    (found,) = compare_twins(report, report, [Twin(b"/x", 0, 0)], places)
    assert found.outcome == "unread"
    for opener in found.open:
        with pytest.raises(UnreadableError):
            opener()
