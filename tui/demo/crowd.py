"""Ten thousand containers for the asking: the demo's `scale`."""

from __future__ import annotations

import ipaddress

from tui.demo import attachments, making, networks
from tui.demo.models import Container, Run
from tui.demo.world import World

NAME = "crowd"
SUBNET = "10.64.0.0/14"
CYCLE = (
    "running",
    "running",
    "exited",
    "running",
    "running",
    "running",
    "exited",
    "running",
    "paused",
    "created",
)
MINUTE = 60.0


def build(world: World, count: int) -> None:
    """Add that many containers of one image; they share what none of them changes."""
    if not count:
        return
    image = world.image("shop/worker:1.8")
    network = networks.create(world, {"Name": NAME, "IPAM": {"Config": [{"Subnet": SUBNET}]}})
    config = making.configured({"Image": image.tags[0], "Labels": {"crowd": "yes"}}, image)
    host = {**making.HOST, "NetworkMode": NAME}
    base, prefix = ipaddress.ip_network(SUBNET).network_address, int(SUBNET.partition("/")[2])
    empty = attachments.endpoint() | {"NetworkID": network.id}
    now = world.now()
    for number in range(count):
        status = CYCLE[number % len(CYCLE)]
        identity = world.digest(f"crowd:{number}")
        created = now - (count - number + 90) * MINUTE
        container = Container(
            id=identity,
            name=f"crowd-{number + 1:05d}",
            image=image.tags[0],
            image_id=image.id,
            created=created,
            config=config,
            host=host,
            status=status,
            networks={NAME: empty},
        )
        if status != "created":
            container.started = created + 1
            container.runs = [Run(created + 1, None if status == "running" else created + MINUTE)]
        if status == "exited":
            container.finished, container.exit_code = created + MINUTE, number // 10 % 3
        elif status != "created":
            network.hosts[identity] = number + 2
            settings = {"EndpointID": identity[::-1], "Gateway": network.gateway}
            address = base + number + 2
            settings |= {"IPAddress": str(address), "MacAddress": f"02:42:{address.packed.hex(':')}"}
            container.networks = {NAME: {**empty, **settings, "IPPrefixLen": prefix}}
            container.pid = 5_000 + number
        world.containers[identity] = container
