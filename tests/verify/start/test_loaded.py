"""What a start imports: from the lines of Pythons, by the files of the image, to the distributions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.base.progress import ignore
from uvdive.build.running.loading import Loading
from uvdive.build.running.maps import libraries, mapped
from uvdive.build.running.observing import Observed, Watched
from uvdive.build.running.settings import PLAIN
from uvdive.ledger.report import ImageReport
from uvdive.output.words.loaded import brief, loaded_data, loaded_lines
from uvdive.session.explaining import explain
from uvdive.verify.checks import Check, Verification
from uvdive.verify.start.loads import loading
from uvdive.verify.start.loads.import_lines import module_times
from uvdive.verify.start.loads.loaded import CAVEAT, NEVER_IMPORTED, SILENT, Imported, Loaded, loaded_by
from uvdive.verify.start.loads.loading import SeenLoading, loaded_at_start
from uvdive.verify.start.loads.module_places import Modules, Place
from uvdive.verify.start.running import WITHOUT_SYNC, Seen

SITE = "app/.venv/lib/python3.13/site-packages"
VENV = "/app/.venv"
HEADER = b"import time: self [us] | cumulative | imported package\n"


def line(name: str, took: int, depth: int = 0) -> bytes:
    return f"import time: {took:9} | {took:10} | {'  ' * depth}{name}\n".encode()


NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}(\.[a-z_]{1,5}){0,3}", fullmatch=True)
NOISE = st.binary(max_size=60).filter(lambda text: b"import time: " not in text and b"\n" not in text)
PROCESS = st.lists(st.tuples(NAMES, st.integers(0, 10**6), st.integers(0, 30)), max_size=12)


@given(st.lists(PROCESS, max_size=3), st.lists(NOISE, max_size=5), st.randoms(use_true_random=False))
def test_the_lines_of_all_processes_are_summed_however_they_are_mixed(processes, noise, chance) -> None:
    told = [(name, took, line(name, took, depth)) for each in processes for name, took, depth in each]
    lines = [HEADER, *(text for *_, text in told), *(each + b"\n" for each in noise)]
    chance.shuffle(lines)
    expected: Counter[str] = Counter()
    for name, took, _ in told:
        expected[name] += took
    assert module_times(b"".join(lines)) == expected


@given(st.binary(max_size=300))
def test_whatever_a_program_writes_is_no_trouble(text: bytes) -> None:
    assert all(took >= 0 for took in module_times(b"import time: " + text).values())


@pytest.mark.parametrize(
    "text",
    [
        HEADER,
        b"import time:       12 |         34 |   \n",
        b"import time:       12 |         34 | two words\n",
        b"import time:       -1 |         34 | name\n",
        b"import time: " + b"9" * 16 + b" | 1 | name\n",
        b"import time:       12 |         34 | " + b"n" * 401 + b"\n",
        b"import time:       12 |         34 | a | b\n",
        b"import time:       12 |      \n",
        b"import timed:       12 |         34 | name\n",
    ],
)
def test_what_is_not_of_the_shape_is_passed_over(text: bytes) -> None:
    assert module_times(text) == {}


def test_half_a_line_before_hides_no_import_and_there_is_an_end_to_names() -> None:
    assert module_times(b"Loading ... " + line("numpy", 5)) == {"numpy": 5}
    assert module_times(line("numpy", 5).replace(b"\n", b"\r\n")) == {"numpy": 5}
    many = b"".join(line(f"m{number}", 1) for number in range(50_010)) + line("m0", 1)
    found = module_times(many)
    assert (len(found), found["m0"]) == (50_000, 2)


def test_the_mapped_libraries_are_those_of_the_maps(tmp_path: Path) -> None:
    maps = (
        "7f00-7f01 r-xp 00000000 08:01 11                         /app/a/_x.cpython-313-x86_64-linux-gnu.so\n"
        "7f00-7f01 r--p 00000000 08:01 11                         /usr/lib/libz.so.1.3.1\n"
        "7f00-7f01 r--p 00000000 08:01 11                         /srv/my lib/liba.so\n"
        "7f00-7f01 r--p 00000000 08:01 11                         /usr/lib/locale/C.utf8/LC_CTYPE\n"
        "7f00-7f01 rw-p 00000000 00:00 0                          [heap]\n"
        "7f00-7f01 rw-p 00000000 00:00 0\nrubbish\n"
    )
    expected = {"/app/a/_x.cpython-313-x86_64-linux-gnu.so", "/usr/lib/libz.so.1.3.1", "/srv/my lib/liba.so"}
    assert libraries(maps) == expected
    for name in ("1", "22", "net"):
        (tmp_path / name).mkdir()
    (tmp_path / "1" / "maps").write_text(maps)
    assert mapped(str(tmp_path)) == (expected, 0)


def dist(name: str, files: dict[str, bytes]) -> pairs.Files:
    return pairs.installed(SITE, name, "1.0", files)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> ImageReport:
    """Namespaces, names that begin alike, stubs, a distribution without a module, one without RECORD."""
    native = "fast/_core.cpython-313-x86_64-linux-gnu.so"
    files = {
        **pairs.application(),
        **dist("google_auth", {"google/auth/__init__.py": b"a" * 100}),
        **dist("google_storage", {"google/cloud/storage/__init__.py": b"b" * 200}),
        **dist("requests", {"requests/__init__.py": b"c" * 300, "requests/api.py": b"c" * 20}),
        **dist("requests_toolbelt", {"requests_toolbelt/__init__.py": b"d" * 400}),
        **dist("six", {"six.py": b"e" * 50}),
        **dist("types_requests", {"requests-stubs/__init__.pyi": b"f" * 60}),
        **dist("metapackage", {}),
        **dist("fast", {"fast/__init__.py": b"", native: b"g" * 70, "fast.libs/liba-1.so.1": b"h" * 80}),
        **dist("ctypesonly", {"ctypesonly/__init__.py": b"", "ctypesonly/libx.so": b"i" * 90}),
        **dist("dataclasses", {"dataclasses.py": b"j" * 30}),
    }
    return pairs.read(tmp_path_factory.mktemp("image") / "image.tar", pairs.python(), files)


def whose(image: ImageReport, module: str) -> tuple[str, str]:
    place = Modules(image).of_module(module)
    return place.whose, place.name


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("google", ("namespace", "")),
        ("google.cloud", ("namespace", "")),
        ("google.auth", ("distribution", "google-auth")),
        ("google.auth.made.at.run.time", ("distribution", "google-auth")),
        ("google.cloud.storage", ("distribution", "google-storage")),
        ("google.other", ("unknown", "")),
        ("requests", ("distribution", "requests")),
        ("requests.api", ("distribution", "requests")),
        ("requests_toolbelt", ("distribution", "requests-toolbelt")),
        ("request", ("unknown", "")),
        ("six.moves.urllib", ("distribution", "six")),
        ("fast._core", ("distribution", "fast")),
        ("os", ("python", "")),
        ("_imp", ("python", "")),
        ("dataclasses", ("python", "")),
        ("server", ("app", "")),
        ("mine", ("app", "")),
        ("nobody", ("unknown", "")),
        (".".join("a" * 190), ("unknown", "")),
        ("..", ("unknown", "")),
        ("../../app/server", ("unknown", "")),
    ],
)
def test_whose_a_module_is(image: ImageReport, module: str, expected: tuple[str, str]) -> None:
    assert whose(image, module) == expected


def test_whose_a_library_is(image: ImageReport) -> None:
    modules = Modules(image)
    assert modules.of_library(f"/{SITE}/fast.libs/liba-1.so.1") == Place("distribution", VENV, "fast")
    assert modules.of_library(f"/{SITE}/fast.libs/libb.so") == Place("unknown")
    assert modules.of_library("/usr/lib/libc.so.6") == Place("unknown")


ERROR = HEADER + line("os", 4000) + line("google.auth", 1500) + line("requests", 900) + line("requests", 100)
TOLD = Loading(ERROR + line("server", 7000) + line("odd", 50), (f"/{SITE}/ctypesonly/libx.so",), 0)


def test_what_was_loaded_and_what_never(image: ImageReport) -> None:
    loaded = loaded_by(image, TOLD)
    assert [
        (each.name, each.milliseconds, each.modules, len(each.libraries)) for each in loaded.imported
    ] == [
        ("google-auth", 1.5, 1, 0),
        ("requests", 1.0, 1, 0),
        ("ctypesonly", 0.0, 0, 1),
    ]
    never = {each.name: each for each in loaded.never}
    assert set(never) == {"google-storage", "requests-toolbelt", "six", "fast", "dataclasses", "flask"}
    assert loaded.never[0].name == "flask", "the largest first"
    assert never["six"].bytes == next(
        each.bytes for env in image.environments for each in env.distributions if each.name == "six"
    )
    assert all(each.exclusive_bytes >= each.bytes for each in loaded.never)
    assert loaded.empty == ("metapackage", "types-requests")
    assert loaded.untold == ()
    assert (loaded.python_milliseconds, loaded.app_milliseconds, loaded.unknown_milliseconds) == (
        4.0,
        7.0,
        0.05,
    )
    assert loaded.unknown == ("odd",)


def test_the_finding_says_what_it_cannot_see_and_has_a_page(image: ImageReport) -> None:
    loaded = loaded_by(image, TOLD)
    assert loaded.finding is not None
    assert (loaded.finding.id, loaded.finding.severity) == (NEVER_IMPORTED, "info")
    assert (loaded.finding.bytes, loaded.finding.advice) == (loaded.never_bytes, CAVEAT)
    assert explain(NEVER_IMPORTED).startswith(f"# {NEVER_IMPORTED}\n")
    assert replace(loaded, never=()).finding is None


def test_an_environment_that_nothing_came_from_is_not_named_package_by_package(image: ImageReport) -> None:
    loaded = loaded_by(image, Loading(line("os", 1)))
    assert (loaded.imported, loaded.never, loaded.finding) == ((), (), None)


def test_a_python_that_tells_nothing_is_said_to(image: ImageReport) -> None:
    assert loaded_by(image, Loading(b"Traceback\n")) == Loaded(problem=SILENT)
    assert loaded_lines(Loaded(problem=SILENT), "si") == brief(Loaded(problem=SILENT)) == [SILENT]


def test_what_the_report_says(image: ImageReport) -> None:
    lines = loaded_lines(loaded_by(image, TOLD), "si")
    assert lines[0] == (
        "Until it was ready, the original's processes imported 3 packages in 2 ms, "
        "Python's own modules in 4 ms, the app's in 7 ms and others in 0 ms."
    )
    assert lines[1].split()[:3] == ["google-auth", "1.5", "ms"]
    assert any(each.startswith("Never imported: 6 packages, ") for each in lines)
    assert CAVEAT in lines
    assert "Nothing to import is in: metapackage, types-requests." in lines


def test_many_packages_are_counted_in_the_report_and_all_in_the_data(image: ImageReport) -> None:
    loaded = loaded_by(image, TOLD)
    never = tuple(replace(loaded.never[0], name=f"p{number}\x1b[31m", bytes=10) for number in range(25))
    slow = tuple(Imported(VENV, f"i{number}", "1", 1.0, 1, 1) for number in range(25))
    many = replace(loaded, never=never, imported=slow, maps=False)
    text = "\n".join(loaded_lines(many, "si"))
    assert "and 15 others, 150 B" in text
    assert "\x1b" not in text
    assert "i9 " in text
    assert "i10" not in text
    assert "native libraries were loaded is not known" in text
    data = loaded_data(many)
    assert (len(data["imported"]), len(data["never_imported"])) == (25, 25)
    unread = "\n".join(loaded_lines(replace(loaded, unread=2), "si"))
    assert "2 processes do not show which native libraries were loaded." in unread


def test_uv_and_the_app_itself_are_not_called_unused(tmp_path: Path) -> None:
    files = {**pairs.application(), **dist("uv", {"uv/__init__.py": b"u" * 90})}
    found = loaded_by(pairs.read(tmp_path / "i.tar", pairs.python(), files), Loading(line("flask", 1)))
    assert [each.name for each in found.imported] == ["flask"]
    assert found.never == ()


def test_links_to_a_cache_are_the_distribution_s_too(tmp_path: Path) -> None:
    """As ``UV_LINK_MODE=symlink`` leaves it."""
    name = f"{SITE}/linked/__init__.py"
    files = {**pairs.application(), **dist("linked", {"linked/__init__.py": b"x"})}
    files[name] = make.symlink(name, "/cache/linked.py")
    files["cache"] = make.file("cache/linked.py", b"x")
    report = pairs.read(tmp_path / "i.tar", pairs.python(), files)
    assert whose(report, "linked") == ("distribution", "linked")


WORKS = Observed("listening", ports=(8000,))
WAITS = Observed("running", programs=("uv",))
RAN = Verification((Check("start", "passed", "", ran=True),))


class Once:
    """Starts an image for its imports, and counts how often."""

    def __init__(self, did: Observed = WORKS) -> None:
        self.did, self.asked = did, list[Watched]()

    def __call__(self, watched: Watched, **_: object) -> tuple[Observed, Loading]:
        self.asked.append(watched)
        return self.did, TOLD


def look(
    image: ImageReport, seen: Seen, known: SeenLoading, verification: Verification = RAN
) -> Loaded | None:
    return loaded_at_start(
        verification, image, image, PLAIN, starts=None, seen=seen, known=known, on_event=ignore, cancel=None
    )


def ran(image: ImageReport, did: Observed) -> tuple[Watched, Observed]:
    watched = Watched(image.image.id, "docker", f"{VENV}/bin/python", image.config.healthcheck)
    return watched, did


@pytest.fixture
def in_engine(image: ImageReport) -> ImageReport:
    return replace(image, image=replace(image.image, source="docker"))


def test_the_original_is_started_once_for_all_proofs(
    in_engine: ImageReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "observe_loading", once := Once())
    known: SeenLoading = []
    first = look(in_engine, [ran(in_engine, WORKS)], known)
    assert first is not None
    assert first.imported
    assert look(in_engine, [ran(in_engine, WORKS)], known) is first
    assert once.asked == [ran(in_engine, WORKS)[0]]


def test_it_is_started_as_the_comparison_got_it_past_uv(
    in_engine: ImageReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "observe_loading", once := Once())
    watched, _ = ran(in_engine, WAITS)
    offline = replace(watched, settings=PLAIN.with_env(WITHOUT_SYNC))
    assert look(in_engine, [(watched, WAITS), (offline, WORKS)], []) is not None
    assert once.asked == [offline]


def test_nothing_is_started_where_nothing_was_or_where_it_failed(
    image: ImageReport, in_engine: ImageReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "observe_loading", once := Once())
    fails = Observed("exited", 1)
    assert look(in_engine, [ran(in_engine, fails)], []) is None
    assert look(in_engine, [], []) is None
    assert look(in_engine, [ran(in_engine, WORKS)], [], Verification((Check("start", "passed", ""),))) is None
    assert look(image, [ran(in_engine, WORKS)], []) is None
    assert once.asked == []


def test_an_original_that_fails_this_time_is_said_to_and_asked_again(
    in_engine: ImageReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "observe_loading", Once(Observed("exited", 1)))
    known: SeenLoading = []
    found = look(in_engine, [ran(in_engine, WORKS)], known)
    assert found is not None
    assert found.problem == "It did not start again when its imports were to be told."
    assert known == []
