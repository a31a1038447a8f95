"""What RUNs make beside packages and users, and lists that are no words, built for real (R33, R34)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from made_images.exports import lost

from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove

DOCKERFILE = """\
FROM python:3.13-slim
ARG PKGS="dumb-init"
COPY packages.txt /tmp/packages.txt
RUN apt-get update \\
 && apt-get install -y --no-install-recommends $(grep -v '^#' /tmp/packages.txt) cron $PKGS \\
 && rm -rf /var/lib/apt/lists/* && rm /tmp/packages.txt \\
 && touch /var/log/cron.log \\
 && mkdir -p /var/cache/shop && echo ready > /var/cache/shop/index \\
 && ln -sf /dev/stdout /var/log/access.log
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/uv
WORKDIR /app
RUN uv venv
RUN touch /var/log/other.log
ENV TZ=Europe/Berlin
RUN ln -snf /usr/share/zoneinfo/$TZ /etc/localtime && echo $TZ > /etc/timezone
RUN useradd -u 1001 one && mkdir -p /home/one/.cache && chown -R one:one /home/one
RUN useradd -u 1002 --home-dir /app two && chown -R two /app
USER two
CMD ["/app/.venv/bin/python", "-c", "print(1)"]
"""


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "packages.txt").write_text("# what starts it\ntini\nlibmagic1\n")
    with removes_images_of(tmp_path):
        yield tmp_path


@pytest.mark.engine
@pytest.mark.timeout(600)
def test_the_runs_own_files_come_along_and_every_package_of_a_list(context: Path) -> None:
    loaded = load_image(target_of(build_image(BuildRequest(context, context / "Dockerfile"))))
    plan = plan_rewrite(context / "Dockerfile", loaded.report, store=loaded.store)
    assert plan.outcome == "rewritten", plan.refusal
    told = next(each for each in plan.decisions if each.id == "listed-packages")
    assert {"tini", "dumb-init"} <= set(told.reason.replace(",", "").split())
    proof = prove(plan, loaded.report, index=loaded.index, context=context)
    before, after = (image_tag(context, context / "Dockerfile", which) for which in ("before", "after"))
    assert lost(before, after) == []
    assert proof.verification is not None
    assert [check.name for check in proof.verification.checks if check.status == "failed"] == []
    assert plan.predicted is not None
    assert proof.after.totals.file_bytes == pytest.approx(plan.predicted.after_bytes, rel=0.01)
