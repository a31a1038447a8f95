"""Print the golden cases as a table: the truth, uvdive's answer, dive's answer.

uv run python tests/bench/golden.py             print it
uv run python tests/bench/golden.py --write     and put it into docs/measurements.md
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import table
from made_images import layers as make
from made_images.golden import BASE, CASES, TITLES
from made_images.layers import MB

from uvdive.session.opening.images import load_image

Answer = tuple[float, float]
"""Dead MB and efficiency in percent."""


def ask_uvdive(path: Path) -> Answer:
    totals = load_image(str(path)).report.totals
    return totals.dead_bytes / MB, 100 * totals.efficiency


def ask_dive(path: Path, work: Path) -> Answer:
    out = work / "dive.json"
    out.unlink(missing_ok=True)  # dive would leave the end of a longer answer
    command = ["dive", "--source", "docker-archive", str(path), "--json", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    image = json.loads(out.read_text())["image"]
    return image["inefficientBytes"] / MB, 100 * image["efficiencyScore"]


def cell(answer: Answer, truth: Answer) -> str:
    text = f"{answer[0]:.4g} / {answer[1]:.1f} %"
    return text if is_right(answer, truth) else f"**{text}**"


def is_right(answer: Answer, truth: Answer) -> bool:
    return abs(answer[0] - truth[0]) < 0.05 and abs(answer[1] - truth[1]) < 0.06


def rows() -> Iterator[str]:
    right = {"uvdive": 0, "dive": 0}
    yield "| case | truth: dead MB / efficiency | uvdive | dive |"
    yield "|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, (above, dead, efficiency, _) in CASES.items():
            layers = [BASE, *(make.layer(*entries) for entries in above)]
            path = make.archive(work / "image.tar", layers)
            truth = float(dead), efficiency
            answers = {"uvdive": ask_uvdive(path), "dive": ask_dive(path, work)}
            for tool, answer in answers.items():
                right[tool] += is_right(answer, truth)
            cells = " | ".join(cell(answer, truth) for answer in answers.values())
            yield f"| {name}: {TITLES[name]} | {dead} / {efficiency} % | {cells} |"
    yield f"| right | | {right['uvdive']} of {len(CASES)} | {right['dive']} of {len(CASES)} |"


def main() -> None:
    lines = list(rows())
    print("\n".join(lines))
    if "--write" in sys.argv:
        table.write("golden", "\n".join(lines))


if __name__ == "__main__":
    main()
