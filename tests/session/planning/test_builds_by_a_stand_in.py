"""What is built, in which order and with what: the proof, the second build and timing, by a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines.stand_in_builder import MOMENT, ORIGINAL, PLAN, STAGES, Builder, image, proof, resolved, use
from made_images import hand_made
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.base.errors import BuildError, RefusedError
from uvdive.build.events import BuildRequest, BuildResult, Rebuild
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import FileChange, Refusal
from uvdive.session.proof import second_build, timing
from uvdive.session.proof.proving import repaired_choices
from uvdive.session.proof.second_build import MOST, varying_paths
from uvdive.verify.checks import NO_CHANCE, Chance
from uvdive.verify.repairs import Repair


def varying(
    tmp_path: Path, context: Path, paths: Sequence[bytes], *, variables: tuple[str, ...] = ()
) -> Chance:
    before = image(tmp_path)
    request = BuildRequest(context, context / "Dockerfile", ORIGINAL, "t:before", ("--build-arg", "A=1"))
    return varying_paths(paths, before, ORIGINAL, request, variables=variables)


def test_what_a_second_build_has_otherwise_varies(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = Builder(image(tmp_path, two=b"at 22"))
    use(monkeypatch, builder)
    found = varying(tmp_path, context, [b"/app/two", b"/app/three"], variables=("UV_EXCLUDE_NEWER=now",))
    assert found == Chance(frozenset((b"/app/two",)))
    (request,) = builder.requests
    assert request.tag is not None
    assert request.tag.endswith(":again")
    assert request.args == ("--build-arg", "A=1")
    # Only the steps from the first that wrote one of the paths on are done anew.
    lines = (request.text or "").splitlines()
    at = lines.index("RUN two")
    assert lines[:3] == ORIGINAL.splitlines()[:3]
    assert lines[at - 2].startswith("ARG UVDIVE_SECOND_BUILD=")
    assert lines[at - 1] == "ARG UV_EXCLUDE_NEWER=now"
    assert sum(line.startswith("ARG ") for line in lines) == 2


def test_no_second_build_where_it_could_tell_nothing(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = Builder()
    use(monkeypatch, builder)
    assert varying(tmp_path, context, []) == NO_CHANCE
    assert varying(tmp_path, context, [b"/x"]) == NO_CHANCE  # the context's alone
    assert varying(tmp_path, context, [b"/usr/local/bin/python3.13", b"/nowhere"]) == NO_CHANCE
    too_many = [b"/app/two", *(b"/app/%d" % number for number in range(MOST))]
    assert varying(tmp_path, context, too_many) == NO_CHANCE
    assert builder.requests == []


def test_as_many_paths_as_chance_may_change_are_asked_for(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 500
    builder = Builder(image(tmp_path, two=b"at 22"))
    use(monkeypatch, builder)
    most = [b"/app/two", *(b"/app/%d" % number for number in range(MOST - 1))]
    assert varying(tmp_path, context, most) == Chance(frozenset((b"/app/two",)))


def test_a_second_build_that_fails_or_brings_other_versions_explains_nothing(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Builder(BuildError("no")))
    assert varying(tmp_path, context, [b"/app/two"]) == NO_CHANCE

    site = "app/.venv/lib/python3.13/site-packages"

    def other(version: str) -> ImageReport:
        files = pairs.installed(site, "idna", version, {"idna.py": b"x"})
        return pairs.read(tmp_path / f"{version}.tar", pairs.python(), pairs.application() | files)

    before, after = other("1"), other("2")
    builder = Builder(after)
    use(monkeypatch, builder)
    monkeypatch.setattr(second_build, "_anew", lambda *_: ORIGINAL)
    request = BuildRequest(context, None, ORIGINAL)
    path = f"/{site}/idna-2.dist-info/METADATA".encode()
    assert varying_paths([path], before, ORIGINAL, request) == NO_CHANCE
    assert len(builder.requests) == 1


def test_a_file_that_the_second_build_lacks_is_gone_and_other(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def image_of(*names: str) -> ImageReport:
        files = [make.file(f"app/{name}", b"1") for name in names]
        return hand_made.image(tmp_path, "FROM python:3.13-slim\nRUN one", files)

    first, second = image_of("1a2b", "same"), image_of("9z8y", "same")
    use(monkeypatch, Builder(second))
    text = "FROM python:3.13-slim\nRUN one\n"
    request = BuildRequest(context, context / "Dockerfile", text)
    asked = [b"/app/1a2b", b"/app/same", b"/app/9z8y"]
    gone = frozenset((b"/app/1a2b",))
    assert varying_paths(asked, first, text, request) == Chance(gone, gone)


def test_what_comes_from_another_stage_is_made_anew_in_every_stage(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "FROM python:3.13-slim AS build\nRUN one\nFROM python:3.13-slim\nCOPY --from=build /app /app\nRUN two"
    )
    first, second = (
        hand_made.image(tmp_path, text, [make.file("app/one", data)], [make.file("app/two", b"2")])
        for data in (b"at 1", b"at 22")
    )
    builder = Builder(second)
    use(monkeypatch, builder)
    request = BuildRequest(context, context / "Dockerfile", text)
    assert varying_paths([b"/app/one"], first, text, request) == Chance(frozenset((b"/app/one",)))
    lines = (builder.requests[0].text or "").splitlines()
    nonce = lines[1]
    assert nonce.startswith("ARG UVDIVE_SECOND_BUILD=")
    assert lines == [
        "FROM python:3.13-slim AS build", nonce, "RUN one", "FROM python:3.13-slim", nonce,
        "COPY --from=build /app /app", "RUN two",
    ]  # fmt: skip


def test_the_rewrite_is_built_with_its_files_and_judged(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = image(tmp_path)
    builder = Builder(before)
    use(monkeypatch, builder)
    done = proof(context, before, replace(PLAN, files=(FileChange.of("run.sh", "old", "new"),)), verify=False)
    (request,) = builder.requests
    assert (request.text, request.args) == (PLAN.text, ("--build-arg", "A=1"))
    assert request.tag is not None
    assert request.tag.endswith(":after")
    assert builder.loaded == [f"docker://{request.tag}"]
    assert builder.contexts[0] == {"x": "x", "Dockerfile": ORIGINAL, "run.sh": "new"}
    assert not (context / "run.sh").exists()
    assert builder.needed == [before.totals.file_bytes]
    assert (done.verification, done.repairs, done.held, done.original) == (None, (), None, None)
    assert done.before is before
    assert done.comparison.delta_bytes == 0


def test_an_original_that_the_context_makes_otherwise_is_built_first(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale, fresh = image(tmp_path, x=b"stale"), image(tmp_path, x=b"x")
    builder = Builder(fresh, fresh)
    use(monkeypatch, builder)
    done = proof(context, stale, verify=False)
    assert [request.text for request in builder.requests] == [ORIGINAL, PLAN.text]
    assert [(request.tag or "").rpartition(":")[2] for request in builder.requests] == ["before", "after"]
    assert done.before is fresh
    assert done.original is not None
    assert (done.original.seconds, done.build.seconds) == (1.0, 2.0)


def test_an_original_whose_tag_another_build_took_proves_nothing(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Taken(Builder):
        def build(self, request: BuildRequest, **more: Any) -> BuildResult:
            return replace(super().build(request, **more), named="sha256:1")

    builder = Taken(image(tmp_path, x=b"x"))
    use(monkeypatch, builder)
    with pytest.raises(BuildError, match="is another image than the one that was just built"):
        proof(context, image(tmp_path, x=b"stale"), verify=False)
    assert [request.text for request in builder.requests] == [ORIGINAL]


def test_a_refusal_is_not_built(context: Path, tmp_path: Path) -> None:
    refused = replace(PLAN, outcome="refused", refusal=Refusal("R2", "No base.", 1))
    with pytest.raises(RefusedError, match="no rewrite to build") as caught:
        proof(context, image(tmp_path), refused)
    assert caught.value.do == "No base."


def test_other_versions_are_built_again_with_what_there_was(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, newer, same = (
        resolved(tmp_path, "1", created=MOMENT),
        resolved(tmp_path, "2"),
        resolved(tmp_path, "1"),
    )
    builder = Builder(newer, same)
    use(monkeypatch, builder)
    done = proof(context, before, STAGES, verify=False)
    assert done.held == MOMENT
    assert done.after is same
    first, second = builder.requests
    assert second.args == (*first.args, "--build-arg", f"UV_EXCLUDE_NEWER={MOMENT}")
    assert second.text == "FROM a AS build\nARG UV_EXCLUDE_NEWER\nRUN uv sync\nFROM a\n"


def test_an_index_without_dates_leaves_the_difference_as_it_is(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, newer = resolved(tmp_path, "1", created=MOMENT), resolved(tmp_path, "2")
    use(monkeypatch, Builder(newer, BuildError("no dates")))
    done = proof(context, before, STAGES, verify=False)
    assert (done.held, done.after) == (None, newer)


def test_repaired_choices_keep_the_users_others() -> None:
    repair = Repair("extra-paths", "/x", ("files",), "why")
    assert repaired_choices([repair], {"python": "managed", "extra-paths": "none"}) == {
        "python": "managed",
        "extra-paths": "/x",
    }


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> tuple[Builder, list[object]]:
    builder, removed = Builder(), list[object]()
    monkeypatch.setattr(timing, "build_tagged", lambda request, **_: builder.build(request))
    monkeypatch.setattr(timing, "layers_of", lambda result, **_: {"base": 7, str(result.seconds): 5})
    monkeypatch.setattr(timing, "find_image", lambda tag, _engine: f"id of {tag.rpartition(':')[2]}")
    monkeypatch.setattr(
        timing, "restore_tag", lambda tag, image, engine: removed.append((tag, image, engine))
    )
    monkeypatch.setattr(timing, "remove_untagged", lambda image, engine: removed.append((image, engine)))
    return builder, removed


def test_builds_are_timed_cold_and_after_a_change(
    tmp_path: Path, context: Path, timed: tuple[Builder, list[object]]
) -> None:
    builder, removed = timed
    (context / "app.py").write_text("1")
    before = hand_made.image(
        tmp_path, "FROM python:3.13-slim\nCOPY app.py /app/app.py\n", [make.file("app/app.py", b"1")]
    )
    builder.results = [before] * 6
    original = BuildRequest(
        context, context / "Dockerfile", args=("--no-cache", "--build-arg", "A=1"), engine="docker"
    )
    plan = replace(PLAN, dockerfile=str(context / "Dockerfile"), files=(FileChange.of("run.sh", "", "new"),))
    found = timing.time_builds(original, plan, before, timing.Wish(cold=True, rebuild=True))
    assert (found.cold, found.rebuild, found.changed) == ((1.0, 2.0), (5.0, 6.0), "app.py")
    assert found.changes == (Rebuild("source", "app.py", (5.0, 6.0), (5, 5)),)
    requests = builder.requests
    assert [request.args for request in requests] == [("--build-arg", "A=1", "--no-cache")] * 2 + [
        ("--build-arg", "A=1")
    ] * 4
    assert [request.text for request in requests] == [None, plan.text] * 3
    assert [sorted(files) for files in builder.contexts] == [
        ["Dockerfile", "app.py", "x"], ["Dockerfile", "app.py", "run.sh", "x"],
    ] * 3  # fmt: skip
    texts = [files["app.py"] for files in builder.contexts]
    assert texts == ["1"] * 4 + ["1\n# changed by uvdive\n"] * 2
    assert requests[0].dockerfile == context / "Dockerfile"
    for request in (requests[2], requests[4]):  # the copy's own
        assert request.dockerfile == request.context / "Dockerfile" != context / "Dockerfile"
    assert (context / "app.py").read_text() == "1"
    assert len({request.tag for request in requests}) == 1
    assert removed == [(requests[0].tag, None, "docker"), ("id of timed", "docker")] * 6


def test_only_what_is_wished_for_is_timed(
    tmp_path: Path, context: Path, timed: tuple[Builder, list[object]]
) -> None:
    builder, _ = timed
    before = image(tmp_path)
    plan = replace(PLAN, dockerfile=str(context / "Dockerfile"))
    original = BuildRequest(context, tmp_path / "elsewhere")
    # Nothing of the context is a source file of the app's: no change of one can be timed.
    assert timing.time_builds(original, plan, before, timing.Wish(rebuild=True)) == timing.Timings()
    builder.results = [before] * 2
    found = timing.time_builds(original, plan, before, timing.Wish(cold=True))
    assert found == timing.Timings(cold=(1.0, 2.0))
    assert {request.dockerfile for request in builder.requests} == {tmp_path / "elsewhere"}
