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
            slow_line = "on"
            ascii = "off"
            [keys]
            "container.stop" = "S"
            [endpoints.shop]
            read_only = true
            prod = true
            color = "red"
            [endpoints."tcp://10.0.0.1:2375"]
            prod = true
            """,
        )
    )
    assert (settings.theme, dict(settings.keys)) == ("nord", {"container.stop": "S"})
    assert (settings.slow_line, settings.ascii, settings.mouse) == ("on", "off", "auto")
    assert settings.marked(Endpoint("unix:///x", "shop", "")) == Marked(True, True, "red")
    assert settings.marked(Endpoint("tcp://10.0.0.1:2375", "", "")) == Marked(prod=True)
    assert settings.marked(Endpoint("unix:///x", "other", "")) == Marked()


def test_numbers_are_read_in_their_units(tmp_path: Path) -> None:
    text = "[logs]\nlines = 500\nmegabytes = 2\n[statistics]\nat_once = 7"
    settings = load_settings(written(tmp_path, text))
    assert (settings.log_lines, settings.log_bytes, settings.stats_at_once) == (500, 2 * 2**20, 7)


def test_an_address_marked_as_production_is_so_through_a_context_too(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[endpoints."tcp://10.0.0.1:2375"]\nprod = true'))
    assert settings.marked(Endpoint("tcp://10.0.0.1:2375", "some-context", "")).prod


@pytest.mark.parametrize(
    ("pattern", "context", "url", "fits"),
    [
        ("web-*", "web-1", "unix:///x", True),
        ("WEB-?", "web-1", "unix:///x", True),
        ("web-[12]", "Web-2", "unix:///x", True),
        ("web-[12]", "web-3", "unix:///x", False),
        ("web", "web-1", "unix:///x", False),
        ("ssh://*@dock*", "", "ssh://me@Dock.example.org", True),
        ("ssh://*@dock*", "named", "ssh://me@Dock.example.org", True),
        ("tcp://[::1]:2375", "", "tcp://[::1]:2375", True),
        ("*", "", "unix:///x", True),
        ("?", "", "unix:///x", False),
    ],
)
def test_a_pattern_fits_a_context_or_an_address(
    tmp_path: Path, pattern: str, context: str, url: str, fits: bool
) -> None:
    settings = load_settings(written(tmp_path, f'[endpoints."{pattern}"]\nread_only = true'))
    endpoint = Endpoint(url, context, "")
    assert settings.marked(endpoint).read_only == fits
    assert settings.applied(endpoint).read_only == fits


@pytest.mark.parametrize(
    ("context", "url", "prod"),
    [
        ("prod", "unix:///x", True),
        ("shop-PROD-2", "unix:///x", True),
        ("", "ssh://production.example.org", True),
        ("stage", "unix:///x", False),
    ],
)
def test_what_is_called_prod_is_production_without_any_setting(context: str, url: str, prod: bool) -> None:
    assert Settings().marked(Endpoint(url, context, "")) == Marked(prod=prod)


def test_all_tables_that_fit_count_and_a_later_one_overrides_key_by_key(tmp_path: Path) -> None:
    settings = load_settings(
        written(
            tmp_path,
            """
            [endpoints."*"]
            color = "green"
            read_only = true
            [endpoints."shop-*"]
            color = "blue"
            [endpoints."*prod*"]
            color = "red"
            [endpoints.shop-prod-test]
            prod = false
            read_only = false
            """,
        )
    )
    assert settings.marked(Endpoint("unix:///x", "shop-1", "")) == Marked(True, False, "blue")
    assert settings.marked(Endpoint("unix:///x", "shop-prod", "")) == Marked(True, True, "red")
    tested = Endpoint("unix:///x", "shop-prod-test", "")
    assert settings.marked(tested) == Marked(False, False, "red")
    assert [pattern for pattern, _ in settings.matching(tested)] == [
        "*prod*",
        "*",
        "shop-*",
        "*prod*",
        "shop-prod-test",
    ]


def test_an_endpoint_made_read_only_otherwise_stays_so(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[endpoints."*"]\nread_only = false'))
    assert settings.applied(Endpoint("unix:///x", "a", "", read_only=True)).read_only


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("them = 1", "'them' is not a setting; there are theme, keys, endpoints"),
        ("theme = 1", "theme must be a string"),
        ("keys = 1", "keys must be a table"),
        ("[keys]\n'container.stop' = 1", r"\[keys\]: container.stop must be a string"),
        ("endpoints = 'x'", "endpoints must be a table"),
        ("[endpoints]\nprod = true", r'\[endpoints."prod"\] must be a table'),
        ("[endpoints.a]\nread_only = 'yes'", r'\[endpoints."a"\]: read_only must be true or false'),
        ("[endpoints.a]\nreadonly = true", "'readonly' is not a setting; there are read_only, prod, color"),
        ("[endpoints.a]\ncolor = 'pink'", r'color must be one of "blue", "cyan", .*, "red"$'),
        ("[endpoints.a]\ncolor = 1", "color must be one of"),
        ("slow_line = true", r'slow_line must be one of "auto", "on", "off"$'),
        ("ascii = 'yes'", "ascii must be one of"),
        ("mouse = []", "mouse must be one of"),
        ("theme =", "config.toml: "),
        ("logs = 1", r"\[logs\] must be a table"),
        ("[logs]\nline = 1", r"\[logs\]: 'line' is not a setting; there are lines, megabytes"),
        ("[logs]\nlines = 'many'", r"\[logs\]: lines must be a number"),
        ("[logs]\nlines = true", "lines must be a number from 100 to 1,000,000"),
        ("[logs]\nlines = 99", "lines must be a number from 100 to 1,000,000"),
        ("[logs]\nmegabytes = 0", "megabytes must be a number from 1 to 1,024"),
        ("[statistics]\nat_once = 501", "at_once must be a number from 1 to 500"),
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
