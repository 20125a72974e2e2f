"""What a running container holds: its places on networks, its host ports, its mounts."""

from __future__ import annotations

import ipaddress

from tui.demo.models import JSON, Container, Network, Refusal
from tui.demo.world import LOWEST_EPHEMERAL_PORT, World


def endpoint(asked: JSON | None = None) -> JSON:
    """EndpointSettings of a container that is not running, with what its maker asked for."""
    asked = asked or {}
    return {
        "IPAMConfig": asked.get("IPAMConfig"),
        "Links": asked.get("Links"),
        "Aliases": asked.get("Aliases"),
        "MacAddress": "",
        "DriverOpts": asked.get("DriverOpts"),
        "NetworkID": "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "DNSNames": None,
    }


def join(world: World, container: Container, network: Network, *, quiet: bool = False) -> None:
    """Give a running container its place on a network."""
    settings = container.networks.setdefault(network.name, endpoint())
    settings["NetworkID"] = network.id
    settings["EndpointID"] = world.fresh_id("endpoint")
    if network.driver != "host" and network.driver != "null" and not network.builtin:
        names = (container.name, *(settings["Aliases"] or ()), container.id[:12])
        settings["DNSNames"] = list(dict.fromkeys(names))
    if network.subnet:
        _address(container, network, settings)
    else:
        network.hosts[container.id] = 0
    container.row = None
    if not quiet:
        _told(world, "connect", network, container)


def leave(world: World, container: Container, network: Network) -> None:
    """Give the place back; the settings stay, as those of a container that does not run."""
    network.hosts.pop(container.id, None)
    settings = container.networks[network.name]
    kept = {"NetworkID": network.id, "DNSNames": settings["DNSNames"]}
    container.networks[network.name] = endpoint(settings) | kept
    container.row = None
    _told(world, "disconnect", network, container)


def reachable(world: World, container: Container) -> None:
    """Whether every network that it was made with is there; Refusal 404."""
    for name, settings in container.networks.items():
        try:
            world.network(settings["NetworkID"] or name)
        except Refusal as refusal:
            raise Refusal(404, f"failed to set up container networking: {refusal.message}") from None


def join_all(world: World, container: Container) -> None:
    """Join every network that it was made with; Refusal 404 when one is gone."""
    for name in tuple(container.networks):
        join(world, container, world.network(name))


def give_up(world: World, container: Container) -> None:
    """Tell of the networks that it could not join after all, and give back what it had of them."""
    container.ports = {}
    for name in container.networks:
        if network := next((one for one in world.networks.values() if one.name == name), None):
            leave(world, container, network)


def leave_all(world: World, container: Container) -> None:
    """Leave every network and give the host ports back."""
    container.ports = {}
    for network in world.networks.values():
        if container.id in network.hosts:
            leave(world, container, network)


def mount_all(world: World, container: Container) -> None:
    """Tell of every volume that is mounted now."""
    for mount in container.mounts:
        if mount["Type"] == "volume":
            world.emit(
                "volume",
                "mount",
                mount["Name"],
                {
                    "container": container.id,
                    "destination": mount["Destination"],
                    "driver": mount["Driver"],
                    "propagation": mount["Propagation"],
                    "read/write": str(mount["RW"]).lower(),
                },
            )


def unmount_all(world: World, container: Container) -> None:
    """Tell of every volume that is free again."""
    for mount in container.mounts:
        if mount["Type"] == "volume":
            attributes = {"container": container.id, "driver": mount["Driver"]}
            world.emit("volume", "unmount", mount["Name"], attributes)


def publish(world: World, container: Container) -> None:
    """Take the host ports that it asks for; Refusal 500 when somebody has one."""
    if container.host["NetworkMode"] in ("host", "none"):
        container.ports = {}
        return
    taken = world.published_ports()
    bindings = container.host["PortBindings"] or {}
    ports: dict[str, list[JSON] | None] = {}
    for port in sorted(container.config.get("ExposedPorts") or ()):
        asked = bindings.get(port) or ([{}] if container.host["PublishAllPorts"] else [])
        ports[port] = [half for one in asked for half in _bound(world, container, port, one, taken)] or None
    container.ports = ports


def _bound(
    world: World, container: Container, port: str, asked: JSON, taken: set[tuple[str, str]]
) -> list[JSON]:
    protocol = port.rpartition("/")[2]
    wanted = asked.get("HostPort") or next(
        str(free) for free in range(LOWEST_EPHEMERAL_PORT, 65536) if (str(free), protocol) not in taken
    )
    address = asked.get("HostIp") or "0.0.0.0"
    if (wanted, protocol) in taken:
        where = f"{container.name} ({world.digest(f'endpoint:{container.id}')})"
        raise Refusal(
            500,
            "failed to set up container networking: "
            f"driver failed programming external connectivity on endpoint {where}: "
            f"Bind for {address}:{wanted} failed: port is already allocated",
        )
    taken.add((wanted, protocol))
    both = [address, "::"] if address == "0.0.0.0" else [address]
    return [{"HostIp": one, "HostPort": wanted} for one in both]


def _address(container: Container, network: Network, settings: JSON) -> None:
    subnet = ipaddress.ip_network(network.subnet)
    asked = (settings["IPAMConfig"] or {}).get("IPv4Address")
    number = int(ipaddress.ip_address(asked)) - int(subnet.network_address) if asked else _free(network)
    network.hosts[container.id] = number
    address = subnet.network_address + number
    settings["Gateway"] = network.gateway
    settings["IPAddress"] = str(address)
    settings["IPPrefixLen"] = subnet.prefixlen
    settings["MacAddress"] = "02:42:" + ":".join(f"{byte:02x}" for byte in address.packed[-4:])


def _free(network: Network) -> int:
    taken = set(network.hosts.values())
    if len(taken) > 256:
        return max(taken) + 1
    return next(number for number in range(2, len(taken) + 3) if number not in taken)


def _told(world: World, action: str, network: Network, container: Container) -> None:
    attributes = {"container": container.id, "name": network.name, "type": network.driver}
    world.emit("network", action, network.id, attributes)
