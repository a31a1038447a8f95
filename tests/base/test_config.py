import pytest

from uvdive.base.errors import UsageError
from uvdive.base.files.config import load_config, remember_theme, remembered_theme


@pytest.fixture
def environ(tmp_path):
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project" / "sub"
    folder.mkdir(parents=True)
    return folder


def write_own(tmp_path, text):
    path = tmp_path / "config" / "uvdive" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_without_files_there_is_nothing(project, environ):
    config = load_config(project, environ)
    assert (config.theme, dict(config.keymap)) == (None, {})


def test_a_projects_settings_go_before_the_users(project, tmp_path, environ):
    write_own(tmp_path, 'theme = "nord"\n[keymap]\n"explore.rewrite" = "R"\nexplore.pane.1 = "f1"\n')
    nearest = project.parent / "pyproject.toml"
    nearest.write_text('[tool.uvdive]\ntheme = "dracula"\n[tool.uvdive.keymap]\nexplore.sort = "S"\n')
    config = load_config(project, environ)
    assert config.theme == "dracula"
    assert dict(config.keymap) == {"explore.rewrite": "R", "explore.pane.1": "f1", "explore.sort": "S"}
    assert config.sources["theme"] == nearest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("them = 1", "there is no setting them. Did you mean theme?"),
        ("theme = 1", "theme is no text"),
        ("keymap = 1", "keymap is no key"),
        ("[keymap]\nexplore.sort = 1", "keymap.explore.sort is no key"),
        ("[keymap", "is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_the_file_and_the_key(project, tmp_path, environ, text, words):
    path = write_own(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load_config(project, environ)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_broken_project_is_our_concern_only_if_it_speaks_of_us(project, environ):
    file = project / "pyproject.toml"
    file.write_text("[project\n")
    assert load_config(project, environ).theme is None
    file.write_text("[tool.uvdive\n")
    with pytest.raises(UsageError):
        load_config(project, environ)


def test_the_theme_is_remembered(environ, tmp_path):
    assert remembered_theme(environ) is None
    remember_theme("nord", environ)
    assert remembered_theme(environ) == "nord"
    state = tmp_path / "state" / "uvdive" / "state.json"
    assert [path.name for path in state.parent.iterdir()] == ["state.json"]
    state.write_text("[]")
    assert remembered_theme(environ) is None
    state.unlink()
    state.mkdir()
    with pytest.raises(UsageError, match="can't be kept"):
        remember_theme("nord", environ)


def test_relative_folders_are_passed_over_as_the_specification_says(tmp_path, project):
    environ = {"XDG_CONFIG_HOME": "config", "HOME": str(tmp_path / "home")}
    path = tmp_path / "home" / ".config" / "uvdive" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('theme = "nord"')
    assert load_config(project, environ).theme == "nord"


def test_limits_are_the_users_own_alone(project, tmp_path, environ):
    write_own(tmp_path, 'limits = {memory = "8g"}\n')
    assert dict(load_config(project, environ).limits) == {"memory": "8g"}
    (project / "pyproject.toml").write_text('[tool.uvdive]\nlimits = {memory = "1t"}\n')
    with pytest.raises(UsageError, match="there is no setting limits"):
        load_config(project, environ)
    (project / "pyproject.toml").unlink()
    (tmp_path / "config" / "uvdive" / "config.toml").write_text("limits = 7\n")
    with pytest.raises(UsageError, match="limits is no table"):
        load_config(project, environ)
