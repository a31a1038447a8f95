"""Whole outputs, written out as people read them: order, columns, cuts, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.samples import sample_report

from uvdive.ledger.report import Finding, ImageReport, Waste
from uvdive.output.as_markdown.report import comparison_markdown, report_markdown
from uvdive.output.as_text.comparison import comparison_text
from uvdive.output.as_text.report import report_text
from uvdive.verify.checks import Comparison, ConfigDelta, OwnerDelta, PackageDelta, PathDelta


def report(waste: int = 21) -> ImageReport:
    sample = sample_report()
    findings = (
        Finding("small", "low", "Small thing", 0, None, (), "Do less."),
        *sample.findings,
        Finding("big", "high", "Big thing", 2_000_000, 12, (), "Do it."),
    )
    rows = (
        Waste(b"/data/%02d.bin" % n, 1000 + 100 * (n // 10), "deleted", "app", 1, 2, None if n % 2 else 9)
        for n in range(waste)
    )
    totals = replace(sample.totals, duplicate_bytes=1500, compressed_bytes=30_000)
    return replace(sample, waste=tuple(rows), totals=totals, findings=findings)


def comparison(paths: int = 23, packages: int = 2) -> Comparison:
    return Comparison(
        before={},
        after={},
        before_bytes=10_000,
        after_bytes=4000,
        verdict="Saved 6.0 kB (60.0 %)",
        owners=(
            OwnerDelta("uv", 6000, 0),
            OwnerDelta("venv", 0, 500),
            OwnerDelta("app", 4000, 3500),
            OwnerDelta("caches", 0, 0),
        ),
        packages=(
            PackageDelta("/v", "same", "1", "1", 5, 5),
            PackageDelta("/v", "grown", "1", "1", 5, 9),
            PackageDelta("/v", "renamed", "1", "1.1", 7, 7),
            *(PackageDelta("/v", f"gone{n}", "1", None, 700 - n, None) for n in range(packages)),
        ),
        os_packages=(PackageDelta("", "gcc", "14", None, 9000, None),),
        paths=(
            *(PathDelta(b"/f%02d" % n, "removed", n * 10, None) for n in range(paths - 2)),
            PathDelta(b"/new", "added", None, 1000),
            PathDelta(b"/other", "changed", 1000, 10),
        ),
        config=(ConfigDelta("Cmd", ["a"], None), ConfigDelta("User", "root", "app")),
        unread=1,
    )


REPORT = """\
sample:1  linux/amd64  from docker
71.6 kB in 7 files: 70.6 kB visible, 1.0 kB hidden (1.4 % wasted)
10.0 kB of it from the base debian:trixie-slim (known by: history)
1.5 kB are there more than once, in visible files
30.0 kB compressed, as a registry stores it
docker inspect says 71.6 kB: the same

Owners        size          hidden
  uv       40.0 kB  55.9 %          #################
  venv     20.0 kB  27.9 %          ########
  base-os  10.0 kB  14.0 %          ####
  app       1.6 kB   2.2 %  1.0 kB  #

Layers     size  hidden          instruction
  0     10.0 kB          base    debian
  1     61.0 kB  1.0 kB  line 3  RUN uv sync --extra \\x1b[31mred[/]
  2       600 B          line 6  COPY server.py /app/

Findings (uvdive --explain ID says more)
      2.0 MB Big thing (line 12)
              Do it. [big]
     40.0 kB uv is left in the image (line 3)
              Build in one stage and run in another. [uv-in-image]
              Small thing
              Do less. [small]

   Waste  cause    layers          path (the largest 10 of 21)
  1.2 kB  deleted  1 -> 2  line 9  /data/20.bin
  1.1 kB  deleted  1 -> 2  line 9  /data/10.bin
  1.1 kB  deleted  1 -> 2          /data/11.bin
  1.1 kB  deleted  1 -> 2  line 9  /data/12.bin
  1.1 kB  deleted  1 -> 2          /data/13.bin
  1.1 kB  deleted  1 -> 2  line 9  /data/14.bin
  1.1 kB  deleted  1 -> 2          /data/15.bin
  1.1 kB  deleted  1 -> 2  line 9  /data/16.bin
  1.1 kB  deleted  1 -> 2          /data/17.bin
  1.1 kB  deleted  1 -> 2  line 9  /data/18.bin

Note: the base was guessed
"""
MARKDOWN = """\
## `sample:1`

**71.6 kB** in 7 files, 1.0 kB of it wasted (1.4 %).
docker inspect says 71.6 kB: the same.

| owner | size | share | hidden |
| --- | ---: | ---: | ---: |
| uv | 40.0 kB | 55.9 % | 0 B |
| venv | 20.0 kB | 27.9 % | 0 B |
| base-os | 10.0 kB | 14.0 % | 0 B |
| app | 1.6 kB | 2.2 % | 1.0 kB |

| layer | size | hidden | from | instruction |
| ---: | ---: | ---: | --- | --- |
| 0 | 10.0 kB | 0 B | base | `debian` |
| 1 | 61.0 kB | 1.0 kB | line 3 | `RUN uv sync --extra \\x1b[31mred[/]` |
| 2 | 600 B | 0 B | line 6 | `COPY server.py /app/` |

- **Big thing** (2.0 MB, `big`): Do it.
- **uv is left in the image** (40.0 kB, `uv-in-image`): Build in one stage and run in another.
- **Small thing** (`small`): Do less.

/app/.venv: 1 package, 20.0 kB, Python 3.13.5; with it: what would go if nobody asked for it:

| own | with it | package | asked for by |
| ---: | ---: | --- | --- |
| 20.0 kB | 20.0 kB | flask 3.1.0 |  |

| wasted | cause | path |
| ---: | --- | --- |
| 1.2 kB | deleted | `/data/20.bin` |
| 1.1 kB | deleted | `/data/10.bin` |
| 1.1 kB | deleted | `/data/11.bin` |
| 1.1 kB | deleted | `/data/12.bin` |
| 1.1 kB | deleted | `/data/13.bin` |
| 1.1 kB | deleted | `/data/14.bin` |
| 1.1 kB | deleted | `/data/15.bin` |
| 1.1 kB | deleted | `/data/16.bin` |
| 1.1 kB | deleted | `/data/17.bin` |
| 1.1 kB | deleted | `/data/18.bin` |
| 1.1 kB | deleted | `/data/19.bin` |
| 1.0 kB | deleted | `/data/00.bin` |
| 1.0 kB | deleted | `/data/01.bin` |
| 1.0 kB | deleted | `/data/02.bin` |
| 1.0 kB | deleted | `/data/03.bin` |
| 1.0 kB | deleted | `/data/04.bin` |
| 1.0 kB | deleted | `/data/05.bin` |
| 1.0 kB | deleted | `/data/06.bin` |
| 1.0 kB | deleted | `/data/07.bin` |
| 1.0 kB | deleted | `/data/08.bin` |

Note: the base was guessed
"""
COMPARISON = """\
Saved 6.0 kB (60.0 %)

Owners    before   after   change
  uv      6.0 kB     0 B  -6.0 kB  #################### |
  venv       0 B   500 B   +500 B                       | ##
  app     4.0 kB  3.5 kB   -500 B  #############        | ############
  total  10.0 kB  4.0 kB  -6.0 kB

Python packages  before  after  change
  gone0          1       -      -700 B
  gone1          1       -      -699 B
  grown          1       1        +4 B
  renamed        1       1.1       0 B

OS packages  before  after   change
  gcc        14      -      -9.0 kB

    Paths
  +1.0 kB  added    /new
   -990 B  changed  /other
   -200 B  removed  /f20
   -190 B  removed  /f19
   -180 B  removed  /f18
   -170 B  removed  /f17
   -160 B  removed  /f16
   -150 B  removed  /f15
   -140 B  removed  /f14
   -130 B  removed  /f13
   -120 B  removed  /f12
   -110 B  removed  /f11
   -100 B  removed  /f10
    -90 B  removed  /f09
    -80 B  removed  /f08
    -70 B  removed  /f07
    -60 B  removed  /f06
    -50 B  removed  /f05
    -40 B  removed  /f04
    -30 B  removed  /f03
  and 3 more (--json has all)

Config
  Cmd
    - ['a']
    + None
  User
    - root
    + app

The contents of 1 file of equal size could not be compared.
"""
COMPARISON_MARKDOWN = """\
Saved 6.0 kB \\(60.0 %\\)

| owner | before | after | change |
| --- | ---: | ---: | ---: |
| uv | 6.0 kB | 0 B | -6.0 kB |
| venv | 0 B | 500 B | +500 B |
| app | 4.0 kB | 3.5 kB | -500 B |
| **total** | 10.0 kB | 4.0 kB | **-6.0 kB** |

| package | before | after | change |
| --- | --- | --- | ---: |
| gone0 | 1 | - | -700 B |
| gone1 | 1 | - | -699 B |
| grown | 1 | 1 | +4 B |
| renamed | 1 | 1.1 | 0 B |

| OS package | before | after | change |
| --- | --- | --- | ---: |
| gcc | 14 | - | -9.0 kB |

| change |  | path |
| ---: | --- | --- |
| +1.0 kB | added | `/new` |
| -990 B | changed | `/other` |
| -200 B | removed | `/f20` |
| -190 B | removed | `/f19` |
| -180 B | removed | `/f18` |
| -170 B | removed | `/f17` |
| -160 B | removed | `/f16` |
| -150 B | removed | `/f15` |
| -140 B | removed | `/f14` |
| -130 B | removed | `/f13` |
| -120 B | removed | `/f12` |
| -110 B | removed | `/f11` |
| -100 B | removed | `/f10` |
| -90 B | removed | `/f09` |
| -80 B | removed | `/f08` |
| -70 B | removed | `/f07` |
| -60 B | removed | `/f06` |
| -50 B | removed | `/f05` |
| -40 B | removed | `/f04` |
| -30 B | removed | `/f03` |

| config | before | after |
| --- | --- | --- |
| `Cmd` | `['a']` | `None` |
| `User` | `root` | `app` |

The contents of 1 file of equal size could not be compared.
"""


def test_a_report_as_text() -> None:
    assert report_text(report()) == REPORT


def test_a_report_as_markdown() -> None:
    assert report_markdown(report()) == MARKDOWN


def test_a_comparison_as_text() -> None:
    assert comparison_text(comparison()) == COMPARISON


def test_a_comparison_as_markdown() -> None:
    assert comparison_markdown(comparison()) == COMPARISON_MARKDOWN


@pytest.mark.parametrize(("there", "shown"), [(1, 1), (9, 9), (10, 10), (11, 10)])
def test_the_text_names_the_ten_largest_of_the_waste(there: int, shown: int) -> None:
    text = report_text(report(there))
    assert f"path (the largest {shown} of {there})" in text
    assert text.count("deleted  1 -> 2") == shown


def test_without_waste_there_is_no_table_of_it() -> None:
    assert "Waste" not in report_text(report(0))
    assert "wasted | cause" not in report_markdown(report(0))


@pytest.mark.parametrize(("there", "shown"), [(19, 19), (20, 20), (21, 20)])
def test_markdown_names_the_twenty_largest(there: int, shown: int) -> None:
    assert report_markdown(report(there)).count("| deleted |") == shown
    text = comparison_markdown(comparison(there, there - 2))
    assert text.count("| removed | `/f") == min(there - 2, shown - 2)
    assert text.count("| gone") + text.count("| grown") + text.count("| renamed") == shown


@pytest.mark.parametrize(("there", "more"), [(20, None), (21, 1), (30, 10)])
def test_the_text_of_a_comparison_says_how_many_more_there_are(there: int, more: int | None) -> None:
    text = comparison_text(comparison(there, there - 2))
    assert text.count("  removed  /f") == 18
    assert text.count("  gone") == 20 - (0 if there > 21 else 2 if there == 20 else 1)
    assert text.count(" more (--json has all)") == (0 if more is None else 2)
    assert more is None or text.count(f"  and {more} more (--json has all)") == 2


def test_what_does_not_differ_is_left_out() -> None:
    same = replace(comparison(), packages=(), os_packages=(), paths=(), config=(), unread=0)
    assert comparison_text(same) == COMPARISON.partition("\n\nPython packages")[0] + "\n"
    assert comparison_markdown(same) == COMPARISON_MARKDOWN.partition("\n\n| package")[0] + "\n"


@pytest.mark.parametrize("width", [60, 70, 74, 75, 100, 140])
def test_long_paths_and_instructions_are_cut_to_the_width(width: int) -> None:
    long = replace(report(1), waste=(replace(report(1).waste[0], path=b"/" + b"x" * 200),))
    layers = tuple(replace(layer, instruction="RUN " + "y" * 200) for layer in long.layers)
    text = report_text(replace(long, layers=layers, findings=()), width=width)
    path, run = (max(line.count(letter) for line in text.splitlines()) for letter in "xy")
    assert path == max(width - 44, 30) - len("/...")
    assert run == max(width - 40, 30) - len("RUN ...")
    deltas = (PathDelta(b"/" + b"x" * 200, "added", None, 5),)
    told = replace(comparison(), paths=deltas, config=(ConfigDelta("Cmd", "y" * 200, "z" * 200),))
    text = comparison_text(told, width=width)
    path, old, new = (max(line.count(letter) for line in text.splitlines()) for letter in "xyz")
    assert path == max(width - 24, 30) - len("/...")
    assert old == new == width - 6 - len("...")


def test_an_unknown_base_and_a_layer_without_a_place() -> None:
    sample = report(0)
    base = replace(sample.image.base, name=None)
    layers = (sample.layers[0], replace(sample.layers[1], line=None, instruction=""), sample.layers[2])
    text = report_text(replace(sample, image=replace(sample.image, base=base), layers=layers))
    assert "10.0 kB of it from the base unknown (known by: history)" in text
    assert "  1     61.0 kB  1.0 kB          RUN uv sync" in text, "as the history has it"
    without = replace(sample.image, base=None, inspect_size=None)
    totals = replace(sample.totals, duplicate_bytes=None, compressed_bytes=None)
    head = report_text(replace(sample, image=without, totals=totals)).partition("\n\n")[0]
    assert len(head.splitlines()) == 2


def test_an_owner_without_bytes_is_shown_where_it_has_files() -> None:
    sample = report(0)
    owners = tuple(replace(item, files=1) if item.owner == "caches" else item for item in sample.owners)
    assert "\n  caches   " in report_text(replace(sample, owners=owners))
    assert "\n| caches | 0 B |" in report_markdown(replace(sample, owners=owners))
