from __future__ import annotations

import pytest

from uvdive.base.errors import UsageError
from uvdive.build.arguments import BuildArguments, split_arguments


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["."], BuildArguments(".")),
        (["-f", "a/Dockerfile", "-t", "x:1", "."], BuildArguments(".", "a/Dockerfile", ("x:1",))),
        (["--file=D", "--tag", "x", "-ty", "dir"], BuildArguments("dir", "D", ("x", "y"))),
        (["-f=D", "."], BuildArguments(".", "D")),
        (["-f", "-", "."], BuildArguments(".", "-")),
        # The values of options that uvdive does not read are no contexts.
        (
            [".", "--build-arg", "A=1", "--secret=id=x", "--no-cache", "--platform", "linux/arm64"],
            BuildArguments(
                ".", rest=("--build-arg", "A=1", "--secret=id=x", "--no-cache", "--platform", "linux/arm64")
            ),
        ),
        (["--target", "run", "."], BuildArguments(".", target="run", rest=("--target", "run"))),
        (["--target=run", "."], BuildArguments(".", target="run", rest=("--target=run",))),
        (["-m", "512m", "-c2", "-D", "."], BuildArguments(".", rest=("-m", "512m", "-c", "2", "-D"))),
        (["--pull=false", "."], BuildArguments(".", rest=("--pull=false",))),
        (["--brand-new=1", "."], BuildArguments(".", rest=("--brand-new=1",))),
        (["--no-cache", "--", "-odd-name"], BuildArguments("-odd-name", rest=("--no-cache",))),
    ],
)
def test_arguments_are_split(args: list[str], expected: BuildArguments) -> None:
    assert split_arguments(args) == expected


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "one context; given: none"),
        (["a", "b"], "a, b"),
        (["https://github.com/a/b.git"], "folders of this machine"),
        (["git@github.com:a/b.git"], "folders of this machine"),
        (["-f", "https://x/Dockerfile", "."], "folders of this machine"),
        (["-"], "not on standard input"),
        (["--progress=plain", "."], "--progress"),
        (["-q", "."], "-q"),
        (["--push", "."], "docker push"),
        (["-o", "type=local,dest=x", "."], "-o"),
        (["--output=x", "."], "--output"),
        (["--check", "."], "--check"),
        (["--brand-new", "1", "."], "--brand-new=VALUE"),
        (["-xyz", "."], "-xyz"),
        ([".", "--tag"], "--tag needs a value"),
    ],
)
def test_what_cannot_work_is_said(args: list[str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        split_arguments(args)
    assert words in str(caught.value)
