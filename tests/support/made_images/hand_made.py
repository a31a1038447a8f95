"""Images as a Dockerfile would build them, put together file by file, with BuildKit's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from made_images import layers as make
from uvdive.base.progress import ignore
from uvdive.dockerfile.stages import lineage, read_stages
from uvdive.dockerfile.text.syntax import Instruction, parse
from uvdive.image.reference import Target
from uvdive.ledger.report import Finding, ImageReport
from uvdive.session.opening.reading import read_image

Files = list[make.Entry]
PYTHON = "/usr/local/bin/python3.13"
PATH = "/usr/local/bin:/usr/bin:/bin"
BASE: Files = [
    make.file("etc/os-release", b'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'),
    make.file("etc/passwd", b"root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/srv/app:/bin/sh\n"),
    make.file("var/lib/dpkg/status", b"Package: libc6\nStatus: install ok installed\nVersion: 2.41\n\n"),
    make.file("var/lib/dpkg/info/libc6:amd64.list", b"/.\n/usr/lib/libc.so.6\n"),
    make.file("usr/lib/libc.so.6", bytes(1000)),
    make.file("bin/sh", bytes(100), 0o755),
    make.file("usr/bin/env", bytes(100), 0o755),
    make.file("usr/local/lib/python3.13/os.py", bytes(10)),
    make.file("usr/local/bin/python3.13", bytes(30), 0o755),
    make.symlink("usr/local/bin/python3", "python3.13"),
]


def image(
    tmp_path: Path,
    dockerfile: str,
    *layers: Files,
    config: Mapping[str, object] | None = None,
    known: bool = True,
    base: Files = BASE,
) -> ImageReport:
    """Read an image whose Dockerfile made these layers: one for each RUN, COPY and ADD of its last stage.

    ``known`` says whether the Dockerfile is at hand. ENV, USER, CMD and the like have
    to be given in ``config`` too, as the builder would have set them.
    """
    text = dockerfile.strip() + "\n"
    stages = read_stages(parse(text))
    own = [i for stage in lineage(stages, stages[-1]) for i in stage.instructions]
    wanted = sum(_makes_layer(instruction) for instruction in own)
    assert wanted == len(layers), f"{wanted} instructions write layers"
    history = [{"created_by": 'CMD ["bash"]'}, *map(_history, own)]
    path = make.archive(
        tmp_path / "image.tar",
        [make.layer(*entries) for entries in (base, *layers)],
        commands=history,
        config={"Env": [f"PATH={PATH}"], **(config or {})},
    )
    file = tmp_path / "Dockerfile"
    file.write_text(text)
    report = read(path, file if known else None)
    if known:
        assert report.dockerfile is not None
        assert report.dockerfile.matches, "the history does not fit the Dockerfile"
    return report


def read(archive: Path, dockerfile: Path | None = None) -> ImageReport:
    """The report of an archive."""
    return read_image(Target("docker-archive", str(archive)), dockerfile, on_event=ignore)[0]


def _makes_layer(instruction: Instruction) -> bool:
    return instruction.keyword in ("RUN", "COPY", "ADD")


def _history(instruction: Instruction) -> dict[str, object]:
    if instruction.keyword == "RUN":
        return {"created_by": f"RUN /bin/sh -c {instruction.arguments} # buildkit"}
    if _makes_layer(instruction):
        return {"created_by": f"{instruction.keyword} {instruction.arguments} # buildkit"}
    return {"created_by": f"{instruction.keyword} {instruction.value}", "empty_layer": True}


def package(site: str, name: str, files: Mapping[str, int], version: str = "1.0") -> Files:
    """A distribution in a ``site-packages``: its files with their sizes, and a RECORD that names them."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    return [
        *(make.file(f"{site}/{path}", make.content(size, path)) for path, size in files.items()),
        make.file(f"{site}/{info}/RECORD", record.encode()),
    ]


def venv(
    path: str, *packages: tuple[str, Mapping[str, int]], python: str = PYTHON, settings: str = ""
) -> Files:
    """A virtual environment below ``path`` (without a slash in front) with these packages."""
    home = python.rpartition("/")[0]
    site = f"{path}/lib/python3.13/site-packages"
    return [
        make.file(
            f"{path}/pyvenv.cfg", f"home = {home}\nuv = 0.13.9\nversion_info = 3.13\n{settings}".encode()
        ),
        make.symlink(f"{path}/bin/python", python),
        *(entry for name, files in packages for entry in package(site, name, files)),
    ]


def script(path: str, interpreter: str) -> make.Entry:
    """A console script with its ``#!`` line."""
    return make.file(path, f"#!{interpreter}\nprint(1)\n".encode(), 0o755)


def ids(report: ImageReport) -> set[str]:
    return {finding.id for finding in report.findings}


def found(report: ImageReport, name: str) -> Finding:
    """The one finding with this id."""
    matching = [finding for finding in report.findings if finding.id == name]
    assert len(matching) == 1, f"{name}: {[finding.id for finding in report.findings]}"
    return matching[0]


def first_line(dockerfile: str, start: str) -> int:
    """The line of the Dockerfile (as ``image`` writes it) that starts with a text."""
    lines: Sequence[str] = dockerfile.strip().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))
