"""The image without a package or a group, and with an extra: what goes, what stays, what comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.environments import asks, distribution, environment
from made_images.samples import sample_report

from uvdive.base.errors import UsageError
from uvdive.ledger.costs.additions import with_extras
from uvdive.ledger.costs.whatif import Added, Gone, Stays, WhatIf, what_if, wish_of
from uvdive.ledger.report import Component, Environment, ImageReport

PLACE = environment(
    distribution("web", 1_000, "shared"),
    distribution("cloud", 4_000, "shared", "botlib"),
    distribution("botlib", 300_000),
    distribution("shared", 50_000),
    replace(distribution("pytest", 7_000, "shared"), group="dev"),
    distribution("by-hand", 11),
    asks=(
        asks("shop", None, "web", "cloud"),
        asks("shop", "extra:fast", "loop", "web", "grpc[core]"),
        asks("shop", "dev", "pytest"),
    ),
)
LOCK = """\
version = 1
[[package]]
name = "shop"
source = { virtual = "." }
dependencies = [{ name = "web" }]
[package.optional-dependencies]
fast = [{ name = "loop" }, { name = "web" }, { name = "winloop", marker = "sys_platform == 'win32'" }]
[[package]]
name = "web"
version = "1.0"
[[package]]
name = "winloop"
version = "1.0"
[[package]]
name = "loop"
version = "2.1"
dependencies = [{ name = "core" }]
wheels = [
    { url = "https://x.example/loop-2.1-cp313-cp313-manylinux_2_17_x86_64.whl", size = 4000 },
    { url = "https://x.example/loop-2.1-cp313-cp313-manylinux_2_17_aarch64.whl", size = 5000 },
    { url = "https://x.example/loop-2.1-cp312-cp312-manylinux_2_17_x86_64.whl", size = 6000 },
]
[[package]]
name = "core"
version = "3.0"
"""


def component(
    name: str, live: int, dead: int = 0, owner: str = "venv", path: str = "/app/.venv"
) -> Component:
    return Component(owner, name, "1.0", "distribution", path, live + dead, live, dead)


def report(*places: Environment) -> ImageReport:
    parts = [
        component(item.name, item.bytes, dead=5, path=place.path)
        for place in places
        for item in place.distributions
        if item.os_package is None and item.name != "pip"
    ]
    return replace(sample_report(), environments=places, components=tuple(parts))


def asked(*without: str, groups: tuple[str, ...] = (), place: Environment = PLACE) -> WhatIf:
    return what_if(report(place), wish_of(without, groups, ()))


def gone(found: WhatIf) -> list[str]:
    return [item.name for item in found.gone]


def test_a_package_goes_with_what_only_it_asks_for_dead_bytes_too() -> None:
    found = asked("Cloud")
    assert found.gone == (
        Gone("/app/.venv", "botlib", "1.0", 300_005),
        Gone("/app/.venv", "cloud", "1.0", 4_005),
    )
    assert (found.before_bytes, found.after_bytes) == (71_600, 71_600 - 304_010)
    assert found.stays == ()


def test_what_several_hold_goes_when_all_of_them_go() -> None:
    assert gone(asked("cloud", "web")) == ["botlib", "cloud", "web"]
    assert gone(asked("cloud", "web", groups=("dev",))) == ["botlib", "shared", "pytest", "cloud", "web"]


def test_a_group_goes() -> None:
    assert gone(asked(groups=("dev",))) == ["pytest"]


def test_what_another_package_requires_stays_and_its_holders_are_named() -> None:
    found = asked("shared", "cloud")
    assert gone(found) == ["botlib", "cloud"]
    assert found.stays == (Stays("/app/.venv", "shared", ("pytest", "web")),)
    assert asked("botlib").stays == (Stays("/app/.venv", "botlib", ("cloud",)),)


def test_what_was_put_there_by_hand_goes() -> None:
    assert gone(asked("by-hand")) == ["by-hand"]


def test_what_an_installed_project_asks_for_goes() -> None:
    place = environment(
        distribution("shop", 1, "web"), distribution("web", 2), asks=(asks("shop", None, "web"),)
    )
    assert gone(asked("web", place=place)) == ["web"]


def test_what_no_project_decides_about_stays() -> None:
    place = environment(
        replace(distribution("apt", 1), os_package="python3-apt"),
        distribution("pip", 2),
        distribution("a", 3),
    )
    assert asked("apt", "pip", place=place).stays == (
        Stays("/app/.venv", "apt", ("the OS package python3-apt",)),
        Stays("/app/.venv", "pip", ("its Python, which brings it",)),
    )


def test_it_goes_from_every_environment() -> None:
    other = environment(distribution("web", 9), path="/other")
    found = what_if(report(PLACE, other), wish_of(["web"], (), ()))
    assert [(item.environment, item.name) for item in found.gone] == [
        ("/app/.venv", "web"),
        ("/other", "web"),
    ]


@pytest.mark.parametrize(
    ("without", "groups", "what", "instead"),
    [
        (("wep",), (), "no package wep installed", "Did you mean web?"),
        (("zzz",), (), "no package zzz installed", "uvdive packages lists"),
        ((), ("docs",), "no group docs installed", "There is dev."),
        ((), ("extra:fast",), "no group extra:fast installed", "There is dev."),
    ],
)
def test_what_there_is_not_is_told(without, groups, what: str, instead: str) -> None:
    with pytest.raises(UsageError) as raised:
        asked(*without, groups=groups)
    assert what in raised.value.what
    assert instead in str(vars(raised.value))


def test_what_the_prediction_cannot_know_is_said() -> None:
    notes = " ".join(asked("web").notes)
    assert "OS packages that only they need" in notes
    assert "uv's cache" not in notes
    image = report(PLACE)
    owners = tuple(replace(each, bytes=9_000) if each.owner == "uv-cache" else each for each in image.owners)
    if not any(each.owner == "uv-cache" for each in owners):
        owners += (replace(owners[0], owner="uv-cache", bytes=9_000),)
    found = what_if(replace(image, owners=owners), wish_of(["web"], (), ()))
    assert "uv's cache is in the image (9.0 kB)" in " ".join(found.notes)
    assert asked("botlib").notes == ()


def extras(*locks: str, names: tuple[str, ...] = ("fast",), platform: str = "linux/amd64") -> WhatIf:
    image = report(PLACE)
    image = replace(image, image=replace(image.image, platform=platform))
    wish = wish_of((), (), names)
    return with_extras(image, what_if(image, wish), wish, locks)


def test_an_extra_brings_what_the_lock_says_with_the_fitting_wheel() -> None:
    found = extras("no lock [", LOCK)
    assert found.added == (
        Added("/app/.venv", "loop", "2.1", 4_000),
        Added("/app/.venv", "core", "3.0", None),
    )
    assert found.after_bytes == found.before_bytes + 4_000
    assert found.notes == ("What is added takes more room than its download: a wheel is compressed.",)
    assert extras(LOCK, platform="linux/arm64").added[0].download_bytes == 5_000


def test_without_a_lock_only_the_names_are_known() -> None:
    found = extras()
    assert [(item.name, item.version, item.download_bytes) for item in found.added] == [
        ("grpc", None, None),
        ("loop", None, None),
    ]
    assert found.after_bytes == found.before_bytes
    (note,) = found.notes
    assert "No uv.lock of shop is at hand" in note


def test_an_extra_that_is_there_changes_nothing() -> None:
    place = replace(PLACE, asks=(asks("shop", None, "web"), asks("shop", "extra:fast", "web")))
    image = report(place)
    wish = wish_of((), (), ["fast"])
    found = with_extras(image, what_if(image, wish), wish, ())
    assert (found.added, found.notes) == (
        (),
        ("All that the extra fast asks for is in /app/.venv already.",),
    )


def test_an_extra_that_there_is_not_is_told() -> None:
    with pytest.raises(UsageError, match="No project of the image has an extra slow"):
        extras(names=("slow",))
