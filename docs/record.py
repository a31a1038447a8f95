"""Record the JSON examples of ``docs/json.md``: ``uv run python docs/record.py``.

Builds ``examples/flask`` and its rewrite with the engine, asks uvdive for its kinds of
JSON, cuts long lists and texts, and writes what is left to ``docs/examples``. The two images
are removed again; ``uvdive clean`` lists the one that uvdive built itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
ROOT = DOCS.parent
CONTEXT = ROOT / "examples" / "flask"
BEFORE, AFTER = "uvdive-docs-example:before", "uvdive-docs-example:after"
ROWS, LETTERS = 2, 240
"""So many entries are left of a list, and so many characters of a text."""


def cut(value: Any) -> Any:
    """The value with only the first entries of each list, and the beginning of each text."""
    if isinstance(value, dict):
        return {key: cut(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [cut(inner) for inner in value[:ROWS]]
    if isinstance(value, str) and len(value) > LETTERS:
        return f"{value[:LETTERS]}…"
    return value


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return done.stdout.decode()


def asked(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(sys.executable, "-m", "uvdive", *arguments, "--json"))
    return answer


RULES = """\
[check]
max-size = "100 MB"
max-growth = "5 %"
rewrite = "smaller than 5 %"

[check.owners]
uv = "0 B"
"""


def checked(rules: Path, dockerfile: str) -> dict[str, Any]:
    """The check of the image before against rules that it breaks; the command fails."""
    rules.write_text(RULES)
    command = ["check", BEFORE, "--config", str(rules), "--dockerfile", dockerfile, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "uvdive", *command], cwd=ROOT, stdout=subprocess.PIPE, check=False
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return {**answer, "rules_file": rules.name}


def logged(folder: Path) -> dict[str, Any]:
    """The image after as the report that follows the image before."""
    files = [folder / "1.uvdive", folder / "2.uvdive"]
    for image, file in zip((BEFORE, AFTER), files, strict=True):
        run(sys.executable, "-m", "uvdive", image, "--save", str(file))
    answer = asked("log", *map(str, files), "--order", "given")
    for each in answer["images"][0]["reports"]:
        each["file"] = Path(each["file"]).name
    return answer


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run("docker", "build", "-q", "-t", BEFORE, str(CONTEXT))
        dockerfile = str(CONTEXT.relative_to(ROOT) / "Dockerfile")
        rewrite = asked("rewrite", dockerfile, "--image", BEFORE, "--start")
        new = Path(folder) / "Dockerfile"
        new.write_text(rewrite["text"])
        run("docker", "build", "-q", "-t", AFTER, "-f", str(new), str(CONTEXT))
        report, comparison = asked(BEFORE), asked("compare", BEFORE, AFTER)
        packages = asked("packages", BEFORE)
        doctor = asked("doctor")
        what_if = asked("what-if", BEFORE, "--without", "flask")
        check = checked(Path(folder) / "uvdive.toml", dockerfile)
        log = logged(Path(folder))
        shared = asked("report", BEFORE, AFTER, "--shared")
    run("docker", "image", "rm", BEFORE, AFTER)
    examples = {
        "report": report,
        "rewrite": rewrite,
        "comparison": comparison,
        "packages": packages,
        "what-if": what_if,
        "check": check,
        "log": log,
        "doctor": doctor,
        "shared": shared,
    }
    for name, example in examples.items():
        path = DOCS / "examples" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(cut(example), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
