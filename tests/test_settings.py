"""config.toml as it is checked, and the choices that Wharf remembers."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tui.engine.endpoint import Endpoint
from tui.settings import Choices, Marked, Settings, SettingsError, config_file, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_is_as_it_comes(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "config.toml") == Settings()
    assert load_settings(written(tmp_path, "")) == Settings()


def test_all_of_it_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        theme = "nord"
        [keys]
        "container.stop" = "S"
        [endpoints.prod]
        prod = true
        [endpoints."tcp://dock:2375"]
        read_only = true
        """,
    )
    settings = load_settings(path)
    assert settings.theme == "nord"
    assert settings.keys == {"container.stop": "S"}
    assert settings.endpoints == {"prod": Marked(prod=True), "tcp://dock:2375": Marked(read_only=True)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("colour = 'red'", "'colour' is not a setting; there are theme, keys, endpoints"),
        ("theme = 3", "theme must be"),
        ("keys = 'x'", "keys must be"),
        ("endpoints = []", "endpoints must be"),
        ("[keys]\n'container.stop' = 3", "[keys]: container.stop must be"),
        ("[endpoints]\nprod = true", '[endpoints."prod"] is no table'),
        ("[endpoints.x]\nreadonly = true", "[endpoints.\"x\"]: 'readonly' is not a setting"),
        ("[endpoints.x]\nprod = 1", '[endpoints."x"]: prod must be'),
        ("theme 'x'", "line 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    words = str(caught.value)
    assert words.startswith(f"{path}: ")
    assert place in words
    assert "\n" not in words


def test_a_file_that_cannot_be_read_is_an_error_and_not_as_good_as_none(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes(b"theme = '\xff'")
    for strange in (path, tmp_path):
        with pytest.raises(SettingsError, match=str(strange)):
            load_settings(strange)


def test_it_lies_in_the_folder_for_settings() -> None:
    assert config_file({"HOME": "/h"}) == Path("/h/.config/wharf/config.toml")
    assert config_file({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}) == Path("/c/wharf/config.toml")


def test_an_endpoint_is_marked_by_its_context_or_its_url() -> None:
    url = "tcp://dock:2375"
    settings = Settings(endpoints={"prod": Marked(prod=True), url: Marked(read_only=True)})
    assert settings.marked(Endpoint(url, "prod", "")) == Marked(prod=True)
    assert settings.marked(Endpoint(url, "other", "")) == Marked(read_only=True)
    assert settings.marked(Endpoint(url, "", "")) == Marked(read_only=True)
    assert settings.marked(Endpoint("tcp://else:1", "else", "")) == Marked()


# Choices


def test_a_choice_is_there_the_next_time(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    first = Choices.load(env)
    assert first.get("sort", "name") == "name"
    first.keep("sort", "age")
    assert first.get("sort", "name") == "age"
    assert Choices.load(env).get("sort", "name") == "age"
    assert stat.S_IMODE(first.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"x"', "\udcff"])
def test_a_broken_file_is_as_good_as_none_and_is_written_anew(tmp_path: Path, text: str) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    path = tmp_path / "wharf" / "choices.json"
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    choices = Choices.load(env)
    assert choices.get("sort", "name") == "name"
    choices.keep("sort", "age")
    assert json.loads(path.read_text()) == {"sort": "age"}


def test_a_value_of_another_type_is_not_taken() -> None:
    choices = Choices(Path("/nowhere"), {"wide": "yes", "sort": 3, "panes": {"a": 1}})
    assert choices.get("wide", True) is True
    assert choices.get("sort", "name") == "name"
    assert choices.get("panes", {}) == {"a": 1}


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    choices = Choices(tmp_path / "file" / "choices.json")
    choices.keep("sort", "age")
    assert choices.get("sort", "name") == "age"
