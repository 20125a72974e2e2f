"""Plugins of the demo Engine: listed, shown, turned on and off, refused in the Engine's own words."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError

from tui.demo import DemoEngine

SSHFS, LOKI = "vieux/sshfs:latest", "grafana/loki-docker-driver:3.3.2"


def told(engine: DemoEngine) -> list[tuple[str, str, str]]:
    with engine.world.lock:
        recent = list(engine.world.events.recent)
    return [(one.action, one.id, one.attributes["name"]) for one in recent if one.kind == "plugin"]


def test_two_plugins_are_listed_and_one_of_them_is_enabled(api: docker.APIClient) -> None:
    assert [(one["Name"], one["Enabled"]) for one in api.plugins()] == [(SSHFS, True), (LOKI, False)]


def test_a_plugin_is_found_by_name_with_or_without_its_latest_tag_and_by_id(api: docker.APIClient) -> None:
    found = api.inspect_plugin(SSHFS)
    assert found["Config"]["Interface"]["Types"] == ["docker.volumedriver/1.0"]
    assert api.inspect_plugin("vieux/sshfs") == api.inspect_plugin(found["Id"][:12]) == found


def test_turning_a_plugin_off_and_on_is_told_as_events(api: docker.APIClient, engine: DemoEngine) -> None:
    ident = api.inspect_plugin(SSHFS)["Id"]
    api.disable_plugin(SSHFS)
    assert not api.inspect_plugin(SSHFS)["Enabled"]
    api.enable_plugin(SSHFS, timeout=0)
    assert api.inspect_plugin(SSHFS)["Enabled"]
    assert told(engine) == [("disable", ident, SSHFS), ("enable", ident, SSHFS)]


def test_what_is_off_already_cannot_be_turned_off(api: docker.APIClient) -> None:
    with pytest.raises(APIError) as refused:
        api.disable_plugin(LOKI)
    assert refused.value.status_code == 409
    assert refused.value.explanation == f"plugin is already disabled: plugin {LOKI} found but disabled"


def test_a_plugin_in_use_cannot_be_turned_off(api: docker.APIClient, engine: DemoEngine) -> None:
    with engine.world.lock:
        engine.world.plugins[SSHFS].in_use = True
    with pytest.raises(APIError) as refused:
        api.disable_plugin(SSHFS)
    assert (refused.value.status_code, refused.value.explanation) == (409, f"plugin {SSHFS} is in use")


def test_an_unknown_plugin_is_not_found_whatever_is_asked_of_it(api: docker.APIClient) -> None:
    for call in (api.inspect_plugin, api.disable_plugin, lambda name: api.enable_plugin(name, timeout=0)):
        with pytest.raises(APIError) as refused:
            call("no/such")
        assert (refused.value.status_code, refused.value.explanation) == (404, 'plugin "no/such" not found')
