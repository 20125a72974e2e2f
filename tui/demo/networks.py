"""The demo's networks: made, shown, joined, left, removed, pruned (API paths /networks…)."""

from __future__ import annotations

import ipaddress

from tui.demo import attachments
from tui.demo.formats import rfc3339, short
from tui.demo.models import JSON, Container, Network, Refusal
from tui.demo.world import World

DRIVERS = ("bridge", "host", "null", "ipvlan", "macvlan", "overlay")


def create(world: World, body: JSON) -> Network:
    """POST /networks/create; Refusal in the Engine's words."""
    name, driver = body.get("Name") or "", body.get("Driver") or "bridge"
    if not name.strip():
        raise Refusal(400, "invalid name: name is empty")
    if name in ("bridge", "host", "none", "default"):
        raise Refusal(403, f"operation is not permitted on predefined {name} network ")
    if any(network.name == name for network in world.networks.values()):
        raise Refusal(409, f"network with name {name} already exists")
    if driver not in DRIVERS:
        raise Refusal(404, f'plugin "{driver}" not found')
    if driver == "overlay":
        raise Refusal(
            403,
            'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
            "to connect this node to swarm and try again.",
        )
    subnet, gateway = _subnet(world, (body.get("IPAM") or {}).get("Config") or [])
    network = Network(
        id=world.fresh_id("network"),
        name=name,
        created=world.now(),
        driver=driver,
        subnet=subnet,
        gateway=gateway,
        internal=bool(body.get("Internal")),
        attachable=bool(body.get("Attachable")),
        ipam_options=(body.get("IPAM") or {}).get("Options"),
        options=body.get("Options") or {},
        labels=body.get("Labels") or {},
    )
    world.networks[network.id] = network
    _told(world, network, "create")
    return network


def remove(world: World, network: Network) -> None:
    """DELETE /networks/{id}."""
    if network.builtin:
        raise Refusal(403, f"{network.name} is a pre-defined network and cannot be removed")
    if network.hosts:
        there = [world.containers[one] for one in network.hosts]
        users = ", ".join(
            f'name:"{one.name}" id:"{short(one.networks[network.name]["EndpointID"])}"' for one in there
        )
        sentence = f"network {network.name} has active endpoints ({users})"
        raise Refusal(403, f"error while removing network: {sentence}")
    del world.networks[network.id]
    _told(world, network, "destroy")


def prune(world: World, chosen: list[Network]) -> JSON:
    """POST /networks/prune over the networks that passed its filters."""
    gone = [network for network in chosen if not network.builtin and not network.hosts]
    for network in gone:
        remove(world, network)
    world.emit("network", "prune", "", {"reclaimed": "0"})
    return {"NetworksDeleted": [network.name for network in gone] or None}


def connect(world: World, network: Network, container: Container, asked: JSON | None) -> None:
    """POST /networks/{id}/connect; a container that does not run joins when it starts."""
    if network.driver == "host" or container.host["NetworkMode"] == "host":
        raise Refusal(
            400,
            "cannot connect container to host network - container must be created in host network mode",
        )
    if network.name in container.networks and (container.id in network.hosts or not container.alive):
        sentence = f"endpoint with name {container.name} already exists in network {network.name}"
        raise Refusal(403, sentence)
    container.networks[network.name] = attachments.endpoint(asked)
    container.row = None
    if container.alive and container.status != "restarting":
        attachments.join(world, container, network)


def disconnect(world: World, network: Network, container: Container) -> None:
    """POST /networks/{id}/disconnect."""
    if network.driver == "host":
        raise Refusal(400, "container cannot be disconnected from host network or connected to host network")
    if network.name not in container.networks:
        sentence = f"container {container.id} is not connected to network {network.name}"
        raise Refusal(500, sentence)
    if container.id in network.hosts:
        attachments.leave(world, container, network)
    del container.networks[network.name]
    container.row = None


def shape(world: World, network: Network, *, members: bool) -> JSON:
    """The object of GET /networks/{id}; the list leaves `Containers` empty."""
    config = [{"Subnet": network.subnet, "Gateway": network.gateway}] if network.subnet else None
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": rfc3339(network.created),
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": network.ipam_options, "Config": config},
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": _members(world, network) if members else {},
        "Options": network.options,
        "Labels": network.labels,
    }


def _members(world: World, network: Network) -> JSON:
    members: JSON = {}
    for identity in network.hosts:
        container = world.containers[identity]
        settings = container.networks[network.name]
        address = f"{settings['IPAddress']}/{settings['IPPrefixLen']}" if settings["IPAddress"] else ""
        members[identity] = {
            "Name": container.name,
            "EndpointID": settings["EndpointID"],
            "MacAddress": settings["MacAddress"],
            "IPv4Address": address,
            "IPv6Address": "",
        }
    return members


def _subnet(world: World, asked: list[JSON]) -> tuple[str, str]:
    pools = [ipaddress.ip_network(one.subnet) for one in world.networks.values() if one.subnet]
    if asked and (text := asked[0].get("Subnet")):
        try:
            chosen = ipaddress.ip_network(text)
        except ValueError:
            sentence = f"invalid subnet {text}: invalid CIDR block notation"
            raise Refusal(400, f"invalid network config:\n{sentence}") from None
        if any(chosen.overlaps(pool) for pool in pools):
            raise Refusal(403, "invalid pool request: Pool overlaps with other one on this address space")
    else:
        candidates = (ipaddress.ip_network(f"172.{second}.0.0/16") for second in range(17, 32))
        free = next((one for one in candidates if not any(one.overlaps(pool) for pool in pools)), None)
        if free is None:
            raise Refusal(
                404,
                "could not find an available, non-overlapping IPv4 address pool among the defaults "
                "to assign to the network",
            )
        chosen = free
    gateway = asked[0].get("Gateway") if asked else None
    return str(chosen), gateway or str(chosen.network_address + 1)


def _told(world: World, network: Network, action: str) -> None:
    world.emit("network", action, network.id, {"name": network.name, "type": network.driver})
