"""The states of the demo, which join those of the other screens."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from screens.local_desk import LocalDesk
from screens.stage import Stage
from screens.states import state
from uvdive.session.recorded.playing import Player, hold_recorded, read_recording
from uvdive.session.recorded.recording import Recording
from uvdive.tui.services import Services

DEMO = Path(__file__).parents[3] / "uvdive" / "data" / "demo.recording"


@cache
def recording() -> Recording:
    return read_recording(DEMO)


def flask_folder() -> Path:
    """The recorded project in a folder of the current one."""
    folder = Path("flask")
    for name, text in recording().files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@state
async def demo(stage: Stage) -> None:
    folder, player = flask_folder(), Player(recording(), longest=0)
    held, _ = hold_recorded(DEMO)
    await stage.open(
        lambda **_: LocalDesk(held),
        dockerfile=folder / "Dockerfile",
        context=folder,
        services=Services(prove=player.prove, time=player.time),
        recorded="The build and its proof were recorded.",
    )


@state
async def demo_proven(stage: Stage) -> None:
    await demo(stage)
    await stage.press("r")
    await stage.press("b")
    stage.app.clear_notifications()


@state
async def demo_not_recorded(stage: Stage) -> None:
    await demo(stage)
    await stage.press("r")
    work = stage.app.get_screen("rewrite").work
    work.choices["bytecode"] = "compile"
    work.choose("python", "managed")
    await stage.press()
    await stage.press("b")
