"""Files of several stages on the real engine: improved, built, and proven to be the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from rewrites.projects import BY_NAME

from uvdive.build.events import BuildRequest
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import Proof, prove

pytestmark = pytest.mark.engine

BUILD = """\
FROM python:3.13-slim AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR {0}
RUN uv venv && uv pip install --no-cache babel==2.17.0
COPY . .
FROM python:3.13-slim
"""
OWNERS = (
    BUILD.format("/app")
    + """\
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
RUN mkdir -p data/inner
COPY --from=build /app/.venv /app/.venv
COPY --from=build /app /app
RUN useradd app && mkdir /srv/own && chown -R app:app /app /srv/own
USER app
CMD [".venv/bin/python", "main.py"]
"""
)
TWICE = (
    BUILD.format("/code/env")
    + """\
COPY --from=build /code/env/.venv /opt/env
COPY --from=build /code/env /code/env
ENV PATH=/opt/env/bin:$PATH
CMD ["python", "/code/env/main.py"]
"""
)
PACKAGES = """
FROM python:3.12-slim-bookworm
RUN apt-get update && \\
    apt-get install -y --no-install-recommends \\
        gcc \\
        libpq-dev && \\
    rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app /app
ENV PATH="/app/.venv/bin:$PATH"
CMD ["python", "report.py"]
"""


def improved(folder: Path, text: str) -> tuple[RewritePlan, Proof]:
    """Plan with the built image, prove the plan, and see that the new image leaves nothing to mend."""
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(text)
    loaded = load_image(target_of(build_image(BuildRequest(folder))), dockerfile=dockerfile)
    plan = plan_rewrite(dockerfile, loaded.report, store=loaded.store, context=folder)
    assert plan.outcome == "improved", (plan.refusal, plan.warnings)
    proof = prove(plan, loaded.report, index=loaded.index, context=folder, start=True)
    dockerfile.write_text(plan.text)
    after = load_image(target_of(proof.build), dockerfile=dockerfile)
    again = plan_rewrite(dockerfile, after.report, store=after.store, context=folder)
    assert (again.outcome, again.warnings) == ("unchanged", ())
    return plan, proof


def check(plan: RewritePlan, proof: Proof) -> None:
    """All checks pass or were announced, and the prediction holds to 1 percent of what is saved."""
    assert proof.verification is not None
    wrong = [c for c in proof.verification.checks if c.status not in ("passed", "announced")]
    assert wrong == []
    assert plan.predicted is not None
    saved = plan.predicted.before_bytes - plan.predicted.after_bytes
    assert abs(proof.comparison.delta_bytes + saved) < 0.01 * saved


def test_r29_and_r45_owners_come_with_the_copy_and_nothing_comes_twice(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import babel, os\nprint(babel.__version__, os.getuid())\n")
    with removes_images_of(tmp_path):
        plan, proof = improved(tmp_path, OWNERS)
        assert plan.text == BUILD.format("/app") + (
            "WORKDIR /app\nRUN mkdir -p data/inner\nRUN useradd app\n"
            "COPY --chown=app:app --from=build /app /app\n"
            "RUN mkdir /srv/own && chown app:app /app && chown -R app:app /app/data /srv/own\n"
            'USER app\nCMD [".venv/bin/python", "main.py"]\n'
        )
        check(plan, proof)
        assert proof.comparison.delta_bytes < -90_000_000


def test_r45_an_environment_at_two_places_becomes_a_link(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import babel, sys\nprint(babel.__version__, sys.prefix)\n")
    with removes_images_of(tmp_path):
        plan, proof = improved(tmp_path, TWICE)
        assert "COPY --from=build /code/env /code/env\nRUN ln -s /code/env/.venv /opt/env\n" in plan.text
        check(plan, proof)
        assert proof.comparison.delta_bytes < -30_000_000


def test_r33_headers_and_compilers_give_way_to_the_library(tmp_path: Path) -> None:
    compiled = BY_NAME["compiled"]
    folder = tmp_path / "compiled"
    shutil.copytree(compiled.path, folder)
    first = compiled.text().replace("-bookworm\n", "-bookworm AS build\n", 1)
    with removes_images_of(folder):
        plan, proof = improved(folder, first + PACKAGES)
        assert "apt-get install -y --no-install-recommends libpq5 && \\\n" in plan.text[-400:]
        check(plan, proof)
        assert proof.comparison.delta_bytes < -100_000_000
