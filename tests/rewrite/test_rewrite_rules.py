"""One test, or more, for each rule that applies so far; reports are made by hand."""

from __future__ import annotations

import pytest
from dockerfiles import BASE, FLASK, SYNC, refused, runner

from uvdive.base.errors import UsageError
from uvdive.ledger.report import User
from uvdive.rewrite.planner import plan


def test_r1_an_interpreter_that_leads_to_nothing_is_refused(project, env) -> None:
    assert refused(project(BASE + SYNC + FLASK, environments=[env(interpreter=None)]).plan()) == ("R1", None)


def test_r2_a_uv_image_with_python_gives_the_same_python_image_without_uv(project) -> None:
    result = project(BASE + SYNC + FLASK).plan()
    assert runner(result)[0] == "FROM python:3.13-slim-trixie AS runner"
    assert result.text.startswith("FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder\n")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python:3.13-slim", "python:3.13-slim"),
        ("python:3.13-slim@sha256:" + "0" * 64, "python:3.13-slim@sha256:" + "0" * 64),
        ("docker.io/astral/uv:0.13.9-python3.13-trixie", "python:3.13-trixie"),
        ("ghcr.io/astral-sh/uv:python3.13-trixie-slim@sha256:" + "1" * 64, "python:3.13-slim-trixie"),
    ],
)
def test_r2_a_digest_stays_only_on_the_very_same_image(project, image, expected) -> None:
    result = project(f"FROM {image}\n{SYNC}{FLASK}").plan()
    assert runner(result)[0] == f"FROM {expected} AS runner"
    assert result.text.startswith(f"FROM {image} AS builder\n")


def test_r2_a_variable_in_from_stays_where_both_stages_have_the_same_image(project) -> None:
    text = "ARG G_V=3.13\nFROM --platform=linux/amd64 python:${G_V}-slim AS base\n" + SYNC + FLASK
    result = project(text).plan()
    assert result.text.startswith("ARG G_V=3.13\nFROM --platform=linux/amd64 python:${G_V}-slim AS base\n")
    assert runner(result)[0] == "FROM --platform=linux/amd64 python:${G_V}-slim AS runner"


def test_r3_a_variable_that_could_separate_the_stages_is_refused(project) -> None:
    text = "ARG G_TAG=python3.13-trixie-slim\nFROM ghcr.io/astral-sh/uv:${G_TAG}\n" + SYNC + FLASK
    assert refused(project(text).plan()) == ("R3", 2)


@pytest.mark.parametrize(
    ("args", "tag", "kept"),
    [
        ("G_V=3.13", "python${G_V}-trixie-slim", "${G_V}-slim-trixie"),
        ("G_V=3.13", "0.13.9-python$G_V-trixie-slim", "$G_V-slim-trixie"),
        ("G_V=3.13 G_D=trixie", "python${G_V}-${G_D}-slim", "${G_V}-slim-${G_D}"),
        ("G_V=3.13", "python${G_V}-trixie", "${G_V}-trixie"),
    ],
)
def test_r3_a_variable_for_the_version_stays_one_for_both_stages(project, args, tag, kept) -> None:
    text = f"ARG {args}\nFROM ghcr.io/astral-sh/uv:{tag}\n{SYNC}{FLASK}"
    assert runner(project(text).plan())[0] == f"FROM python:{kept} AS runner"


def test_r3_a_runner_with_another_minor_version_is_refused(project, env, node) -> None:
    wrote = {"/app/.venv/lib/python3.12/site-packages/flask/app.py": node(2000)}
    made = project(
        BASE + SYNC + FLASK,
        {"RUN uv sync": wrote},
        environments=[env(python="3.12.1", interpreter="/usr/local/bin/python3.12")],
    )
    assert refused(made.plan()) == ("R3", None)


def test_r6_the_build_never_downloads_a_python(project) -> None:
    result = project(BASE + SYNC + FLASK).plan()
    assert result.text.count("ENV UV_PYTHON_DOWNLOADS=never\n") == 1
    assert "UV_PYTHON_DOWNLOADS" not in "\n".join(runner(result))
    own = project(BASE + "ENV UV_PYTHON_DOWNLOADS=never\n" + SYNC + FLASK).plan()
    assert own.text.count("UV_PYTHON_DOWNLOADS") == 2  # the author's, in both stages


@pytest.mark.parametrize("copy", ["COPY . .", "COPY . /app/", "ADD ./ /", "COPY *.py ./", "COPY src /app"])
def test_r12_the_work_directory_is_copied_whole_where_the_author_does_that(project, node, copy) -> None:
    text = BASE + SYNC.replace("COPY src /app/src", copy) + FLASK
    wrote = {copy.split()[0] + " " + copy.split()[1]: {"/app/a.py": node(4)}}
    result = project(text, wrote).plan()
    assert "COPY --from=builder /app /app" in runner(result)
    split = project(text, wrote).plan(choices={"layers": "split"})
    lines = runner(split)
    assert lines.index("COPY --from=builder /app/.venv /app/.venv") < lines.index("    /app/a.py \\")
    assert split.predicted == result.predicted


def test_r12_the_environment_has_a_layer_below_what_changes_more_often(project) -> None:
    lines = runner(project(BASE + SYNC + FLASK).plan())
    first = lines.index("COPY --from=builder /app/.venv /app/.venv")
    assert lines[first + 1 :][:4] == [
        "COPY --from=builder \\",
        "    /app/src \\",
        "    /app/uv.lock \\",
        "    /app/",
    ]


def test_r12_paths_outside_the_work_directory_come_along(project, node) -> None:
    text = BASE + SYNC + "RUN ./fetch\nCOPY a.conf /etc/a.conf\n" + FLASK
    wrote = {
        "RUN ./fetch": {"/models/big.bin": node(100), "/usr/local/share/x/y": node(3), "/tmp/z": node(9)},
        "COPY a.conf": {"/etc/a.conf": node(2)},
    }
    lines = runner(project(text, wrote).plan(choices={"layers": "whole"}))
    copies = [line for line in lines if line.startswith("COPY")]
    assert copies == [
        "COPY --from=builder /app /app",
        "COPY --from=builder /etc/a.conf /etc/a.conf",
        "COPY --from=builder /models /models",
        "COPY --from=builder /usr/local/share /usr/local/share",
    ]


def test_r12_names_that_need_quoting_are_quoted(project, node) -> None:
    text = BASE + SYNC + "RUN ./fetch\n" + FLASK
    result = project(text, {"RUN ./fetch": {"/data $x/[a]": node(1)}}).plan()
    assert r'COPY --from=builder ["/data \\$x", "/data \\$x"]' in runner(result)


def test_r12_project_files_can_be_left_out_and_are_named(project, node) -> None:
    made = project(BASE + SYNC + FLASK, {"COPY uv.lock": {"/app/uv.lock": node(40)}})
    decision = next(d for d in made.plan().decisions if d.id == "project-files")
    assert "/app/uv.lock (40 B)" in decision.reason
    keep, leave = decision.alternatives
    assert keep.predicted_bytes - leave.predicted_bytes == 40
    lines = runner(made.plan(choices={"project-files": "leave-out"}))
    assert "COPY --from=builder /app/.venv /app/.venv" in lines
    assert "COPY --from=builder /app/src /app/src" in lines
    assert not any("uv.lock" in line for line in lines)


def test_r12_a_cache_in_the_work_directory_stays_behind(project, node) -> None:
    text = BASE + "ENV UV_CACHE_DIR=/app/.uvcache\n" + SYNC + "RUN ./x\n" + FLASK
    wrote = {"RUN ./x": {"/app/.uvcache/a/b": node(9, owner="venv"), "/app/data": node(1)}}
    copies = [line for line in runner(project(text, wrote).plan()) if line.startswith("COPY")]
    assert "    /app/data \\" in runner(project(text, wrote).plan())
    assert "COPY --from=builder /app/.venv /app/.venv" in copies
    assert not any("uvcache" in line or line.endswith(" /app") for line in copies)


def test_r14_a_sync_without_the_project_is_completed_in_the_build(project) -> None:
    text = BASE + SYNC.replace("--no-dev", "--no-dev --no-install-project") + FLASK
    result = project(text).plan()
    assert "RUN uv sync --frozen --no-dev\n\nFROM" in result.text
    without = project(text.replace('"uv", "run"', '"uv", "run", "--no-sync"')).plan()
    assert result.text.count("uv sync") == 2
    assert without.text.count("uv sync") == 1


def test_r26_inherited_variables_are_kept_or_announced(project) -> None:
    env = ("PATH=/usr/local/bin:/usr/bin", "PYTHON_VERSION=3.13.5", "UV_TOOL_BIN_DIR=/x", "ODD=$a b")
    result = project(BASE + SYNC + FLASK, config={"env": env}).plan()
    assert r'ODD="\$a b"' in result.text
    assert "Env:UV_TOOL_BIN_DIR" in result.allowed.config
    assert "Env:ODD" not in result.allowed.config


def test_r26_onbuild_is_refused(project) -> None:
    assert refused(project(BASE + SYNC + "ONBUILD RUN x\n" + FLASK).plan()) == ("R26", 6)


def test_r27_env_keeps_its_order_and_only_needed_args_come_along(project) -> None:
    text = BASE + "ARG V=3\nARG UNUSED=4\nENV A=$V\nENV OLD some text\n" + SYNC + "RUN echo $UNUSED\n" + FLASK
    lines = runner(project(text).plan())
    assert lines[1:4] == ["ARG V=3", "ENV A=$V", "ENV OLD some text"]
    assert not any("UNUSED" in line for line in lines)


def test_r28_users_are_made_again_with_their_numbers(project, node) -> None:
    text = (
        BASE + "RUN groupadd -r app && useradd -r -g app app && mkdir /data\n" + SYNC + "USER app\n" + FLASK
    )
    wrote = {"RUN groupadd": {"/etc/passwd": node(20), "/data": node(folder=True, uid=999, gid=998)}}
    made = project(text, wrote, users=[User("app", 999, 998, "/home/app")], config={"user": "app"})
    lines = runner(made.plan())
    assert "RUN groupadd -g 998 -r app && useradd -u 999 -r -g app app" in lines
    assert lines.index("USER app") > lines.index("COPY --from=builder /data /data")


def test_r28_a_user_among_other_things_is_refused(project) -> None:
    text = BASE + "RUN useradd app | tee log\n" + SYNC + FLASK
    assert refused(project(text).plan()) == ("R28", 2)


def test_r29_folders_keep_owner_and_mode(project, node) -> None:
    text = BASE + SYNC + "RUN mkdir /data && chown 5:6 /data\n" + FLASK
    wrote = {"RUN mkdir": {"/data": node(folder=True, uid=5, gid=6, mode=0o2770)}}
    lines = runner(project(text, wrote).plan(choices={"layers": "whole"}))
    made = lines.index("RUN install -d -o 5 -g 6 -m 2770 /data")
    assert lines[made + 1 :][:2] == ["COPY --from=builder /app /app", "COPY --from=builder /data /data"]


def test_r32_a_relative_work_directory_is_written_out(project) -> None:
    text = BASE + SYNC + "WORKDIR sub\n" + FLASK
    result = project(text, config={"working_dir": "/app/sub"}).plan()
    assert "WORKDIR /app/sub" in runner(result)


def test_r33_os_packages_are_installed_again(project, node) -> None:
    install = "RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\n"
    wrote = {"RUN apt-get": {"/usr/bin/pq": node(7), "/var/lib/dpkg/status": node(9)}}
    result = project(BASE + install + SYNC + FLASK, wrote).plan()
    assert install in result.text[result.text.rindex("FROM") :]
    assert result.predicted.owners["os-packages"] == (16, 16)
    assert not any("/usr/bin" in line for line in runner(result) if line.startswith("COPY"))


def test_r33_packages_and_a_sync_in_one_run_are_separated(project, node) -> None:
    text = (
        BASE + "WORKDIR /app\nRUN apt-get update && apt-get install -y libpq5 && uv sync --frozen\n" + FLASK
    )
    venv = {"/app/.venv/bin/flask": node(3), "/usr/bin/pq": node(7), "/var/lib/dpkg/status": node(9)}
    lines = runner(project(text, {"RUN apt-get": venv}).plan())
    assert "RUN apt-get update && apt-get install -y libpq5" in lines
    assert [line for line in lines if line.startswith("COPY")] == ["COPY --from=builder /app /app"]


def test_r33_packages_among_other_things_are_divided(project) -> None:
    text = BASE + "RUN apt-get update && apt-get install -y curl && curl x | sh\n" + SYNC + FLASK
    assert "RUN apt-get update && apt-get install -y curl" in runner(project(text).plan())


@pytest.mark.parametrize(
    "run",
    [
        "RUN apt-get update && apt-get install -y ./x.deb",
        "RUN apt-get install -y $(cat list)",
        "RUN xargs apt-get install -y < list",
        "RUN apt-get install -y x || curl y | sh",
        "RUN wget -O /tmp/key https://x && apt-key add /tmp/key && apt-get install -y x",
        "RUN V=$(curl https://x) && apt-get install -y x=$V",
        'SHELL ["/usr/bin/python3", "-c"]\nRUN apt-get install -y x',
    ],
)
def test_r33_packages_that_would_not_be_the_same_are_refused(project, run) -> None:
    line = 2 + run.count("\n")
    assert refused(project(f"{BASE}{run}\n{SYNC}{FLASK}").plan()) == ("R33", line)


@pytest.mark.parametrize(
    "more", ["useradd app && echo app > /etc/sudoers", "chmod 600 /etc/x", "locale-gen C.UTF-8 && ldconfig"]
)
def test_r34_settings_of_the_system_are_repeated_with_the_packages(project, node, more) -> None:
    run = f"RUN apt-get install -y x && {more}"
    result = project(f"{BASE}{run}\n{SYNC}{FLASK}", {"RUN apt-get": {"/etc/x": node(3)}}).plan()
    assert run in runner(result)


def test_r33_sources_and_keys_are_copied_before_the_packages(project, node) -> None:
    text = BASE + "COPY a.list /etc/apt/sources.list.d/\nRUN apt-get install -y x\n" + SYNC + FLASK
    made = project(text, {"COPY a.list": {"/etc/apt/sources.list.d/a.list": node(3)}})
    lines = runner(made.plan())
    assert lines[1:3] == ["COPY a.list /etc/apt/sources.list.d/", "RUN apt-get install -y x"]
    assert not any(line.startswith("COPY --from") and "/etc" in line for line in lines)


def test_r33_a_run_of_packages_is_repeated_with_all_it_writes(project, node) -> None:
    install = "RUN echo x > /etc/apt/y && apt-get install -y z\n"
    result = project(BASE + install + SYNC + FLASK, {"RUN echo": {"/etc/apt/y": node(1)}}).plan()
    assert install in result.text[result.text.rindex("FROM") :]


def test_r40_a_virtual_environment_of_the_host_is_warned_of(project, tmp_path) -> None:
    made = project(BASE + "WORKDIR /app\nRUN uv sync\nCOPY . .\n" + FLASK)
    assert [w.line for w in made.plan(context=tmp_path).warnings if w.rule == "R40"] == [4]
    (tmp_path / ".dockerignore").write_text("*.pyc\n.venv/\n")
    assert not [w for w in made.plan(context=tmp_path).warnings if w.rule == "R40"]


def test_r31_a_volume_is_declared_once_its_files_are_there(project, node) -> None:
    text = BASE + SYNC + "RUN ./fill\nVOLUME /data\n" + FLASK
    lines = runner(project(text, {"RUN ./fill": {"/data/x": node(3)}}).plan())
    assert lines.index("COPY --from=builder /data /data") < lines.index("VOLUME /data")


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/systemd/x.service", "/etc/init.d/x"])
def test_r34_a_run_that_changes_the_system_is_refused(project, node, path) -> None:
    text = BASE + SYNC + "RUN ./setup\n" + FLASK
    assert refused(project(text, {"RUN ./setup": {path: node(3)}}).plan()) == ("R34", 6)


def test_r34_what_a_run_adds_to_the_system_is_copied(project, node) -> None:
    text = BASE + SYNC + "RUN ./setup\n" + FLASK
    wrote = {"/etc/hosts.allow": node(3), "/usr/local/lib/libx.so.1": node(4), "/etc/ld.so.cache": node(2)}
    lines = runner(project(text, {"RUN ./setup": wrote}).plan())
    assert "COPY --from=builder /etc/hosts.allow /etc/hosts.allow" in lines
    assert lines[lines.index("COPY --from=builder /usr/local/lib/libx.so.1 /usr/local/lib/libx.so.1") :][
        1:3
    ] == ["# The loader's cache must know the libraries that were copied.", "RUN ldconfig"]


def test_r34_extension_modules_are_no_libraries_of_the_loaders(project, node) -> None:
    wrote = {"/usr/local/lib/python3.13/extra/x.so": node(4), "/etc/ld.so.cache": node(2)}
    lines = runner(project(BASE + SYNC + "RUN ./setup\n" + FLASK, {"RUN ./setup": wrote}).plan())
    assert "COPY --from=builder /usr/local/lib/python3.13/extra /usr/local/lib/python3.13/extra" in lines
    assert "RUN ldconfig" not in lines


def test_r34_a_folder_of_the_base_keeps_its_new_owner(project, node) -> None:
    text = BASE + SYNC + "RUN ./own\n" + FLASK
    made = project(text, {"RUN ./own": {"/etc": node(folder=True, uid=5)}})
    assert "RUN install -d -o 5 -g 0 -m 0755 /etc" in runner(made.plan())


def test_r34_files_of_the_base_that_were_removed_are_named(project, node) -> None:
    made = project(BASE + SYNC + "RUN rm -f /etc/passwd\n" + FLASK, {"RUN rm": {"/gone": node(1)}})
    files = made.report.files
    entry = files.visible(files.find(b"/etc/passwd"))
    files.entry_death[entry] = len(made.report.layers) - 1
    assert [(w.rule, w.line) for w in made.plan().warnings if "removed 1 file" in w.text] == [("R34", 6)]


def test_r34_an_image_of_another_dockerfile_is_refused(project) -> None:
    made = project(BASE + SYNC + FLASK)
    other = plan(made.text.replace("src", "lib"), made.report, lambda _: None)
    assert refused(other)[0] == "R34"


def test_r44_a_free_name_is_taken_for_the_new_stage(project) -> None:
    text = BASE.replace("\n", " as builder\n") + SYNC + FLASK
    result = project(text).plan()
    assert result.text.startswith(text[: text.index("\n")])
    assert runner(result)[0].endswith(" AS runner")


def test_r48_bytecode_settings_are_not_touched(project) -> None:
    assert "COMPILE_BYTECODE" not in project(BASE + SYNC + FLASK).plan().text


def test_r54_the_work_directory_keeps_its_owner(project, node) -> None:
    text = BASE + "RUN mkdir /app && chown 7:7 /app\n" + SYNC + FLASK
    wrote = {"RUN mkdir": {"/app": node(folder=True, uid=7, gid=7)}}
    assert "RUN install -d -o 7 -g 7 -m 0755 /app" in runner(project(text, wrote).plan())


@pytest.mark.parametrize(
    "text", ["FROM python:3.13-slim\nRUN pip install flask\nCMD flask\n", "FROM debian:12\n"]
)
def test_r59_a_file_without_uv_is_refused(text) -> None:
    assert refused(plan(text, None, lambda _: None))[0] == "R59"


def test_r60_without_the_runners_base_the_size_is_unknown(project) -> None:
    made = project(BASE + SYNC + FLASK)
    result = plan(made.text, made.report, lambda _: None)
    assert result.outcome == "rewritten"
    assert result.predicted is None
    assert any(warning.rule == "R60" for warning in result.warnings)


def test_unknown_choices_and_values_name_the_valid_ones(project) -> None:
    made = project(BASE + SYNC + FLASK)
    with pytest.raises(UsageError, match="project-files"):
        made.plan(choices={"nonsense": "1"})
    with pytest.raises(UsageError, match="keep, leave-out"):
        made.plan(choices={"project-files": "maybe"})


def test_r16_a_build_without_a_lock_is_said_to_be_unsteady(project, tmp_path) -> None:
    made = project(BASE + SYNC + FLASK)
    assert "R16" in {warning.rule for warning in made.plan(context=tmp_path).warnings}
    (tmp_path / "uv.lock").touch()
    assert "R16" not in {warning.rule for warning in made.plan(context=tmp_path).warnings}


def test_r50_a_python_version_that_the_sync_did_not_see_is_named(project, tmp_path) -> None:
    late = "COPY .python-version ./\n"
    made = project(BASE + SYNC + late + FLASK)
    (tmp_path / ".python-version").write_text("3.12\n")
    assert not any(w.rule == "R50" for w in project(BASE + SYNC + FLASK).plan(context=tmp_path).warnings)
    assert any(w.rule == "R50" and "3.12" in w.text for w in made.plan(context=tmp_path).warnings)
    (tmp_path / ".python-version").write_text("3.13.2\n")
    assert not any(w.rule == "R50" for w in made.plan(context=tmp_path).warnings)
