"""Fuzzers of what people write: Dockerfiles and the files beside them, histories, shell, patterns."""

from __future__ import annotations

from pathlib import Path

from cases import Area, Case
from hypothesis import strategies as st

from uvdive.base.secrets.words import redact
from uvdive.dockerfile.history import match_history
from uvdive.dockerfile.ignore import Ignored
from uvdive.dockerfile.shell.patterns import cut, replaced
from uvdive.dockerfile.shell.tree import read
from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.syntax import parse, render
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.uv.calls import calls_of

HEAD = "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n"


def text_of(data: bytes) -> str:
    """Bytes as a text that files may hold."""
    return data.decode("utf-8", "replace")


def planned(folder: Path) -> RewritePlan:
    """The plan of a folder, by the text alone."""
    return plan_rewrite(folder / "Dockerfile", None, context=folder)


def laid(case: Case, folder: Path, allowed: frozenset[str]) -> None:
    """Write a case's files, those with names of the area."""
    for name, data in case.items():
        if name in allowed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


BESIDE: dict[str, tuple[str, ...]] = {
    "pyproject.toml": (
        "[project]\n",
        'name = "x"\n',
        "[tool.uv]\n",
        "package = false\n",
        "[project.scripts]\n",
        "a = 1\n",
    ),
    "uv.lock": (
        "version = 1\n",
        "[[package]]\n",
        'name = "x"\n',
        'source = { virtual = "." }\n',
        'version = "1"\n',
    ),
    ".dockerignore": ("*\n", "!src\n", "**/*.py\n", ".venv\n", "[a-\n", "/\n", "a/../b\n", "\\\n"),
    "start.sh": (
        "#!/bin/sh\n",
        "set -e\n",
        'exec uv run x "$@"\n',
        "cd /app\n",
        "if true; then\n",
        "fi\n",
        "uv sync\n",
    ),
    "compose.yaml": (
        "services:\n",
        "  a:\n",
        "    build: .\n",
        "    command: uv run x\n",
        "    entrypoint: [uv, run]\n",
    ),
    "Makefile": ("run:\n", "\tdocker run x uv run y\n", "\tuv run x\n", "A := b\n"),
    "Procfile": ("web: uv run x\n", "worker: \n"),
    ".python-version": ("3.13\n", "pypy\n"),
    "app.py": ("import os\n", 'subprocess.run(["uv", "run", "x"])\n', 'os.system("uv sync")\n', "def f(\n"),
}
INSTRUCTIONS = (
    *(
        "FROM a AS b\n",
        "FROM b\n",
        "RUN uv sync\n",
        "RUN uv sync --frozen --no-dev\n",
        "RUN <<E\nuv sync\nE\n",
        "ENV A=$B ",
    ),
    *(
        "${A:-",
        "}",
        '["',
        '"]',
        "\\\n",
        "COPY --from=b / /\n",
        "COPY . .\n",
        "COPY uv.lock pyproject.toml ./\n",
        "ARG A\n",
    ),
    *(
        "# escape=`\n",
        "# syntax=docker/dockerfile:1\n",
        'CMD ["uv", "run", "x"]\n',
        "CMD uv run x\n",
        "'",
        '"',
        "$(",
        ")",
    ),
    *(
        "&&",
        ";",
        "\0",
        "é",
        "\ufeff",
        "--mount=type=cache,target=/root/.cache/uv ",
        "ONBUILD ",
        "HEALTHCHECK CMD x\n",
    ),
    *(
        "ENTRYPOINT []\n",
        'ENTRYPOINT ["./start.sh"]\n',
        "WORKDIR $A/..\n",
        "WORKDIR /app\n",
        "SHELL []\n",
        "USER 1:1\n",
    ),
    *(
        "RUN apt-get update && apt-get install -y gcc\n",
        "RUN pip install uv\n",
        "RUN uv pip install --system x\n",
        " ",
        "\n",
    ),
    *(
        "ENV PATH=/app/.venv/bin:$PATH\n",
        "EXPOSE 80\n",
        "VOLUME /data\n",
        "STOPSIGNAL SIGINT\n",
        "LABEL a=b\n",
        "RUN useradd x\n",
    ),
    *(
        "COPY --chown=x:x --chmod=755 a b\n",
        "ADD https://x/y /\n",
        "RUN uv run python -m compileall .\n",
        "ENV UV_LINK_MODE=copy\n",
    ),
)
FILES = frozenset({"Dockerfile", *BESIDE})


def check_dockerfile(case: Case, folder: Path) -> None:
    """A text is put together again as it was, and planned; what is written plans to nothing more."""
    laid(case, folder, FILES)
    text = text_of(case.get("Dockerfile", b""))
    assert render(parse(text)) == text
    first = planned(folder)
    if first.outcome == "rewritten":
        assert render(parse(first.text)) == first.text
        (folder / "Dockerfile").write_bytes(first.text.encode("utf-8", "surrogateescape"))
        planned(folder)


def _mostly_whole(lines: list[str]) -> bytes:
    return (HEAD + "".join(lines)).encode("utf-8", "replace")


dockerfiles = st.fixed_dictionaries(
    {"Dockerfile": st.lists(st.sampled_from(INSTRUCTIONS), max_size=25).map(_mostly_whole)},
    optional={
        name: st.lists(st.sampled_from(lines), max_size=8).map("".join).map(str.encode)
        for name, lines in BESIDE.items()
    },
)


def check_history(case: Case, _folder: Path) -> None:
    """Any history beside any Dockerfile."""
    lines = text_of(case.get("history", b"")).split("\n")
    text = text_of(case.get("Dockerfile", b""))
    found = match_history(lines, text)
    assert len(found.spans) == len(lines)
    read_stages(parse(text))


histories = st.fixed_dictionaries(
    {
        "Dockerfile": st.lists(st.sampled_from(INSTRUCTIONS), max_size=20).map(_mostly_whole),
        "history": st.lists(
            st.sampled_from(
                (
                    *(
                        "RUN /bin/sh -c uv sync # buildkit",
                        "COPY . . # buildkit",
                        '/bin/sh -c #(nop) CMD ["a"]',
                        "ENV A=b",
                    ),
                    *(
                        "RUN |1 A=b /bin/sh -c uv sync # buildkit",
                        "WORKDIR /app",
                        'CMD ["uv" "run" "x"]',
                        "",
                        "EXPOSE [80]",
                    ),
                    *(
                        "COPY file:0123 in /app/",
                        "/bin/sh -c uv sync",
                        "COPY /uv /bin/ # buildkit",
                        "USER 1:1",
                        "|2 a b",
                    ),
                )
            ),
            max_size=20,
        ).map(lambda lines: "\n".join(lines).encode()),
    }
)

SHELL = (
    *(
        "uv sync",
        "uv run x",
        " && ",
        " || ",
        "; ",
        "\n",
        "| ",
        "(",
        ")",
        "{ ",
        "; }",
        "$(",
        "`",
        "'",
        '"',
        "\\",
        "$A",
        "${A:-b}",
    ),
    *(
        "<<E\n",
        "E\n",
        "if ",
        "; then ",
        "; fi",
        "for i in a b; do ",
        "; done",
        "case $1 in a) ",
        ";; esac",
        "cd /app",
        "A=b ",
    ),
    *(
        "exec ",
        "> /dev/null",
        "2>&1",
        "sh -c ",
        "set -e",
        "--password hunter22",
        "curl -u a:b https://c",
        "&",
        "#",
        "!",
        "[[ ",
        " ]]",
    ),
)


def check_shell(case: Case, _folder: Path) -> None:
    """A script is read or not; what is redacted once has no more to hide."""
    text = text_of(case.get("script", b""))
    read(text)
    calls_of(text)
    hidden = redact(text)
    assert redact(hidden) == hidden


def check_patterns(case: Case, _folder: Path) -> None:
    """BuildKit's patterns cut ends off, and an ignore file's say yes or no."""
    value, pattern, ignore, path = (
        text_of(case.get(name, b"")) for name in ("value", "pattern", "ignore", "path")
    )
    for operator in ("#", "##", "%", "%%"):
        found = cut(value, operator, pattern)
        assert value.endswith(found) if operator[0] == "#" else value.startswith(found)
    assert replaced(value, "//", "", "x") == value
    replaced(value, "//", pattern, "x")
    assert isinstance(path in Ignored.read(ignore), bool)


def some(pieces: tuple[str, ...], most: int) -> st.SearchStrategy[bytes]:
    """Pieces one after the other, with a little of anything between."""
    one = st.sampled_from(pieces) | st.sampled_from(pieces) | st.text(max_size=3)
    return st.lists(one, max_size=most).map("".join).map(lambda text: text.encode("utf-8", "replace"))


def words(*tables: tuple[str, ...]) -> tuple[bytes, ...]:
    """Pieces as bytes."""
    return tuple(piece.encode() for table in tables for piece in table)


WILD = st.text("ab*?\\", max_size=10).map(str.encode)
patterns = st.fixed_dictionaries(
    {
        "value": st.text("ab", max_size=16).map(str.encode),
        "pattern": WILD,
        "ignore": some(("a", "b", "*", "**", "/", "?", "!", ".", "[a-", "]", "\n", "#", "\\"), 20),
        "path": st.text("ab/.", max_size=20).map(str.encode),
    }
)


AREAS = (
    Area("dockerfile", dockerfiles, check_dockerfile, words(INSTRUCTIONS, *BESIDE.values())),
    Area("history", histories, check_history, words(INSTRUCTIONS)),
    Area("shell", some(SHELL, 30).map(lambda data: {"script": data}), check_shell, words(SHELL)),
    Area("patterns", patterns, check_patterns, (b"*", b"**", b"?", b"\\", b"[", b"]", b"!", b"/")),
)
