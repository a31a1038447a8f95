"""The words of package managers: each entry of the tables by its name."""

from __future__ import annotations

import pytest

from uvdive.distro import managers

INSTALLS = ["apt-get install x", "apt -y install x", "aptitude install x", "apk --no-cache add x"]
USERS = ["useradd x", "groupadd x", "adduser x", "addgroup x"]


@pytest.mark.parametrize("text", INSTALLS)
def test_what_installs(text: str) -> None:
    assert managers.installs_by_text(text)
    assert managers.calls_manager(text)


@pytest.mark.parametrize(
    "text", ["apt-get update", "apk del x", "pip install x", "apt-get add x", "myapt install"]
)
def test_what_does_not_install(text: str) -> None:
    assert not managers.installs_by_text(text)


@pytest.mark.parametrize("text", USERS)
def test_what_makes_users(text: str) -> None:
    assert managers.makes_users_by_text(text)
    assert not managers.makes_users_by_text(f"my{text}")


def test_subcommands() -> None:
    for program in ("apt-get", "apt"):
        assert managers.is_install(program, "install")
        for what in ("purge", "remove", "autoremove", "autopurge"):
            assert managers.is_removal(program, what)
        for what in ("update", "clean", "autoclean", "dist-clean"):
            assert managers.is_refresh(program, what)
    assert managers.is_install("apk", "add")
    assert managers.is_removal("apk", "del")
    assert managers.is_refresh("apk", "cache")
    assert managers.is_removal("apt-mark", "auto")
    assert not managers.is_install("apk", "install")
    # Its command line differs: nobody writes it anew.
    assert not managers.is_install("aptitude", "install")
    assert not managers.is_refresh("dpkg", "update")


def test_options_whose_value_is_the_next_word() -> None:
    assert managers.options_with_value("apt-get") == {
        *("-t", "--target-release", "-o", "--option", "-c", "--config-file", "-a"),
    }
    assert managers.options_with_value("apk") == {
        *("--repository", "-X", "--virtual", "-t", "--root", "-p", "--arch", "--keys-dir"),
    }


def test_dpkg_that_only_tells() -> None:
    for option in ("--print-architecture", "-l", "-s", "-L", "-S"):
        assert managers.only_asks([option, "x"])
    assert not managers.only_asks(["-i", "x.deb"])


def test_an_install_without_what_is_recommended() -> None:
    assert managers.without_recommends(["--no-install-recommends"])
    assert managers.without_recommends(["-o", "APT::Install-Recommends=false"])
    assert not managers.without_recommends(["-y"])


def test_the_instruction_that_installs() -> None:
    assert managers.install_instruction("alpine", ["a", "b"]) == "RUN apk add --no-cache a b\n"
    assert managers.install_instruction("debian", ["a"]).startswith(
        "RUN apt-get update && apt-get install -y "
    )
