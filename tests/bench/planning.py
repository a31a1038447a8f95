"""How long a rewrite's plan takes on a real image: the first, one made anew, and another choice.

    uv run python tests/bench/planning.py real-compiled …    # --runs N, --json FILE

The image is built where it is not there, and read from the engine as the app does. Then, in one process
and in processor seconds (system included, least of the runs):

- ``first``: the plan, where nothing is known of the image yet, what it needs of the system included;
- ``anew``: a plan where that is known, but nothing is studied, as every plan was before studies were kept;
- ``choice``: another value of each decision in turn, on the study that the first plan left (median, most);
- ``same``: the plan that was there already.

With ``--ahead`` the image is opened as the app opens it instead: the study that it begins at once (the
fork's processor seconds, its memory that nobody shares), and what `r` then waits for, by the clock.

Each plan with a choice is also made anew and held against the one on the kept study; they must be equal.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "speeds"))

from real_images import FOLDER, TITLES, built

from uvdive.base.progress import CancelToken, ignore
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.atdesk import plan_held, study_held
from uvdive.session.desk import open_desk
from uvdive.session.opening.images import load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite


def main() -> None:
    """Measure what the arguments name and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(TITLES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--ahead", action="store_true")
    options = parser.parse_args()
    if options.ahead:
        print("| image | studied ahead, CPU | memory of its own | from `r` to the plan |")
        print("| --- | ---: | ---: | ---: |")
        for name in options.names:
            print(f"| {name} | {' | '.join(ahead(name))} |")
        return
    found = {name: measured(name, options.runs) for name in options.names}
    print("| image | first | anew | a changed choice | most | the same again | anew / choice |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, one in found.items():
        cells = [f"{one[part]:.3f} s" for part in ("first", "anew", "choice", "most", "same")]
        print(f"| {name} | {' | '.join(cells)} | {one['anew'] / one['choice']:.0f} × |")
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def ahead(name: str) -> tuple[str, str, str]:
    """What the study that the app begins costs, and what is left to wait for then."""
    folder = FOLDER / name.removeprefix("real-")
    dockerfile = folder / "Dockerfile"
    desk = open_desk(f"docker://{built(name)}", dockerfile=dockerfile)
    try:
        study_held(desk, dockerfile, folder, cancel=CancelToken())
        (fork,) = Path(f"/proc/{desk.pid}/task/{desk.pid}/children").read_text().split()
        fields = Path(f"/proc/{fork}/stat").read_text().rpartition(")")[2].split()
        spent = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # with the processes it waited for
        shares = Path(f"/proc/{fork}/smaps_rollup").read_text().splitlines()
        own = sum(int(line.split()[1]) for line in shares if line.startswith("Private_"))
        began = time.monotonic()
        plan_held(desk, dockerfile, folder, {}, pull=False, on_event=ignore, cancel=CancelToken())
        return f"{spent:.1f} s", f"{own / 1000:.0f} MB", f"{time.monotonic() - began:.2f} s"
    finally:
        desk.close()


def measured(name: str, runs: int) -> dict[str, float]:
    """The processor seconds of each kind of plan.

    Raises:
        AssertionError: a plan on the kept study is another one than the same made anew.
    """
    folder = FOLDER / name.removeprefix("real-")
    loaded = load_image(f"docker://{built(name)}", dockerfile=folder / "Dockerfile", in_process=True)
    gc.freeze()

    def plan(kept: Kept, choices: Mapping[str, str]) -> tuple[float, RewritePlan]:
        began = time.process_time()
        made = plan_rewrite(
            folder / "Dockerfile",
            loaded.report,
            context=folder,
            store=loaded.store,
            kept=kept,
            choices=choices,
        )
        return time.process_time() - began, made

    kept = Kept()
    first, made = plan(kept, {})
    others = [
        {decision.id: each.value}
        for decision in made.decisions
        for each in decision.alternatives
        if each.value != decision.chosen
    ]
    known = kept.copy()
    anew = [plan(known.copy(), {})[0] for _ in range(runs)]
    times = []
    for choices in others:
        best = []
        for _ in range(runs):
            fresh = known.copy()
            plan(fresh, {})
            seconds, changed = plan(fresh, choices)
            best.append(seconds)
        assert changed == plan(known.copy(), choices)[1], choices
        times.append(min(best))
    again = min(plan(kept, {})[0] for _ in range(runs))
    return {
        "first": first,
        "anew": min(anew),
        "choice": statistics.median(times),
        "most": max(times),
        "same": again,
    }


if __name__ == "__main__":
    main()
