"""The demo's plugins: listed, shown, enabled and disabled (API paths /plugins…)."""

from __future__ import annotations

from dataclasses import dataclass

from tui.demo.models import JSON, Refusal
from tui.demo.wire import ENGINE
from tui.demo.world import World


@dataclass
class Plugin:
    """An installed plugin."""

    id: str
    name: str
    enabled: bool
    description: str
    type: str
    """What it is for: "docker.volumedriver/1.0"."""
    socket: str
    in_use: bool = False
    """Whether something holds on to it, so that it cannot be disabled."""


_STATE: JSON = {
    "Description": "",
    "Destination": "/mnt/state",
    "Name": "state",
    "Options": ["rbind"],
    "Settable": ["source"],
    "Source": "/var/lib/docker/plugins/",
    "Type": "bind",
}


def installed(world: World) -> dict[str, Plugin]:
    """Two of them, of a seed's own ids, by name."""
    plugins = (
        _plugin(world, "vieux/sshfs:latest", "sshFS plugin for Docker", "docker.volumedriver/1.0", "sshfs"),
        _plugin(
            world,
            "grafana/loki-docker-driver:3.3.2",
            "Loki Logging Driver",
            "docker.logdriver/1.0",
            "loki",
            enabled=False,
        ),
    )
    return {plugin.name: plugin for plugin in plugins}


def _plugin(
    world: World, name: str, description: str, use: str, program: str, *, enabled: bool = True
) -> Plugin:
    return Plugin(world.digest(f"plugin:{name}"), name, enabled, description, use, f"{program}.sock")


def named(world: World, reference: str) -> Plugin:
    """A plugin by its name, with or without the tag `latest`, or by the beginning of its id; Refusal 404."""
    tagged = reference if ":" in reference else f"{reference}:latest"
    for plugin in world.plugins.values():
        if plugin.name in (reference, tagged) or (reference and plugin.id.startswith(reference)):
            return plugin
    raise Refusal(404, f'plugin "{reference}" not found')


def turn(world: World, plugin: Plugin, *, on: bool) -> None:
    """POST /plugins/{name}/enable and /disable."""
    if plugin.enabled is on:
        if on:
            raise Refusal(409, f"plugin already enabled: plugin {plugin.name} is enabled")
        raise Refusal(409, f"plugin is already disabled: plugin {plugin.name} found but disabled")
    if plugin.in_use:
        raise Refusal(409, f"plugin {plugin.name} is in use")
    plugin.enabled = on
    world.emit("plugin", "enable" if on else "disable", plugin.id, {"name": plugin.name})


def shape(plugin: Plugin) -> JSON:
    """The object of GET /plugins/{name}/json, and an element of the list."""
    prefix, _, version = plugin.type.partition("/")
    return {
        "Config": {
            "Args": {"Description": "", "Name": "", "Settable": None, "Value": []},
            "Description": plugin.description,
            "DockerVersion": ENGINE,
            "Documentation": "https://docs.docker.com/engine/extend/plugins/",
            "Entrypoint": [f"/{plugin.socket.removesuffix('.sock')}"],
            "Env": [],
            "Interface": {"Socket": plugin.socket, "Types": [f"{prefix}/{version}"]},
            "IpcHost": False,
            "Linux": {"AllowAllDevices": False, "Capabilities": ["CAP_SYS_ADMIN"], "Devices": None},
            "Mounts": [_STATE],
            "Network": {"Type": "host"},
            "PidHost": False,
            "PropagatedMount": "",
            "User": {},
            "WorkDir": "",
            "rootfs": {"diff_ids": [f"sha256:{plugin.id}"], "type": "layers"},
        },
        "Enabled": plugin.enabled,
        "Id": plugin.id,
        "Name": plugin.name,
        "PluginReference": f"docker.io/{plugin.name}",
        "Settings": {"Args": [], "Devices": [], "Env": [], "Mounts": [_STATE]},
    }
