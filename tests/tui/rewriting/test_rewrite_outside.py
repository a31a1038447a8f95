"""Files that start the container from outside the Dockerfile (R24), as the app shows them."""

from made_images.samples import sample_report
from screens.driving import Recorded, answers, opened, rewritten, text_of

from uvdive.rewrite.planner import plan as plan_file

SAMPLE = answers(sample_report())


async def test_what_starts_the_container_from_outside_is_shown_as_a_diff(dockerfile):
    (dockerfile.parent / "compose.yaml").write_text(
        "services:\n  web:\n    build:\n      dockerfile: 'Dockerfile[red]'\n    command: uv run [b]web\n"
    )
    dockerfile.write_text(
        "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\nWORKDIR /app\n"
        "COPY . .\nRUN uv sync --frozen\n"
    )
    planned = plan_file(
        dockerfile.read_text(),
        None,
        lambda _: None,
        dockerfile=str(dockerfile),
        context=dockerfile.parent,
    )
    assert planned.outcome == "rewritten", planned.refusal
    recorded = Recorded(plan=lambda *_args, **_: planned)
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services(), size=(140, 80)) as (
        app,
        pilot,
    ):
        await rewritten(app, pilot)
        text = await text_of(app)
        assert "R24" in text
        assert "compose.yaml" in text
        assert "-     command: uv run [b]web" in text
        assert "+     command: [b]web" in text
        await pilot.press("w")
        assert "Also changed: compose.yaml." in " ".join((await text_of(app)).split())
