"""Several processes read what one would: the same image, and the same errors."""

from __future__ import annotations

import gzip
import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.layouts import Layout
from made_images.odd_tars import taken_apart

from uvdive.base import machine
from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.archives import docker_archive
from uvdive.image.archives.boxes import FileBox, open_archive
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.layers import helper, sharing, stored
from uvdive.image.layers.helper import Helpers, how_many, may_fork
from uvdive.image.layers.sharing import BlobPlace, SharedReading
from uvdive.image.layers.stored import read_layers
from uvdive.image.raw_image import RawImage
from uvdive.image.reference import parse_target
from uvdive.image.tar.below import StorageError, StoredLayer
from uvdive.ledger.wanted import wanted
from uvdive.session.opening.reading import read_image

# Another module's threads may still be there: forks of these tests do not use what they hold.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

LAYERS = [
    make.layer(
        make.file("app/bin/tool", b"#!x\n"),
        *(make.file(f"app/{number}/{n}", bytes([number]) * 3000) for n in range(number * 30)),
    )
    for number in range(5)
]


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """More processes, however small the image, and parts of a few members."""
    monkeypatch.setattr(sharing, "WORTH_MEMBERS", 1)
    monkeypatch.setattr(sharing, "WORTH_BYTES", 1)
    monkeypatch.setattr(sharing, "_LEAST", 1 << 14)
    monkeypatch.setattr("uvdive.image.layers.helper.may_fork", lambda: True)


@pytest.fixture(params=["this process", "another", "several", "both"])
def by(request: pytest.FixtureRequest, always: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who reads: all of it this process, another or several others, or whoever comes first."""
    how = str(request.param)
    if how in ("another", "several"):
        monkeypatch.setattr(Helpers, "claim", lambda _helpers, _number: False)
    if how == "this process":
        monkeypatch.setattr(Helpers, "claim", lambda _helpers, _number: True)
    monkeypatch.setattr(helper, "how_many", lambda _worth: 3 if how == "several" else 1)
    return how


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No fork stays."""
    forks: list[int] = []
    fork = os.fork

    def noted() -> int:
        forks.append(fork())
        return forks[-1]

    monkeypatch.setattr("os.fork", noted)
    yield
    for pid in forks:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def read(path: Path, *, verify: bool = False) -> RawImage:
    with open_archive(path, wanted, ignore, verify=verify) as box:
        chosen = docker_archive.choose(box, None, reference="x", source="docker-archive")
        image = docker_archive.collect(box, chosen, ignore)
        assert isinstance(box, FileBox)
        return image


@pytest.mark.parametrize("kind", ["plain", "compressed", "verified"])
def test_the_same_image(by: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.archive(tmp_path / "a.tar", LAYERS, compress=kind == "compressed")
    with monkeypatch.context() as patch:
        patch.setattr("uvdive.image.layers.helper.may_fork", lambda: False)
        single = read(path, verify=kind == "verified")
    assert read(path, verify=kind == "verified") == single
    assert all(layer.index.contents or layer.index.placed for layer in single.layers)


def test_a_layout_too(by: str, tmp_path: Path) -> None:
    layout = Layout()
    folder = layout.folder(tmp_path / "layout", layout.image(LAYERS, this_platform()))
    report = read_image(parse_target(f"oci:{folder}"), None, on_event=ignore)[0]
    assert report.totals.files == 305
    assert len(report.layers) == 5


def test_a_damaged_layer_is_the_same_error(by: str, tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image(LAYERS, this_platform())
    for name in list(layout.blobs)[1:6]:
        layout.blobs[name] = gzip.compress(LAYERS[0])[:-30]
    folder = layout.folder(tmp_path / "layout", image)
    with pytest.raises(ImageError, match="cannot be unpacked"):
        read_image(parse_target(f"oci:{folder}"), None, on_event=ignore)


def test_a_damaged_part_is_the_same_error(by: str, tmp_path: Path) -> None:
    broken = bytearray(LAYERS[4])
    middle = len(broken) // 2 // 3584 * 3584
    broken[middle : middle + 4096] = b"?" * 4096
    with pytest.raises(ImageError, match="A layer cannot be read: no tar header at byte"):
        read(make.archive(tmp_path / "a.tar", [LAYERS[0], bytes(broken)]))


def test_where_the_other_process_dies_this_one_reads_all(
    always: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make.archive(tmp_path / "a.tar", LAYERS)
    monkeypatch.setattr(Helpers, "_work", lambda *_: os._exit(1))
    monkeypatch.setattr(Helpers, "claim", lambda _helpers, _number: False)
    assert len(read(path).layers[4].index) == 121


def test_a_tar_is_cut_for_both(always: None, tmp_path: Path) -> None:
    path = tmp_path / "tar"
    path.write_bytes(LAYERS[4])
    reading = SharedReading({"x": BlobPlace(path, 0, len(LAYERS[4]))}, wanted, verify=False)
    try:
        assert len(reading._pieces["x"]) > 10
    finally:
        reading.close()


def test_when_a_second_process_is_worth_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uvdive.image.layers.helper.may_fork", lambda: True)
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(LAYERS[4])
    packed.write_bytes(gzip.compress(LAYERS[4]))

    def forks(*paths: Path) -> bool:
        places = {path.name: BlobPlace(path, 0, path.stat().st_size) for path in paths}
        reading = SharedReading(places, wanted, verify=False)
        reading.close()
        return reading._help.helpers is not None

    assert not forks(plain, packed), "too little to read"
    monkeypatch.setattr(sharing, "WORTH_MEMBERS", 100)
    assert forks(plain, packed)
    assert not forks(packed)
    assert not forks(plain), "there is one piece"
    monkeypatch.setattr(sharing, "WORTH_BYTES", 1)
    assert forks(packed, plain)
    monkeypatch.setattr(helper, "MOST", 1)
    assert not forks(packed, plain)


def test_no_fork_beside_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 2)
    monkeypatch.setattr("threading.active_count", lambda: 1)
    assert may_fork()
    monkeypatch.setattr("threading.active_count", lambda: 2)
    assert not may_fork()
    assert threading.active_count() == 2
    monkeypatch.setattr("threading.active_count", lambda: 1)
    monkeypatch.setattr(machine, "cores", lambda: 1)
    assert not may_fork()


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_job_is_done_once(count: int) -> None:
    helpers = Helpers([lambda n=n: (n, os.getpid()) for n in range(40)], count)
    try:
        mine = [number for number in range(40) if helpers.claim(number)]
        theirs = [helpers.wait(number) for number in range(40) if number not in mine]
    finally:
        helpers.stop()
    assert mine == list(range(len(mine))), "this process does those at the front"
    assert [number for number, _ in theirs] == list(range(len(mine), 40)), "the forks those at the back"
    assert {process for _, process in theirs} <= {*helpers.pids}
    assert len(helpers.pids) == count


def test_what_a_fork_did_is_not_done_again() -> None:
    helpers = Helpers([lambda: 1, lambda: 2])
    try:
        assert helpers.wait(0) == 1, "the last that it does"
        assert not helpers.claim(1)
        assert helpers.wait(1) == 2
    finally:
        helpers.stop()


def test_several_at_once() -> None:
    """Each of two forks waits until the other has a job too."""
    reading, writing = os.pipe()
    again, told = os.pipe()

    def meet(hand: int, wait: int) -> int:
        os.write(hand, b"x")
        os.read(wait, 1)
        return os.getpid()

    helpers = Helpers([partial(meet, told, reading), partial(meet, writing, again)], 2)
    try:
        assert len({helpers.wait(0), helpers.wait(1)}) == 2
    finally:
        helpers.stop()
        for end in (reading, writing, again, told):
            os.close(end)


@pytest.mark.parametrize("count", [1, 3])
def test_what_a_fork_had_that_died_is_left_to_this_process(count: int) -> None:
    """Whoever waits for it is told, though others are still there."""
    helpers = Helpers([lambda: "first", lambda: os._exit(1), lambda: "third"], count)
    try:
        found = [helpers.wait(number) for number in (1, 2)]
        assert found == [None, "third"]
        assert helpers.claim(1), "its lock went with it"
    finally:
        helpers.stop()


def test_how_many_processes_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = 64 << 30
    monkeypatch.setattr(machine, "free_memory", lambda: memory)
    for cores, worth, count in ((2, 16, 1), (4, 16, 3), (8, 16, 7), (64, 16, 7), (8, 2, 2), (8, 1, 1)):
        monkeypatch.setattr(machine, "cores", lambda cores=cores: cores)
        assert how_many(worth) == count
    memory = 1 << 30
    assert how_many(16) == 1, "each may take as much as a large image does"
    memory = 0
    assert how_many(16) == 1, "a second one shares nearly all of the first one's"


def test_where_no_further_process_is_to_be_had_those_that_are_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, forks = os.fork, list[int]()

    def one() -> int:
        if forks:
            raise OSError(11, "Resource temporarily unavailable")
        forks.append(fork())
        return forks[0]

    monkeypatch.setattr("os.fork", one)
    helpers = Helpers([lambda: 1, lambda: 2], 3)
    try:
        assert (helpers.pids, helpers.wait(1), helpers.wait(0)) == (forks, 2, 1)
    finally:
        helpers.stop()


def test_what_the_fork_cannot_do_is_left_to_this_process() -> None:
    helper = Helpers([lambda: 1 // 0, lambda: "done"])
    try:
        assert (helper.wait(1), helper.wait(0)) == ("done", None)
    finally:
        helper.stop()


@pytest.fixture
def found(tmp_path: Path) -> list[StoredLayer]:
    """The layers as an engine stores them."""
    found = []
    for number, tar in enumerate(LAYERS):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        found.append(StoredLayer(f"sha256:{number}", taken_apart(tar, folder), folder))
    return found


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little there is, a layer is divided."""
    monkeypatch.setattr(stored, "WORTH_IT", 1)
    monkeypatch.setattr(stored, "_LEAST", 0)


@pytest.mark.parametrize("places", [[], [0.2], [0.5], [0.9], [0.7, 0.8, 0.9], [0.1, 0.4, 0.8]], ids=str)
def test_the_engines_storage_is_shared(
    always: None,
    by: str,
    divided: None,
    places: list[float],
    found: list[StoredLayer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored, "meetings", lambda _processes: places)
    shared = list(read_layers(found, wanted, None))
    monkeypatch.setattr("uvdive.image.layers.helper.may_fork", lambda: False)
    assert shared == list(read_layers(found, wanted, None))
    assert [len(layer.index) for layer in shared] == [1, 31, 61, 91, 121]
    parts = [len(pieces) for pieces in stored._pieces(found, places)]
    assert sum(parts) == len(LAYERS) + len(places), "a layer lies across each place where two meet"


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_all_processes_end_together(processes: int) -> None:
    """Each unpacks all up to the end of its part, and reads that part."""
    places = [0, *stored.meetings(processes), 1]
    costs = [end - begin + stored._UNPACK * end for begin, end in pairwise(places)]
    assert len(costs) == processes
    assert max(costs) == pytest.approx(min(costs))


def test_a_layer_that_is_divided_and_damaged_is_told_of(
    always: None, divided: None, found: list[StoredLayer], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = found[4].split
    sound = path.read_bytes()
    for damaged in (sound[:-400] + sound[-4:], sound[:200] + b"?" + sound[201:], sound[:-8] + bytes(8)):
        path.write_bytes(damaged)
        with pytest.raises(StorageError):
            list(read_layers(found, wanted, None))
    path.write_bytes(sound[:-4] + b"\xff\xff\0\0")  # it says that its text is shorter than it is
    with pytest.raises(StorageError):
        list(read_layers(found, wanted, None))


@pytest.mark.parametrize("what", ["os.fork", "os.memfd_create"])
def test_where_no_process_or_file_is_to_be_had_one_reads_alone(
    what: str, always: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object) -> int:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(what, none_left, raising=False)
    assert len(read(make.archive(tmp_path / "a.tar", LAYERS)).layers[4].index) == 121


def test_no_file_stays_open(always: None, tmp_path: Path) -> None:
    path = make.archive(tmp_path / "a.tar", LAYERS)
    read(path)
    before = os.open(path, os.O_RDONLY)
    os.close(before)
    for _ in range(3):
        read(path)
    after = os.open(path, os.O_RDONLY)
    os.close(after)
    assert after == before, "the lowest number that is free is the same as before"


def test_a_signal_ends_the_fork_and_nothing_else(tmp_path: Path) -> None:
    """The command's own handler raises, which in the fork would go on as if it were the command."""

    def stop(*_: object) -> None:
        raise SystemExit("in the fork")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        helper = Helpers([lambda: None, lambda: os.kill(os.getpid(), signal.SIGTERM)])
        assert helper.wait(1) is None
        assert os.waitpid(helper.pids[0], 0)[1] == signal.SIGTERM
        helper.stop()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
