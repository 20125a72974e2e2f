"""config.toml checked, and the choices kept between starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.engine.endpoint import Endpoint
from tui.settings import Choices, Marked, Settings, SettingsError, config_file, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_without_a_file_everything_is_as_it_comes(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml") == Settings()
    assert load_settings(written(tmp_path, "")) == Settings()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    settings = load_settings(
        written(
            tmp_path,
            """
            theme = "nord"
            [keys]
            "container.stop" = "S"
            [endpoints.prod]
            read_only = true
            prod = true
            [endpoints."tcp://10.0.0.1:2375"]
            prod = true
            """,
        )
    )
    assert (settings.theme, dict(settings.keys)) == ("nord", {"container.stop": "S"})
    assert settings.marked(Endpoint("unix:///x", "prod", "")) == Marked(read_only=True, prod=True)
    assert settings.marked(Endpoint("tcp://10.0.0.1:2375", "", "")) == Marked(prod=True)
    assert settings.marked(Endpoint("unix:///x", "other", "")) == Marked()


def test_an_address_marked_as_production_is_so_through_a_context_too(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[endpoints."tcp://10.0.0.1:2375"]\nprod = true'))
    assert settings.marked(Endpoint("tcp://10.0.0.1:2375", "some-context", "")).prod


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("them = 1", "'them' is not a setting; there are theme, keys, endpoints"),
        ("theme = 1", "theme must be a str"),
        ("keys = 1", "keys must be a dict"),
        ("[keys]\n'container.stop' = 1", r"\[keys\]: container.stop must be a str"),
        ("[endpoints]\nprod = true", r'\[endpoints."prod"\] is no table'),
        ("[endpoints.a]\nread_only = 'yes'", r'\[endpoints."a"\]: read_only must be a bool'),
        ("[endpoints.a]\nreadonly = true", "'readonly' is not a setting; there are read_only, prod"),
        ("theme =", "config.toml: "),
    ],
)
def test_a_mistake_names_its_place_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(written(tmp_path, text))
    assert "config.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_a_mistake_too(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError):
        load_settings(tmp_path / "config.toml")
    with pytest.raises(SettingsError):
        load_settings(tmp_path)


def test_the_file_lies_where_xdg_says() -> None:
    assert config_file({"XDG_CONFIG_HOME": "/c"}) == Path("/c/wharf/config.toml")


def test_choices_are_kept(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    choices = Choices.load(env)
    assert choices.get("stopped", default=True) is True
    choices.keep("stopped", value=False)
    assert Choices.load(env).get("stopped", default=True) is False


@pytest.mark.parametrize("content", ["", "{", "[1]", '"x"', "\x00"])
def test_broken_choices_are_as_good_as_none(tmp_path: Path, content: str) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    path = Choices.load(env).path
    path.parent.mkdir()
    path.write_text(content)
    assert Choices.load(env).get("stopped", default=True) is True


def test_a_choice_of_another_type_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "choices.json"
    path.write_text(json.dumps({"stopped": "yes"}))
    assert Choices(path, json.loads(path.read_text())).get("stopped", default=True) is True


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "wharf").write_text("in the way")
    choices = Choices.load({"XDG_STATE_HOME": str(tmp_path)})
    choices.keep("stopped", value=False)
    assert choices.get("stopped", default=True) is False
