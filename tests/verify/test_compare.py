from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.base.names import normal_name
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Component, Environment
from uvdive.output.as_json.comparison import comparison_data
from uvdive.output.as_markdown.report import comparison_markdown
from uvdive.output.as_text.comparison import comparison_text
from uvdive.session.comparing import compare_images
from uvdive.verify.checks import OwnerDelta
from uvdive.verify.files.check import check_files
from uvdive.verify.verdict import verdict


def owners(**changed: tuple[int, int]) -> list[OwnerDelta]:
    named = {name.replace("_", "-"): sizes for name, sizes in changed.items()}
    return [OwnerDelta(owner, *named.get(owner, (0, 0))) for owner in OWNERS]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"uv": (44_600_000, 0), "venv": (10_000_000, 10_000_000), "uv_cache": (400_000, 0)},
            "45.0 MB smaller (-81.8 %): uv and uv's cache went away",
        ),
        (
            {"uv": (44_600_000, 0), "python": (42_900_000, 32_500_000), "base_os": (90_800_000, 84_100_000)},
            "61.7 MB smaller (-34.6 %): uv went away, Python lost 10.4 MB and the base system lost 6.7 MB",
        ),
        ({"app": (1_000_000, 1_500_000)}, "500.0 kB bigger (+50.0 %): the app gained 500.0 kB"),
        ({"app": (1000, 1000)}, "As big as before"),
        (
            {"app": (1000, 0), "venv": (0, 1000)},
            "As big as before: the app went away and the environment gained 1.0 kB",
        ),
        ({"app": (0, 1000)}, "1.0 kB bigger: the app gained 1.0 kB"),
        ({}, "As big as before"),
        # What is too little to matter is not told.
        (
            {"base_os": (100_000_000, 50_000_000), "app": (100, 0)},
            "50.0 MB smaller (-50.0 %): the base system lost 50.0 MB",
        ),
    ],
)
def test_the_verdict_says_what_happened(changed: dict[str, tuple[int, int]], sentence: str) -> None:
    assert verdict(owners(**changed)) == sentence


def test_a_comparison_of_two_images(tmp_path: Path) -> None:
    before = pairs.original(tmp_path)
    after = pairs.rewritten(
        tmp_path,
        without="app/data",
        instead={
            "app/server.py": make.file("app/server.py", content(100, "s")),
            "app/new": make.file("app/new", b"12345"),
        },
        User="0",
    )
    comparison = compare_images(before, after)
    assert comparison.before_bytes == before.totals.file_bytes == sum(o.before for o in comparison.owners)
    assert comparison.after_bytes == after.totals.file_bytes == sum(o.after for o in comparison.owners)
    assert comparison.delta_bytes < 0
    assert tuple(delta.owner for delta in comparison.owners) == OWNERS
    assert comparison.verdict.startswith("2.0 MB smaller")
    assert [(delta.key, delta.before, delta.after) for delta in comparison.config] == [
        ("User", "1000:1000", "0")
    ]
    assert comparison.before["reference"] == "test:1"
    paths = {delta.path: (delta.change, delta.before_bytes, delta.after_bytes) for delta in comparison.paths}
    assert paths.pop(b"/app/server.py") == ("changed", 120, 100)
    assert paths.pop(b"/app/new") == ("added", None, 5)
    assert paths.pop(b"/app/data") == ("removed", 0, None)
    assert paths.pop(b"/usr/local/bin/uv") == ("removed", 2_000_000, None)
    assert all(path.startswith(b"/root/.cache/uv/") for path in paths)
    assert list(comparison.paths) == sorted(comparison.paths, key=lambda delta: delta.path.split(b"/"))


def test_an_image_compared_with_itself_has_no_differences(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)
    comparison = compare_images(report, report)
    assert (comparison.paths, comparison.packages, comparison.os_packages, comparison.config) == (
        (),
        (),
        (),
        (),
    )
    assert comparison.verdict == "As big as before: nothing differs"


def test_distributions_are_matched_by_normal_name_and_environment(tmp_path: Path) -> None:
    before = pairs.original(tmp_path)
    (venv,) = [environment for environment in before.environments if environment.kind == "venv"]
    flask = next(distribution for distribution in venv.distributions if distribution.name == "flask")
    newer = replace(flask, name="Flask", version="4.0.0")

    def having(*distributions: object) -> tuple[Environment, ...]:
        return (replace(venv, distributions=distributions),)  # type: ignore[arg-type]

    packages = compare_images(
        replace(before, environments=having(flask, replace(flask, name="a.b_C"))),
        replace(before, environments=having(newer, replace(flask, name="new"))),
    ).packages
    assert [(p.environment, p.name, p.before, p.after) for p in packages] == [
        ("/app/.venv", "a-b-c", "3.1.0", None),
        ("/app/.venv", "flask", "3.1.0", "4.0.0"),
        ("/app/.venv", "new", None, "3.1.0"),
    ]
    assert normal_name("A__b.-C") == "a-b-c"


def test_os_packages_add_up_over_owners(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)

    def package(owner: str, name: str, version: str, size: int) -> Component:
        return Component(owner, name, version, "package", "", size, size, 0)

    before = replace(
        report, components=(package("base-os", "libc6", "1", 10), package("base-os", "gcc", "2", 5))
    )
    after = replace(
        report, components=(package("base-os", "libc6", "1", 10), package("os-packages", "libc6", "1", 3))
    )
    packages = compare_images(before, after).os_packages
    assert [(p.name, p.before, p.after, p.before_bytes, p.after_bytes) for p in packages] == [
        ("gcc", "2", None, 5, None),
        ("libc6", "1", "1", 10, 13),
    ]


def test_files_of_equal_size_are_compared_by_content(tmp_path: Path) -> None:
    other = {"app/server.py": make.file("app/server.py", content(120, "x"))}
    before, index = pairs.read_with_contents(tmp_path / "b.tar", pairs.python(), pairs.application())
    after, new_index = pairs.read_with_contents(
        tmp_path / "a.tar", pairs.python(), pairs.application() | other
    )
    comparison = compare_images(before, after, indexes=(index, new_index))
    assert [(path.path, path.change) for path in comparison.paths] == [(b"/app/server.py", "changed")]
    assert comparison.verdict == "As big as before; 1 path differs"
    assert comparison.unread == 0
    same = compare_images(before, before, indexes=(index, index))
    assert (same.paths, same.verdict) == ((), "As big as before: nothing differs")


def test_what_could_not_be_read_is_counted_and_said(tmp_path: Path) -> None:
    before, _ = pairs.read_with_contents(tmp_path / "b.tar", pairs.python(), pairs.application())
    more = {"app/more": make.file("app/more", b"1")}
    after, _ = pairs.read_with_contents(tmp_path / "a.tar", pairs.python(), pairs.application() | more)
    comparison = compare_images(before, after)
    assert comparison.unread > 5
    said = f"The contents of {comparison.unread} files of equal size could not be compared."
    assert said in comparison_text(comparison)
    assert said in comparison_markdown(comparison)
    assert comparison_data(comparison)["unread_contents"] == comparison.unread


CAPABILITY = {"SCHILY.xattr.security.capability": "\x01\x00\x00\x02", "SCHILY.xattr.user.note": "a b"}


def test_it_says_how_a_path_changed(tmp_path: Path) -> None:
    old = {
        "text": make.file("srv/text", b"test"),
        "mode": make.file("srv/mode", b"m"),
        "owner": make.file("srv/owner", b"o"),
        "bin": make.file("srv/bin", b"b", 0o755, pax_headers=CAPABILITY),
        "folder": make.folder("srv/folder"),
    }
    new = {
        **old,
        "text": make.file("srv/text", b"prod"),
        "mode": make.file("srv/mode", b"mm", 0o755),
        "owner": make.file("srv/owner", b"o", uid=5, gid=6),
        "bin": make.file("srv/bin", b"b", 0o755),
    }
    sides = [pairs.read_with_contents(tmp_path / f"{n}.tar", files) for n, files in enumerate((old, new))]
    comparison = compare_images(sides[0][0], sides[1][0], indexes=(sides[0][1], sides[1][1]))
    assert {item.path: item.what for item in comparison.paths} == {
        b"/srv/bin": ("attributes security.capability=01000002 user.note=612062 -> none",),
        b"/srv/mode": ("mode 0644 -> 0755", "size 1 -> 2"),
        b"/srv/owner": ("uid 0 -> 5", "gid 0 -> 6"),
        b"/srv/text": ("content",),
    }
    paths = {item["path"]: item["what"] for item in comparison_data(comparison)["paths"]}
    assert paths["/srv/text"] == ["content"]
    for text in (comparison_text(comparison), comparison_markdown(comparison).replace("\\", "")):
        assert "(mode 0644 -> 0755)" in text
        assert "(extended attributes)" in text
        assert "(uid 0 -> 5, gid 0 -> 6)" in text
        assert "(content)" in text


def test_a_lost_capability_fails_the_files_check(tmp_path: Path) -> None:
    with_it = {"bin": make.file("srv/bin", b"b", 0o755, pax_headers=CAPABILITY)}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | with_it)
    after = pairs.read(
        tmp_path / "a.tar", pairs.python(), pairs.application() | {"bin": make.file("srv/bin", b"b", 0o755)}
    )
    check = check_files(before, after, pairs.ALLOWED)
    assert check.differences == (
        "changed: /srv/bin: attributes security.capability=01000002 user.note=612062 -> none",
    )
    assert check_files(before, before, pairs.ALLOWED).status == "passed"
