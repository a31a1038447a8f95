"""What a user of the API may write: type checkers are held against it (test_public_names.py)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import uvdive


def told(event: uvdive.Event) -> None:
    text: str = event.text
    done: int | None = event.done
    print(text, done)


def sizes(target: str | Path) -> Mapping[str, int]:
    cancel = uvdive.CancelToken()
    report = uvdive.read(target, platform="linux/amd64", via="registry", on_event=told, cancel=cancel)
    heaviest: uvdive.Layer = max(report.layers, key=lambda layer: layer.bytes)
    line: int | None = heaviest.line
    print(line, report.compressed_bytes, [waste.path for waste in report.waste])
    return {name: owner.bytes for name, owner in report.owners.items()}


def holds(report: uvdive.Report, package: str) -> bool:
    found: tuple[uvdive.Package, ...] = report.packages_called(package)
    return bool(found)


def rewritten(dockerfile: Path) -> str:
    plan = uvdive.plan(dockerfile, image=uvdive.read("app"), choices={"final-base": "distroless"})
    if plan.refusal is not None:
        return f"{plan.refusal.rule}: {plan.refusal.reason}"
    saved: int = 0 if plan.predicted is None else plan.predicted.saved_bytes
    proof: uvdive.Proof = uvdive.prove(plan, start=True, start_env={"DEBUG": "1"}, limits={"memory": "1g"})
    if proof.proven:
        written: uvdive.Written = proof.write()
        return f"{saved}: {written.path}"
    return "\n".join(check.detail for check in proof.failures)


def checked(image: uvdive.Report) -> None:
    rules = {"max-size": "250 MB", "owners": {"uv": 0}, "packages": {"torch": False}}
    check = uvdive.check(image, rules, baseline="main.uvdive")
    assert check.passed, str(check)
    sarif: str = check.render("sarif")
    print(sarif, [result.text for result in check.failures])


def compared() -> int:
    try:
        comparison = uvdive.compare("before.tar", Path("after.tar"))
    except uvdive.ImageError as error:
        print(error.what, error.do, error.log)
        return 0
    delta: uvdive.OwnerChange = comparison.owners["uv"]
    return comparison.delta_bytes + delta.delta
