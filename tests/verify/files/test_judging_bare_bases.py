"""The judge of a final image on a base without a shell: what is left out is lost (R63)."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.image.config import parse_config
from uvdive.ledger.reading.contents import ContentPlace
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Check
from uvdive.verify.config import check_config
from uvdive.verify.files.check import check_files
from uvdive.verify.python.libraries import check_libraries

SYSTEM = "usr/lib/x86_64-linux-gnu"
PASSWD = "root:x:0:0:root:/root:/bin/bash\n"
USER = "app:x:1000:1000::/home/app:/bin/sh\n"
LOOKED_UP = {
    "etc/ssl/certs/ca-certificates.crt": b"-----BEGIN CERTIFICATE-----\n",
    "usr/share/zoneinfo/Europe/Berlin": b"TZif2",
    "etc/nsswitch.conf": b"hosts: files dns\n",
    "etc/passwd": PASSWD.encode(),
}


OF_SYSTEM = pairs.package("base-files", "1", LOOKED_UP)


def files(contents: dict[str, bytes], mode: int = 0o644) -> pairs.Files:
    return {path: make.file(path, data, mode) for path, data in contents.items()}


def compared(tmp_path: Path, old: pairs.Files, new: pairs.Files, made: pairs.Files | None = None) -> Check:
    """The original on one base, with what an instruction ``made``, and the rewrite on another."""
    before = pairs.read(tmp_path / "b.tar", pairs.python() | old, pairs.application() | (made or {}))
    other = {**pairs.python(), "etc/release": make.file("etc/release", b"distroless")}
    after = pairs.read(tmp_path / "a.tar", other, pairs.application() | new)
    return check_files(before, after, Allowances(owners=("uv", "uv-cache")))


@pytest.mark.parametrize("path", LOOKED_UP)
def test_what_programs_look_up_is_lost_where_another_base_lacks_it(tmp_path: Path, path: str) -> None:
    left = {name: data for name, data in LOOKED_UP.items() if name != path}
    check = compared(tmp_path, OF_SYSTEM, files(left))
    assert check.status == "failed"
    top = "/usr/share/zoneinfo" if "zoneinfo" in path else f"/{path}"
    assert any(line.startswith(f"missing: {top}") for line in check.differences), check.differences


def test_a_file_that_programs_look_up_is_lost_where_another_base_has_it_empty(tmp_path: Path) -> None:
    path = "etc/ssl/certs/ca-certificates.crt"
    before = pairs.read(tmp_path / "b.tar", pairs.python() | OF_SYSTEM, pairs.application())
    for data, told in ((b"", 1), (b"other certificates", 0)):
        other = {**pairs.python(), **files({**LOOKED_UP, path: data, "etc/release": b"other"})}
        after = pairs.read(tmp_path / "a.tar", other, pairs.application())
        check = check_files(before, after, Allowances(owners=("uv", "uv-cache")))
        assert sum(f"changed: /{path}" in line for line in check.differences) == told, check.differences


def test_package_lists_of_the_old_base_are_no_loss(tmp_path: Path) -> None:
    lists = "var/lib/apt/lists"
    other = files({"etc/release": b"other"}) | {lists: make.folder(lists)}
    old = {"lists": make.folder(lists), "aux": make.folder(f"{lists}/auxfiles")}
    for mine, told in (({}, 0), (old, 1)):
        above = pairs.application() | mine
        before = pairs.read(tmp_path / "b.tar", pairs.python() | ({} if mine else old), above)
        after = pairs.read(tmp_path / "a.tar", pairs.python() | other, pairs.application())
        check = check_files(before, after, Allowances(owners=("uv", "uv-cache")))
        assert sum("auxfiles" in line for line in check.differences) == told, check.differences


def test_what_is_copied_from_the_build_is_there(tmp_path: Path) -> None:
    assert compared(tmp_path, OF_SYSTEM, files(LOOKED_UP)).status != "failed"


def test_the_shell_and_the_tools_of_the_old_base_are_explained(tmp_path: Path) -> None:
    tools = pairs.package("dash", "1", {**LOOKED_UP, "usr/bin/dash": b"\x7fELF", "usr/share/doc/dash": b"x"})
    check = compared(tmp_path, tools, files(LOOKED_UP))
    assert check.status == "announced", check.differences
    assert any("dash 1" in line for line in check.differences)


def test_an_account_that_the_original_made_is_lost_with_the_file_of_the_base(tmp_path: Path) -> None:
    made = files({"etc/passwd": (PASSWD + USER).encode()})
    old = pairs.read_with_contents(
        tmp_path / "b.tar", pairs.python() | files(LOOKED_UP), pairs.application() | made
    )
    for text, status in ((PASSWD, "failed"), (PASSWD + USER, "passed")):
        other = {**pairs.python(), "etc/release": make.file("etc/release", b"distroless")}
        new = pairs.read_with_contents(
            tmp_path / "a.tar",
            other | files(LOOKED_UP),
            pairs.application() | files({"etc/passwd": text.encode()}),
        )
        places = ContentPlace(index=old[1]), ContentPlace(index=new[1])
        check = check_files(old[0], new[0], Allowances(owners=("uv", "uv-cache")), places)
        assert check.status == status, (text, check.differences)
    assert "app" in str(check.differences) or check.status == "passed"


def test_a_folder_that_the_app_writes_keeps_its_owner(tmp_path: Path) -> None:
    data = {"app/data": make.folder("app/data", 0o755)}  # the original has 0775
    check = compared(tmp_path, files(LOOKED_UP), files(LOOKED_UP) | data)
    assert check.status == "failed"
    assert any("/app/data" in line for line in check.differences)


def test_a_python_that_is_brought_needs_its_libraries(tmp_path: Path) -> None:
    """The base answers for its own Python; the one that the rewrite copies has to find everything."""
    module = "usr/local/lib/python3.13/lib-dynload/_sqlite3.cpython-313-x86_64-linux-gnu.so"
    python = pairs.python() | files({module: elf("libsqlite3.so.0")}, 0o755)
    library = files({f"{SYSTEM}/libsqlite3.so.0": elf()}, 0o755)
    base = files({"etc/release": b"distroless"})
    old, place = pairs.read_with_contents(tmp_path / "b.tar", python | library, pairs.application())
    statuses = []
    for brought in (library, {}):
        new, other = pairs.read_with_contents(
            tmp_path / "a.tar", base, python | pairs.application() | brought, commands=["FROM x", "COPY"]
        )
        places = ContentPlace(index=place), ContentPlace(index=other)
        statuses.append(check_libraries(old, new, places).status)
    assert statuses == ["passed", "failed"]


@pytest.mark.parametrize("user", ["0", "root", "0:0", "root:root"])
def test_root_by_name_or_number_is_who_runs_where_nobody_is_named(user: str) -> None:
    one, other = parse_config({}), parse_config({"User": user})
    assert check_config(one, other, ()).status == "passed"
    assert check_config(parse_config({"User": "app"}), other, ()).status == "failed"
