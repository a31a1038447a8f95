"""Which paths go over, in which layers, with which owner (R12, R29, R31, R34, R54)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, refused, runner

from uvdive.rewrite.planner import plan


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


def test_r29_folders_keep_owner_and_mode(project, node) -> None:
    text = BASE + SYNC + "RUN mkdir /data && chown 5:6 /data\n" + FLASK
    wrote = {"RUN mkdir": {"/data": node(folder=True, uid=5, gid=6, mode=0o2770)}}
    lines = runner(project(text, wrote).plan(choices={"layers": "whole"}))
    made = lines.index("RUN install -d -o 5 -g 6 -m 2770 /data")
    assert lines[made + 1 :][:2] == ["WORKDIR /app", "COPY --from=builder /app /app"]


def test_r31_a_volume_is_declared_once_its_files_are_there(project, node) -> None:
    text = BASE + SYNC + "RUN ./fill\nVOLUME /data\n" + FLASK
    lines = runner(project(text, {"RUN ./fill": {"/data/x": node(3)}}).plan())
    assert lines.index("COPY --from=builder /data /data") < lines.index("VOLUME /data")


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
    assert "RUN install -d -o 5 -g 0 /etc" in runner(made.plan())


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


def test_r54_the_work_directory_keeps_its_owner(project, node) -> None:
    text = BASE + "RUN mkdir /app && chown 7:7 /app\n" + SYNC + FLASK
    wrote = {"RUN mkdir": {"/app": node(folder=True, uid=7, gid=7)}}
    assert "RUN install -d -o 7 -g 7 /app" in runner(project(text, wrote).plan())
