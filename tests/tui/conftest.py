from pathlib import Path

import pytest
from screens.settling import queues_tell_when_the_app_is_idle

__all__ = ["queues_tell_when_the_app_is_idle"]
from screens.driving import OLD


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or changes the settings of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(autouse=True)
def no_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test copies over what somebody has on the clipboard."""
    monkeypatch.setattr("uvdive.tui.frame.clipboard.copy_locally", lambda _text: "")
    monkeypatch.delenv("TMUX", raising=False)


@pytest.fixture
def dockerfile(tmp_path: Path) -> Path:
    path = tmp_path / "Dockerfile[red]"
    path.write_text(OLD)
    return path
