"""Which files package lists are read from, and where links in commands' paths lead (R33, R34)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE

from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.evidence.commands.effects import Effects
from uvdive.rewrite.evidence.commands.list_files import file_read
from uvdive.rewrite.evidence.commands.real_paths import real
from uvdive.rewrite.evidence.files.image_files import Files

READ = {
    "apt-get install $(cat list)": "list",
    "apt-get install $(head -n 3 list)": "list",
    "apt-get install $(tail -5 list.txt)": "list.txt",
    "apt-get install $(sort -u list)": "list",
    "apt-get install $(uniq list)": "list",
    "apt-get install $(tac list)": "list",
    "apt-get install $(nl list)": "list",
    "apt-get install $(paste -s list)": "list",
    "apt-get install $(jq -r .x list)": "list",
    "apt-get install $(yq e .x list)": "list",
    "apt-get install $(cut -d: -f 1 list)": "list",
    "apt-get install $(grep -v '#' list)": "list",
    "apt-get install $(grep -vn '#' list)": "list",
    "apt-get install $(egrep -e '#' list)": "list",
    "apt-get install $(fgrep x list)": "list",
    "apt-get install $(sed -n 's/a/b/p' list)": "list",
    "apt-get install $(awk '{print}' list)": "list",
    "apt-get install $(awk -F : '{print}' list)": "list",
    "apt-get install $(gawk 1 list)": "list",
    "apt-get install $(mawk 1 list)": "list",
    "apt-get install $(< list)": "list",
    "apt-get install $(< 'a list')": "a list",
    "xargs -a list apt-get install": "list",
    "xargs --arg-file=list apt-get install": "list",
    "xargs --arg-file list apt-get install": "list",
    ". ./list": "./list",
    "source list": "list",
}


@pytest.mark.parametrize(("text", "file"), READ.items())
def test_the_file_that_a_list_is_read_from(text: str, file: str) -> None:
    script = read_script(text)
    assert script is not None
    assert file_read(text, script.parts[0]) == file


@pytest.mark.parametrize(
    "text",
    [
        "apt-get install x",
        "apt-get install $(echo x y)",
        "apt-get install linux-headers-$(uname -r)",
        "apt-get install $(cat /etc/packages)",
        "apt-get install $(awk -F= '/ID/ {print $2}' /etc/os-release)",
        "echo a | xargs apt-get install",
        "apt-get install x 2>&1",
        "cat - | xargs apt-get install",
        "grep x | xargs apt-get install",
    ],
)
def test_a_list_without_a_file_of_the_builds(text: str) -> None:
    script = read_script(text)
    assert script is not None
    assert file_read(text, script.parts[0]) is None


def test_paths_through_links_are_found_where_they_lead(project, node) -> None:
    links = {"/var/run": node(link="/run"), "/etc/time": node(link="/usr/zone")}
    made = project(BASE, base_paths={"/run/x": node(1), "/usr/zone": node(1), **links})
    written = Effects((("/var/run/app/a", True), ("/etc/time", False), ("/var/run/*", False)), ("/var/run",))
    found = real(made.report.files, written)
    assert found.names("/run/app/a/b")
    assert found.names("/usr/zone")
    assert found.names("/run/x")
    assert found.may_write("/run/y")
    assert not found.names("/run/app/b")


@pytest.mark.parametrize(("count", "layer"), [(1, 1), (2, 1), (3, 3), (4, 3)])
def test_a_folder_is_the_layers_that_gave_it_its_owner_and_mode(project, node, count, layer) -> None:
    first, second = node(folder=True, uid=5), node(folder=True, uid=6)
    wrote = {
        "RUN mkdir": {"/data": first},
        "RUN touch x": {"/data": first, "/data/x": node(1)},
        "RUN chown": {"/data": second},
        "RUN touch y": {"/data": second, "/data/y": node(1)},
    }
    text = BASE + "".join(f"{run}\n" for run in list(wrote)[:count])
    files = Files(project(text, wrote).report, 1)
    assert files.layer(files.at("/data")) == layer
    if count == len(wrote):
        assert files.layer(files.at("/data/y")) == count
