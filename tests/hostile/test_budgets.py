"""Each budget: what just fits is read, and one more is told with the number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_images.odd_tars import BLOCK, extended, header

from uvdive.base import toml
from uvdive.base.errors import ImageError, UvdiveError
from uvdive.compose.recipe import read_recipe
from uvdive.compose.variables import LONGEST, Variables
from uvdive.compose.yaml_nodes import NotYamlError, read_yaml
from uvdive.dockerfile.text.syntax import parse
from uvdive.image.budget import MAX_PATH, Budget
from uvdive.image.stream import ChunkStream
from uvdive.image.tar.index import index_tar
from uvdive.uv.lock import read_lock

PACKED = 4_000_000


def tar_of_name(length: int) -> None:
    name = b"/".join([b"a" * 99] * 50)[: length - 1] + b"x"
    index_tar(ChunkStream([extended(b"L", name + b"\0") + header(b"a") + bytes(2 * BLOCK)]), digests=False)


TEXTS: dict[str, tuple[Callable[[int], object], int, str]] = {
    "instructions": (lambda count: parse("FROM a\n" + "USER b\n" * (count - 1)), 2000, "2000"),
    "variables": (lambda count: parse("FROM a\n" + "ENV " + "A=b " * count), 2000, "2000"),
    "a name in a tar": (tar_of_name, MAX_PATH, "a name of 4097 bytes"),
    "nodes of an image": (lambda count: Budget(PACKED).take_nodes(count), 500_000 + PACKED // 8, "1000000"),
    "kept contents": (lambda size: Budget(PACKED).take_kept(size), (256 << 20) + PACKED // 64, "268497956"),
    "names of an image": (lambda size: Budget(PACKED).take_names(size), (64 << 20) + PACKED * 8, "99108864"),
    "a variable's value": (lambda size: Variables({"A": "x" * size}).expand("$A", "here"), LONGEST, "64 KiB"),
    "a key in TOML": (lambda parts: toml.loads(".".join("a" * parts) + " = 1"), 32, "32 parts"),
    "levels in YAML": (lambda depth: read_yaml("[" * depth + "]" * depth), 100, "100 levels"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_just_fits_is_read_and_one_more_is_told(name: str) -> None:
    read, most, says = TEXTS[name]
    read(most)
    with pytest.raises((UvdiveError, toml.TomlError, NotYamlError, ImageError)) as error:
        read(most + 1)
    told = error.value.what if isinstance(error.value, UvdiveError) else str(error.value)
    assert says in told


def test_versions_of_one_package() -> None:
    def lock(count: int) -> object:
        return read_lock(
            "version = 1\n" + "".join(f'[[package]]\nname="a"\nversion="{n}"\n' for n in range(count))
        )

    assert lock(200) is not None
    assert lock(201) is None


def test_options_of_a_build(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")

    def recipe(count: int) -> int:
        arguments = ", ".join(f"A{number}: b" for number in range(count))
        path = tmp_path / "compose.yaml"
        path.write_text(f"services:\n  a:\n    build: {{context: ., args: {{{arguments}}}}}\n")
        return len(read_recipe(path, "a", {}).args)

    assert recipe(1000) == 2000
    with pytest.raises(UvdiveError, match="2000 options"):
        recipe(1001)


def test_services_that_extend_each_other(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")

    def name_of(count: int) -> str:
        chain = "".join(f"  a{number}: {{extends: a{number + 1}}}\n" for number in range(count))
        path = tmp_path / "compose.yaml"
        path.write_text(f"services:\n{chain}  a{count}: {{build: .}}\n")
        return read_recipe(path, "a0", {}).name

    assert name_of(10) == "a0"
    with pytest.raises(UvdiveError, match="more than 10 others"):
        name_of(11)
