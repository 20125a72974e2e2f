"""Networks, as GET /networks lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tui.engine.kinds import Kind

BUILT_IN = frozenset({"bridge", "host", "none"})
"""The networks that every Engine makes itself and never lets go."""


@dataclass(frozen=True, slots=True)
class Network:
    """One network (GET /networks)."""

    kind: ClassVar[Kind] = Kind.NETWORK

    id: str
    name: str
    driver: str
    scope: str
    """local, swarm or global."""
    subnets: tuple[str, ...]
    """In CIDR notation."""
    gateways: tuple[str, ...]
    created: str
    """RFC 3339, as the Engine writes it."""
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    config_only: bool = False
    ipv6: bool = False
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What the Store knows it by."""
        return self.id

    @property
    def built_in(self) -> bool:
        """Whether Docker itself made it, so that it can be neither removed nor pruned."""
        return self.name in BUILT_IN


def decode_network(item: Mapping[str, Any]) -> Network:
    """A Network from one item of GET /networks."""
    pools = (item.get("IPAM") or {}).get("Config") or ()
    return Network(
        id=item["Id"],
        name=item.get("Name") or "",
        driver=item.get("Driver") or "",
        scope=item.get("Scope") or "",
        subnets=tuple(pool["Subnet"] for pool in pools if pool.get("Subnet")),
        gateways=tuple(pool["Gateway"] for pool in pools if pool.get("Gateway")),
        created=item.get("Created") or "",
        internal=bool(item.get("Internal")),
        attachable=bool(item.get("Attachable")),
        ingress=bool(item.get("Ingress")),
        config_only=bool(item.get("ConfigOnly")),
        ipv6=bool(item.get("EnableIPv6")),
        labels=tuple((item.get("Labels") or {}).items()),
    )
