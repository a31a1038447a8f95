"""The mutation tester finds what tests leave out, writes nothing but its copy, and repeats itself."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import equivalents
import mutants
import pytest
import reached
import run
import selection
import trial
from splicing import Text

pytestmark = pytest.mark.once

CALC = """\
WORDS = frozenset({"free", "gift"})


def free(word: str, count: int) -> bool:
    return word in WORDS and count >= 3
"""
# Knows nothing of where it begins to be free, and of one of the two words.
TESTS = """\
from shop.calc import free

def test_what_is_free():
    assert free("gift", 5)
    assert not free("gift", 1)
    assert not free("loan", 5)
"""
GAPS = {
    "shop/calc.py::module::table: {'free', 'gift'} -> {'gift'}",
    "shop/calc.py::free::comparison: count >= 3 -> count > 3",
    "shop/calc.py::free::constant: 3 -> 4",
    "shop/calc.py::free::constant: 3 -> 2",
}
ENDLESS = """\
def times(count):
    left = count
    while left:
        left -= 1
    return count
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project whose tests leave three gaps."""
    for name, text in {
        "shop/__init__.py": "",
        "shop/calc.py": CALC,
        "tests/test_calc.py": TESTS,
        "pyproject.toml": '[tool.pytest.ini_options]\nmarkers = ["engine"]\n',
        "equivalent.toml": "",
    }.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "project"


def tree(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_planted_gaps_are_reported_and_nothing_else(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, said = tree(shop), shop.parent / "said.json"
    words = ["--root", str(shop), "--equivalent", str(shop / "equivalent.toml"), "--json", str(said)]
    assert run.main([*words, "--jobs", "2", "shop/calc.py"]) == 1
    assert tree(shop) == before
    told = {each["name"]: each for each in json.loads(said.read_text())["mutants"]}
    assert {name for name, each in told.items() if each["outcome"] == "survived"} == GAPS
    assert {each["operator"] for each in told.values()} == {
        *("comparison", "constant", "logic", "result", "table")
    }
    text = capsys.readouterr().out
    for name in GAPS:
        assert f"survived: {name}\n--- a/shop/calc.py\n" in text
    assert "-    return word in WORDS and count >= 3\n+    return word in WORDS and count > 3\n" in text


def test_what_is_listed_with_a_reason_is_no_survivor(tmp_path: Path) -> None:
    listed = tmp_path / "equivalent.toml"
    listed.write_text('[[mutant]]\nname = "one"\nreason = "nobody can tell"\n')
    reasons = equivalents.read(listed)
    one, two = (mutants.Mutant(name, "m.py", 1, "constant", "", "") for name in ("one", "two"))
    told = [run.outcome(trial.Verdict(each, "survived", (), 0.0), reasons) for each in (one, two)]
    assert told == ["equivalent", "survived"]
    assert run.outcome(trial.Verdict(one, "killed", (), 0.0), reasons) == "killed"
    listed.write_text('[[mutant]]\nname = "x"\nreason = ""\n')
    with pytest.raises(ValueError, match="needs a name and a reason"):
        equivalents.read(listed)


def test_a_mistake_without_end_is_ended_and_counts_as_noticed(shop: Path) -> None:
    (shop / "shop" / "calc.py").write_text(ENDLESS)
    (shop / "tests" / "test_calc.py").write_text(
        "from shop.calc import times\n\ndef test_it():\n    assert times(2) == 2\n"
    )
    found = mutants.sites(shop, shop / "shop" / "calc.py")
    (endless,) = mutants.drawn([site for site in found if site.operator == "arithmetic"], None, 1)
    verdict = trial.Trial(shop, shop.parent / "copy", slowest=1.0).judge(endless)
    assert (verdict.outcome, verdict.survived) == ("timeout", False)


def test_tests_that_fail_by_themselves_tell_nothing(shop: Path) -> None:
    (shop / "tests" / "test_calc.py").write_text("def test_it():\n    assert False\n")
    words = ["--root", str(shop), "--equivalent", str(shop / "equivalent.toml")]
    assert run.main([*words, "--sample", "1", "shop"]) == 2


def test_the_same_seed_draws_the_same_mutants(shop: Path) -> None:
    found = list(mutants.sites(shop, shop / "shop" / "calc.py"))

    def names(seed: int) -> list[str]:
        return [each.name for each in mutants.drawn(found, 5, seed)]

    assert names(1) == names(1)
    assert len({*names(1)}) == 5
    assert names(1) != names(2)


@pytest.mark.parametrize(
    ("line", "operator", "wanted"),
    [
        ("x = a < b", "comparison", {"x = a <= b", "x = a >= b"}),
        ("x = a not in b", "comparison", {"x = a in b"}),
        ("x = a and not b", "logic", {"x = a or not b", "x = a and b"}),
        ("x = any(a)", "logic", {"x = all(a)"}),
        ("x = a[0]  # first", "constant", {"x = a[1]  # first"}),
        ("x = a[2:]", "constant", {"x = a[1:]", "x = a[3:]"}),
        ("x = True", "constant", {"x = False"}),
        ("x = (1, 'é', 3)", "table", {"x = ('é', 3)", "x = (1, 3)", "x = (1, 'é')"}),
        ("x = {'a': f, 'b': g}", "table", {"x = {'b': g}", "x = {'a': f}"}),
        ("x = 'a b'.split()", "table", {"x = 'a'.split()", "x = 'b'.split()"}),
        ("x = f(a, b, c)", "arguments", {"x = f(b, a, c)", "x = f(a, c, b)"}),
        ("X = dict[str, tuple[int, str]]", "table", set()),
        ("x = min(a, b)", "arguments", set()),
        ("f(a)", "statement", {"pass"}),
        ("x = a + b", "arithmetic", {"x = a - b"}),
        ("def f(): return (yield) or 3", "result", {"def f(): return None"}),
        ("def f(x: int = 3) -> Literal[4]: ...", "constant", {
            "def f(x: int = 2) -> Literal[4]: ...", "def f(x: int = 4) -> Literal[4]: ...",
        }),
    ],
)  # fmt: skip
def test_each_operator_changes_one_thing_and_keeps_the_rest(
    tmp_path: Path, line: str, operator: str, wanted: set[str]
) -> None:
    (tmp_path / "m.py").write_text(f"# before\n{line}\n# behind\n")
    found = [site for site in mutants.sites(tmp_path, tmp_path / "m.py") if site.operator == operator]
    texts = {mutant.text for mutant in mutants.drawn(found, None, 1)}
    assert texts == {f"# before\n{each}\n# behind\n" for each in wanted}


def test_entries_are_cut_out_of_a_table_that_stays_as_it_was_written() -> None:
    text = Text('X = frozenset(\n    {\n        "a",  # one\n        "b",\n        "c",\n    }\n)\n')
    table = text.tree.body[0].value.args[0]
    new = ast.Set([table.elts[0], table.elts[2]])
    assert text.replaced(table, new) == 'X = frozenset(\n    {\n        "a",  # one\n        "c",\n    }\n)\n'


def test_the_rooms_own_tests_come_first_and_none_twice() -> None:
    steps = list(selection.steps(run.ROOT, "uvdive/verify/checks.py"))
    assert steps[0] == ("tests/verify/test_checks.py",)
    assert all(path.startswith("tests/verify/") for path in steps[1])
    every = [path for step in steps for path in step]
    assert len(every) == len({*every})
    assert any(path.startswith("tests/session/") for path in every)


def test_a_floors_own_tests_begin_with_its_tables() -> None:
    steps = list(selection.floor_steps(run.ROOT, "uvdive/verify/checks.py"))
    assert steps[:2] == [("tests/verify/test_verify_tables.py",), ("tests/verify/test_checks.py",)]
    assert all(path.startswith("tests/verify/") for step in steps for path in step)


def test_functions_are_told_with_the_tests_that_enter_them(tmp_path: Path) -> None:
    package = tmp_path / "uvdive"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "calc.py").write_text(
        "def one():\n    return [two() for _ in 'ab']\n\n"
        "def two():\n    return (lambda: 2)()\n\ndef three(): ...\n"
    )
    (tmp_path / "test_calc.py").write_text(
        "import pytest\nfrom uvdive import calc\n\n@pytest.mark.parametrize('x', ['a b', '::'])\n"
        "def test_it(x):\n    calc.one()\n\ndef test_two():\n    calc.two()\n"
        "@pytest.mark.parametrize('x', [0, 1])\ndef test_red(x):\n    calc.three()\n    assert x\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["engine"]\n')
    script = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(Path(run.__file__).parent)!r}]\n"
        "import reached, pathlib; reached.ROOT = pathlib.Path(sys.argv[1])\n"
        "sys.exit(reached.main(sys.argv[2:]))"
    )
    for tests, code in (("test_calc.py", 1), ("none.py", 4)):
        told = tmp_path / f"{tests}.json"
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path), str(told), tests],
            capture_output=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert (done.returncode, told.exists()) == (code, code == 1)
    found = reached.read(tmp_path / "test_calc.py.json")
    assert min(found.seconds["test_calc.py::test_it"], found.seconds["test_calc.py::test_two"]) > 0
    found.tests.pop("uvdive/calc.py::module", None)  # only where it was imported in a test
    assert found.tests == {
        "uvdive/calc.py::one": ["test_calc.py::test_it"],
        "uvdive/calc.py::two": ["test_calc.py::test_it", "test_calc.py::test_two"],
    }


def test_a_mistake_is_tried_with_the_tests_that_reach_it(shop: Path) -> None:
    (shop / "tests" / "test_other.py").write_text("def test_it():\n    assert False\n")
    known = shop.parent / "reach.json"
    known.write_text(json.dumps({"tests": {"shop/calc.py::free": ["tests/test_calc.py::test_what_is_free"]}}))
    words = ["--root", str(shop), "--equivalent", str(shop / "equivalent.toml"), "--reached", str(known)]
    said = shop.parent / "said.json"
    run.main([*words, "--json", str(said), "--sample", "8", "shop/calc.py"])
    told = json.loads(said.read_text())["mutants"]
    inside = [each for each in told if "::free::" in each["name"]]
    assert inside
    for each in inside:
        assert each["tests"] == ["tests/test_calc.py::test_what_is_free"]
        assert (each["outcome"] == "survived") is (each["name"] in GAPS)


def test_a_test_that_fails_without_the_mistake_too_kills_nothing(shop: Path, tmp_path: Path) -> None:
    (shop / "tests" / "test_other.py").write_text("def test_it():\n    assert False\n")
    reach = reached.Reach({"shop/calc.py::free": ["tests/test_other.py::test_it"]})
    sites = mutants.sites(shop, shop / "shop" / "calc.py")
    site = next(each for each in sites if each.name.endswith("::free::constant: 3 -> 2"))
    found = trial.Trial(shop, tmp_path / "copy", reach=reach).judge(*mutants.drawn([site], None, 1))
    assert (found.outcome, found.tests) == ("survived", ())


def test_the_own_room_and_the_quickest_tests_come_first_as_long_as_there_is_time() -> None:
    slow, other, quick, more = names = (
        "tests/a/s.py::x",
        "tests/b/o.py::x",
        "tests/b/q.py::x",
        "tests/c/m.py::x",
    )
    took = dict(zip(names, (reached.FIRST, 0.75, 0.25, reached.MOST), strict=True))
    known = reached.Reach({"f": list(names)}, took)
    assert known.chosen("f", "tests/a/") == [[slow], [quick, other]]
    assert known.chosen("f", "tests/") == [[quick, other], [slow]]
    assert known.chosen("f", selection.room_of("uvdive/b/module.py")) == [[quick, other], [slow]]
    assert reached.Reach({"f": [more]}, took).chosen("f", "tests/b/") == [[more]]
    assert known.took(slow, other) == reached.FIRST + 0.75


def test_parameters_are_told_apart_where_a_test_takes_long_with_all_of_them(tmp_path: Path) -> None:
    recorder = reached.Recorder(tmp_path)
    recorder.reach["f"] = {"t.py::long[1]", "t.py::short[1]", "t.py::short[2]", "t.py::bad[1]"}
    recorder.reach["g"] = {"t.py::bad[2]"}
    recorder.failed = {"t.py::bad"}
    recorder.seconds.update(
        {"t.py::long[1]": 1.0, "t.py::long[2]": reached.LONG, "t.py::short[1]": 1.0, "t.py::short[2]": 2.0}
    )
    told = recorder.told()
    assert told.tests == {"f": ["t.py::long[1]", "t.py::short"]}
    assert told.seconds == {"t.py::long[1]": 1.0, "t.py::long[2]": reached.LONG, "t.py::short": 3.0}


def test_every_listed_mutant_is_still_one() -> None:
    listed = equivalents.read()
    modules = {name.partition("::")[0] for name in listed}
    found = {site.name for module in modules for site in mutants.sites(run.ROOT, run.ROOT / module)}
    assert listed.keys() <= found


def test_every_module_of_the_package_can_be_mutated() -> None:
    done = subprocess.run(
        [sys.executable, run.__file__, "--list", "--sample", "20", "--seed", "7", "uvdive"],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    first = done.stdout.splitlines()[0]
    assert first.startswith("20 of ")
