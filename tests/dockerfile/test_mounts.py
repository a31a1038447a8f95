"""``RUN --mount`` as BuildKit reads it (frontend/dockerfile/instructions/commands_runmount.go)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.mounts import Mount, mounts_of
from uvdive.dockerfile.text.syntax import parse


def read(flags: str) -> tuple[Mount, ...]:
    (_, run) = parse(f"FROM a\nRUN {flags} uv sync\n").instructions
    return mounts_of(run)


@pytest.mark.parametrize(
    ("flag", "kind", "target", "source", "image"),
    [
        ("--mount=type=cache,target=/c", "cache", "/c", ".", None),
        ("--mount=target=/c", "bind", "/c", ".", None),
        ("--mount=source=a,dst=/c", "bind", "/c", "a", None),
        ("--mount=from=uv,src=/uv,destination=/bin/uv", "bind", "/bin/uv", "/uv", "uv"),
        ('--mount="type=cache,target=/c"', "cache", "/c", ".", None),
        ('--mount=type=cache,target="/c"', "cache", "/c", ".", None),
        ("--mount=Type=cache,TARGET=/c,rw", "cache", "/c", ".", None),
        ("--mount=type=cache,target=/a,dst=/b", "cache", "/b", ".", None),
        ("--mount=type=secret,id=x", "secret", "", ".", None),
    ],
)
def test_a_mount(flag: str, kind: str, target: str, source: str, image: str | None) -> None:
    (mount,) = read(flag)
    assert (mount.kind, mount.target, mount.source, mount.image) == (kind, target, source, image)


def test_all_of_them_in_their_order_and_nothing_else() -> None:
    assert [mount.target for mount in read("--mount=target=/a --network=none --mount=target=/b")] == [
        "/a",
        "/b",
    ]
    assert read("") == ()


def test_variables_stay_until_their_values_are_given() -> None:
    (mount,) = read("--mount=type=cache,target=$A/${B:-b}")
    assert mount.target == "$A/${B:-b}"
    known = mount.expanded({"A": "/a"}.get)
    assert known is not None
    assert known.target == "/a/b"
    assert mount.expanded({}.get) is None


def test_an_option_without_a_value() -> None:
    (mount,) = read("--mount=target=/a,ro,required")
    assert {"readonly", "required"} <= mount.options.keys()
