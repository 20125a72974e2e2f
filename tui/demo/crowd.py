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
    subnet = ipaddress.ip_network(SUBNET)
    first = int(subnet.network_address) + 2
    empty = attachments.endpoint() | {"NetworkID": network.id}
    shared = {"Gateway": network.gateway, "IPPrefixLen": subnet.prefixlen}
    now = world.now()
    for number in range(count):
        status = CYCLE[number % len(CYCLE)]
        identity = world.digest(f"crowd:{number}")
        created = now - (count - number + 90) * MINUTE
        alive = status not in ("created", "exited")
        place = empty
        if alive:
            network.hosts[identity] = number + 2
            parts = (first + number).to_bytes(4, "big")
            own = {
                "EndpointID": identity[::-1],
                "IPAddress": ".".join(map(str, parts)),
                "MacAddress": f"02:42:{parts.hex(':')}",
            }
            place = {**empty, **shared, **own}
        world.containers[identity] = Container(
            id=identity,
            name=f"crowd-{number + 1:05d}",
            image=image.tags[0],
            image_id=image.id,
            created=created,
            config=config,
            host=host,
            status=status,
            started=None if status == "created" else created + 1,
            finished=created + MINUTE if status == "exited" else None,
            exit_code=number // 10 % 3 if status == "exited" else 0,
            pid=5_000 + number if alive else 0,
            networks={NAME: place},
            runs=[] if status == "created" else [Run(created + 1, _ended(status, created))],
        )


def _ended(status: str, created: float) -> float | None:
    return None if status == "running" else created + MINUTE
