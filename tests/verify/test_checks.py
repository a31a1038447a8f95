"""Each check passes a right rewrite and catches one that was broken on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.base.errors import CancelledError
from uvdive.base.progress import CancelToken
from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import Base, ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Check, CheckStarted, Verification
from uvdive.verify.compare import compare
from uvdive.verify.config import check_config
from uvdive.verify.files.check import check_files
from uvdive.verify.files.new_base import NewBase
from uvdive.verify.run import verify


@pytest.fixture
def before(tmp_path: Path) -> ImageReport:
    return pairs.original(tmp_path)


def files(before: ImageReport, after: ImageReport, allowed: Allowances = pairs.ALLOWED) -> Check:
    return check_files(before, after, allowed)


def test_a_right_rewrite_passes(before: ImageReport, tmp_path: Path) -> None:
    events: list[object] = []
    verification = verify(before, pairs.rewritten(tmp_path), pairs.ALLOWED, on_event=events.append)
    assert verification.passed
    assert {check.name: check.status for check in verification.checks} == {
        "config": "passed",
        "files": "passed",
        "interpreter": "passed",
        "libraries": "skipped",
        "imports": "skipped",  # an archive is in no engine
        "start": "passed",
    }
    assert events[0::2] == [CheckStarted(check.name) for check in verification.checks]
    assert tuple(events[1::2]) == verification.checks


def test_one_failed_check_fails_the_verification() -> None:
    assert not Verification((Check("config", "passed", ""), Check("files", "failed", ""))).passed
    assert Verification((Check("config", "announced", ""), Check("start", "repaired", ""))).passed


def test_a_cancelled_verification_stops(before: ImageReport) -> None:
    cancel = CancelToken()
    with pytest.raises(CancelledError):
        verify(before, before, on_event=lambda _: cancel.cancel(), cancel=cancel)


# config


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"User": "root"}, "User: 1000:1000 -> root"),
        ({"User": ""}, "User: 1000:1000 -> not set"),
        ({"Cmd": ["flask"]}, 'Cmd: ["flask", "run"] -> ["flask"]'),
        ({"Entrypoint": ["x"]}, 'Entrypoint: not set -> ["x"]'),
        ({"WorkingDir": "/"}, "WorkingDir: /app -> /"),
        ({"Labels": {}}, "Labels:a: b -> not set"),
        ({"ExposedPorts": {"80/tcp": {}}}, 'ExposedPorts: not set -> ["80/tcp"]'),
        ({"Healthcheck": {"Test": ["NONE"]}}, 'Healthcheck: not set -> {"Test": ["NONE"]}'),
        ({"StopSignal": "SIGINT"}, "StopSignal: not set -> SIGINT"),
        (
            {"Env": ["PATH=/app/.venv/bin:/usr/local/bin:/usr/bin"]},
            "Env:EMPTY:  -> not set",
        ),
    ],
)
def test_a_changed_setting_fails_unless_it_was_announced(
    tmp_path: Path, before: ImageReport, changed: dict[str, object], line: str
) -> None:
    after = pairs.rewritten(tmp_path, **changed)
    check = check_config(before.config, after.config, ())
    assert (check.status, check.differences) == ("failed", (line,))
    key = line.partition(": ")[0]
    announced = check_config(before.config, after.config, [key])
    assert (announced.status, announced.differences) == ("announced", (line,))


def test_an_announced_change_does_not_cover_another(before: ImageReport, tmp_path: Path) -> None:
    after = pairs.rewritten(tmp_path, User="0", Cmd=["x"])
    check = check_config(before.config, after.config, ["Cmd"])
    assert (check.status, check.differences) == ("failed", ("User: 1000:1000 -> 0",))


# files


def test_a_lost_file_fails(before: ImageReport, tmp_path: Path) -> None:
    check = files(before, pairs.rewritten(tmp_path, without="app/server.py"))
    assert (check.status, check.differences) == ("failed", ("missing: /app/server.py (120 B)",))
    assert "contents of 10 files could not be compared" in check.detail


def test_a_lost_empty_folder_fails(before: ImageReport, tmp_path: Path) -> None:
    check = files(before, pairs.rewritten(tmp_path, without="app/data"))
    assert check.differences == ("missing: /app/data/ (0 files, 0 B)",)


def test_a_lost_folder_is_one_line(before: ImageReport, tmp_path: Path) -> None:
    empty = pairs.read(tmp_path / "empty.tar", pairs.python(), {"app": make.folder("app")})
    check = files(before, empty)
    assert "missing: /app/src/ (1 files, 50 B)" in check.differences
    assert not any("mine.py" in line for line in check.differences)


@pytest.mark.parametrize(
    ("name", "entry", "line"),
    [
        ("app/server.py", make.file("app/server.py", content(121, "s")), "size 120 -> 121"),
        ("app/server.py", make.file("app/server.py", content(120, "s"), 0o600), "mode 0644 -> 0600"),
        ("app/server.py", make.file("app/server.py", content(120, "s"), uid=5), "uid 0 -> 5"),
        ("app/server.py", make.file("app/server.py", content(120, "s"), gid=5), "gid 0 -> 5"),
        ("app/data", make.folder("app/data", 0o755), "mode 0775 -> 0755"),
        ("app/data", make.file("app/data"), "type directory -> file"),
        (
            "app/.venv/bin/python",
            make.symlink("app/.venv/bin/python", "python3"),
            "link /usr/local/bin/python3.13 -> python3",
        ),
    ],
)
def test_a_changed_path_fails_unless_it_was_announced(
    tmp_path: Path, before: ImageReport, name: str, entry: make.Entry, line: str
) -> None:
    after = pairs.rewritten(tmp_path, instead={name: entry})
    check = files(before, after)
    assert check.status == "failed"
    assert len(check.differences) == 1
    assert check.differences[0].startswith(f"changed: /{name}: ")
    assert line in check.differences[0]
    assert files(before, after, replace(pairs.ALLOWED, paths=(f"/{name}",))).status == "passed"


def test_uv_must_be_announced(before: ImageReport, tmp_path: Path) -> None:
    check = files(before, pairs.rewritten(tmp_path), Allowances(owners=("uv-cache",)))
    assert check.differences == ("missing: /usr/local/bin/uv (2.0 MB)",)


def test_a_hard_link_in_the_cache_is_the_caches(before: ImageReport, tmp_path: Path) -> None:
    check = files(before, pairs.rewritten(tmp_path), Allowances(owners=("uv",)))
    assert check.status == "failed"
    assert all(line.startswith("missing: /root/.cache/uv/") for line in check.differences)


def test_what_a_chown_left_to_the_cache_and_a_uv_in_it_are_the_caches(tmp_path: Path) -> None:
    flask = "app/.venv/lib/python3.13/site-packages/flask/__init__.py"
    cached = "root/.cache/uv/archive-v0/def/uv"
    chowned = {flask: make.file(flask, content(3000, "f"), uid=1001)}
    program = {cached: make.file(cached, content(2_000_000, "v"), 0o755)}
    layers = pairs.python(), pairs.application() | pairs.uv() | program, chowned
    before = pairs.read(tmp_path / "b.tar", *layers)
    mine = {name: entry for name, entry in pairs.uv().items() if not name.startswith("root/")}
    after = pairs.read(tmp_path / "a.tar", pairs.python(), pairs.application() | mine, chowned)
    assert files(before, after, Allowances(owners=("uv-cache",))).differences == ()
    lost = files(before, after, Allowances(owners=("uv",))).differences
    assert {line.split()[1] for line in lost} >= {f"/{cached}"}


def test_the_empty_folder_of_a_cache_mount_is_uvs(tmp_path: Path) -> None:
    mount = {name: make.folder(name) for name in ("home/app/.cache", "home/app/.cache/uv")}
    home = {"home/app": make.folder("home/app")}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | home | mount)
    after = pairs.read(tmp_path / "a.tar", pairs.python(), pairs.application() | home)
    assert files(before, after).status == "passed"
    check = files(before, after, Allowances())
    assert (check.status, check.differences) == ("failed", ("missing: /home/app/.cache/ (0 files, 0 B)",))


def test_the_environment_is_not_explained_by_the_cache(before: ImageReport, tmp_path: Path) -> None:
    check = files(before, pairs.rewritten(tmp_path, without="flask"))
    assert len(check.differences) == 1
    assert "site-packages/flask/" in check.differences[0]


def test_an_announced_folder_covers_no_neighbour_with_the_same_beginning(
    before: ImageReport, tmp_path: Path
) -> None:
    allowed = replace(pairs.ALLOWED, paths=("/app/serv",))
    assert files(before, pairs.rewritten(tmp_path, without="app/server.py"), allowed).status == "failed"


def test_bytecode_and_temporary_files_may_go(tmp_path: Path) -> None:
    extra = {
        "pyc": make.file("app/src/__pycache__/mine.cpython-313.pyc", content(70, "c")),
        "tmp": make.file("tmp/uv-x.lock", b"x"),
    }
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | extra)
    check = files(before, pairs.rewritten(tmp_path), Allowances())
    assert check.status == "passed"
    assert "bytecode (1), temporary files (1)" in check.detail


@pytest.mark.parametrize(("size", "status"), [(0, "passed"), (9, "failed")])
def test_the_empty_mount_points_that_podman_leaves_may_go(tmp_path: Path, size: int, status: str) -> None:
    extra = {"hosts": make.file("etc/hosts", content(size, "h"), 0o700)}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | extra)
    assert files(before, pairs.rewritten(tmp_path), Allowances()).status == status


def test_new_paths_do_not_fail(before: ImageReport, tmp_path: Path) -> None:
    check = files(before, pairs.rewritten(tmp_path, instead={"new": make.file("app/new", b"n")}))
    assert check.status == "passed"
    assert "1 paths are new" in check.detail


def test_names_that_no_terminal_should_see_are_escaped(tmp_path: Path) -> None:
    odd = {"odd": make.file("app/\x1b[2J\nx", b"1")}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | odd)
    (line,) = files(before, pairs.rewritten(tmp_path)).differences
    assert line == r"missing: /app/\x1b[2J\nx (1 B)"


def with_contents(tmp_path: Path, old: pairs.Files, new: pairs.Files) -> Check:
    """The check where contents can be read; the two applications differ in some files."""
    reports, places = [], []
    for name, files in (("b.tar", old), ("a.tar", new)):
        report, index = pairs.read_with_contents(tmp_path / name, pairs.python(), pairs.application() | files)
        reports.append(report)
        places.append(ContentPlace(index=index))
    alone = check_files(*reports, pairs.ALLOWED, tuple(places))
    comparison = compare(*reports, tuple(places))
    assert check_files(*reports, pairs.ALLOWED, tuple(places), comparison=comparison) == alone
    return alone


def test_another_content_of_the_same_size_fails(tmp_path: Path) -> None:
    other = {"app/server.py": make.file("app/server.py", content(120, "x"))}
    check = with_contents(tmp_path, {}, other)
    assert (check.status, check.differences) == ("failed", ("changed: /app/server.py: content",))
    assert "could not be compared" not in check.detail
    assert with_contents(tmp_path, other, other).status == "passed"


@pytest.mark.parametrize(("name", "status"), [("machine-id", "passed"), ("machine-name", "failed")])
def test_what_a_package_draws_at_random_may_differ(tmp_path: Path, name: str, status: str) -> None:
    old, new = ({f"etc/{name}": make.file(f"etc/{name}", content(33, seed))} for seed in "ab")
    assert with_contents(tmp_path, old, new).status == status


def test_uvs_notes_of_an_install_may_differ(tmp_path: Path) -> None:
    def notes(time: bytes, script: bytes) -> pairs.Files:
        files = {"uv_cache.json": b'{"timestamp": %s}' % time, "mine.py": b"m"}
        files = {f"mine-1.dist-info/{name}": data for name, data in files.items()}
        record = b"mine-1.dist-info/uv_cache.json,sha256=%s,9\n../../../bin/mine,sha256=%s,9\n" % (
            time,
            script,
        )
        files["mine-1.dist-info/RECORD"] = record
        site = "app/.venv/lib/python3.13/site-packages"
        return {name: make.file(f"{site}/{name}", data) for name, data in files.items()}

    for time in (b"2", b"34"):  # the digits of a time vary in number too
        check = with_contents(tmp_path, notes(b"1", b"a"), notes(time, b"a"))
        assert check.status == "passed", check.differences
        assert "uv's notes of an install (1)" in check.detail
        for script in (b"b", b"bc"):
            check = with_contents(tmp_path, notes(b"1", b"a"), notes(time, script))
            (line,) = check.differences
            how = "content" if time == b"2" and script == b"b" else "size "
            assert f"mine-1.dist-info/RECORD: {how}" in line
    unread = files(*(pairs.read(tmp_path / "n.tar", notes(time, b"a")) for time in (b"1", b"34")))
    assert unread.status == "failed", "nobody can tell what a list of another size says"


def test_an_os_package_that_an_instruction_installed_must_not_go_with_the_base(tmp_path: Path) -> None:
    libpq = pairs.package("libpq5", "17", {"usr/lib/libpq.so.5": content(900, "q")})
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | libpq)
    other = pairs.python() | {"etc/release": make.file("etc/release", b"12")}
    after = pairs.rewritten(tmp_path, base=other)
    check = files(before, after)
    assert check.status == "failed"
    assert any("/usr/lib" in line for line in check.differences)
    # The books alone are explained.
    assert not any("var/lib/dpkg" in line for line in check.differences)
    # Its files alone don't announce a package.
    announced = replace(pairs.ALLOWED, paths=("/usr/lib/libpq.so.5",))
    assert files(before, after, announced).differences == ("missing: the OS package libpq5 17",)
    announced = replace(pairs.ALLOWED, packages=("libpq5",))
    assert files(before, after, announced).status == "passed"


def test_an_os_package_of_the_old_base_is_named(tmp_path: Path) -> None:
    git = pairs.package("git", "2.47", {"usr/bin/git": content(900, "g")})
    before = pairs.read(tmp_path / "b.tar", pairs.python() | git, pairs.application())
    after = pairs.rewritten(tmp_path, base=pairs.python())
    check = files(before, after)
    assert check.status == "announced"
    assert any(line.startswith("left with the base: git 2.47") for line in check.differences)


def test_an_os_package_of_the_old_base_whose_files_are_all_copied_is_not_gone(tmp_path: Path) -> None:
    zone, book = "usr/share/zoneinfo/UTC", "lib/apk/db/installed"
    told = b"P:.python-rundeps\nV:1\n\nP:tzdata\nV:2026a\nF:usr/share/zoneinfo\nR:UTC\n\n"
    zones = {zone: make.file(zone, content(90, "g"))}
    tzdata = {book: make.file(book, told), **zones}
    before = pairs.read(tmp_path / "b.tar", pairs.python() | tzdata, pairs.application())
    other = pairs.python() | {"x": make.file("x", b"1")}
    after = pairs.read(tmp_path / "a.tar", other, pairs.application() | zones)
    assert files(before, after).differences == ()
    without = pairs.read(tmp_path / "w.tar", other, pairs.application())
    assert f"missing: /{zone} (90 B)" in files(before, without).differences
    # What an instruction installed is in the new image by its package alone.
    above = pairs.read(tmp_path / "c.tar", pairs.python(), pairs.application() | tzdata)
    assert "missing: the OS package tzdata 2026a" in files(above, after).differences


def test_what_was_put_over_the_base_is_not_explained_by_another_base(tmp_path: Path) -> None:
    over = {"etc/release": make.file("etc/release", b"mine!")}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | over)
    check = files(before, pairs.rewritten(tmp_path, base=pairs.python("3.13") | {"x": make.file("x", b"1")}))
    assert check.differences == ("changed: /etc/release: size 5 -> 2",)


def test_what_the_rewrite_did_to_its_own_base_is_not_explained_by_another_base(tmp_path: Path) -> None:
    lost, path, folder = make.file("etc/lost", b"old"), "etc/lost", "etc/folder"
    before = pairs.read(tmp_path / "b.tar", pairs.python() | {path: lost}, pairs.application())

    def judged(*over: make.Entry, by: str = "image", touched: bool = False) -> tuple[str, ...]:
        base = pairs.python() | {path: make.file(path, b"newer"), folder: make.folder(folder, 0o700)}
        layers = (base, pairs.application() | {str(number): each for number, each in enumerate(over)})
        after = pairs.read(tmp_path / "a.tar", *layers)
        after = replace(after, image=replace(after.image, base=Base("new", 1, by)))
        assert NewBase(after).touched(b"/etc/folder") is touched
        return files(before, after).differences

    assert judged() == ()
    assert judged(make.folder(folder, 0o700)) == ()
    assert judged(make.folder(folder, 0o711), touched=True) == ()
    assert judged(make.file(path, b"")) == ("changed: /etc/lost: size 3 -> 0",)
    assert judged(make.whiteout(path)) == ("missing: /etc/lost (3 B)",)
    # Where the base's layers are only guessed, they may be the rewrite's or the base's own.
    assert judged(make.whiteout(path), by="history") == ()


def test_a_skeleton_is_what_the_new_image_has_for_one(tmp_path: Path) -> None:
    user = {"etc/passwd": make.file("etc/passwd", b"app:x:1000:1000::/home/app:/bin/sh\n")}

    def image(name: str, base: pairs.Files, skeleton: bytes, profile: bytes) -> ImageReport:
        paths = {"etc/skel/.profile": skeleton, "home/app/.profile": profile}
        skel = {path: make.file(path, data) for path, data in paths.items()}
        return pairs.read(tmp_path / name, base, pairs.application() | user | skel)

    before = image("b.tar", pairs.python(), b"old", b"old")
    base = pairs.python() | {"etc/release": make.file("etc/release", b"12")}
    announced = replace(pairs.ALLOWED, paths=("/home/app/.profile", "/etc/skel"))
    assert files(before, image("a.tar", base, b"newer", b"newer"), announced).differences == ()
    emptied = image("a.tar", base, b"newer", b"")
    assert files(before, emptied, announced).differences == ("changed: /home/app/.profile: size 3 -> 0",)


@pytest.mark.parametrize("home", ["/", "", "/home/other"])
def test_a_file_outside_of_a_home_is_held_to_no_skeleton(tmp_path: Path, home: str) -> None:
    user = {"etc/passwd": make.file("etc/passwd", f"app:x:1000:1000::{home}:/bin/sh\n".encode())}
    skel = {"etc/skel/app/x": make.file("etc/skel/app/x", b"another size")}

    def image(name: str, data: bytes) -> ImageReport:
        file = {"x": make.file("app/x", data)}
        return pairs.read(tmp_path / name, pairs.python() | skel, pairs.application() | user | file)

    announced = replace(pairs.ALLOWED, paths=("/app/x",))
    assert files(image("b.tar", b"one"), image("a.tar", b"three"), announced).differences == ()
