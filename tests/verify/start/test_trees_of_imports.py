"""Which module is imported after which: after what its distribution requires, and after nothing else."""

from __future__ import annotations

from uvdive.ledger.report import Distribution, Environment
from uvdive.verify.python.trees import in_trees


def dist(name: str, *requires: str, modules: tuple[str, ...] = (), code: int = 1) -> Distribution:
    own = modules or (name.replace("-", "_"),)
    return Distribution(name, "1", 9, 0, 0, 1, modules=own, code_bytes=code, requires=requires)


def above(*distributions: Distribution, leave_out: str = "") -> dict[str, str]:
    environment = Environment(
        "/app/.venv", "venv", "3.13.5", "/app/.venv/bin/python", None, (), None, (), (), distributions
    )
    modules = [m for each in distributions for m in each.modules if m != leave_out]
    found = in_trees(environment, "linux/amd64", modules)
    assert [name for name, _ in found] == modules
    return {name: parent for name, parent in found if parent is not None}


def test_a_module_comes_after_what_brings_the_most_code() -> None:
    web = dist("web", "Small-One", "big", modules=("web",))
    assert above(web, dist("small_one"), dist("big", "core"), dist("core", code=50)) == {
        "web": "big",
        "big": "core",
    }
    assert above(web, dist("small_one", "other"), dist("other", code=50), dist("big", code=20)) == {
        "web": "small_one",
        "small_one": "other",
    }


def test_what_an_extra_or_another_system_asks_for_is_not_imported_before() -> None:
    asks = dist("web", 'big; extra == "fast"', 'core; sys_platform == "win32"', "gone", "not a requirement")
    assert above(asks, dist("big"), dist("core")) == {}
    assert above(dist("web", 'core; python_version >= "3.8"'), dist("core")) == {"web": "core"}


def test_those_that_require_each_other_come_after_none_of_them() -> None:
    assert above(dist("one", "two"), dist("two", "three"), dist("three", "one"), dist("four", "two")) == {
        "four": "two"
    }
    assert above(dist("one", "one")) == {}


def test_only_the_module_that_others_know_a_distribution_by_comes_before_them() -> None:
    # `yaml` is all that is public, `_yaml` is nobody's; of two public ones the name tells.
    yaml = dist("pyyaml", modules=("_yaml", "yaml"))
    assert above(dist("web", "pyyaml"), yaml) == {"web": "yaml"}
    tools = dist("tools", "core", modules=("_hack", "resources", "tools"))
    assert above(dist("web", "tools"), tools, dist("core")) == {"web": "tools", "tools": "core"}
    several = dist("several", "core", modules=("one", "two"))
    assert above(dist("web", "several"), several, dist("core")) == {
        "web": "core",
        "one": "core",
        "two": "core",
    }


def test_a_module_that_nobody_asks_for_comes_before_none() -> None:
    assert above(dist("web", "uv"), dist("uv"), leave_out="uv") == {}
    assert above(dist("web", "web-base"), dist("web-base", modules=("web",))) == {}
