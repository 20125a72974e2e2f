"""What a person wants to know of an object, line by line, from its inspect answer and the Store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tui.engine.models import Container, Image, Model, Network, Volume
from tui.engine.store import Store
from tui.panes.fact import (
    Fact,
    Found,
    branch,
    command_line,
    fact,
    facts,
    labelled,
    number,
    pairs,
    section,
    short_id,
    word,
)
from tui.panes.overview_container import container_overview
from tui.panes.secrets import covered_assignment
from tui.panes.why import remembered
from tui.panes.words import moment, size, state_words, when
from widgets.table import Tone

if TYPE_CHECKING:
    from tui.engine.lives import Why

__all__ = ["Fact", "overview"]

MANY = 30
"""So many users of an object are listed, the rest is counted."""


def overview(
    model: Model,
    found: Mapping[str, Any] | None,
    store: Store,
    now: float,
    *,
    reveal: bool = False,
    why: Why | None = None,
) -> list[Fact]:
    """The overview of an object.

    `found` is the answer of GET /containers/{id}/json, /images/{id}/json, /networks/{id} or
    /volumes/{name}; while it is None the overview tells what the Store knows. `now` is in epoch seconds.
    `why` is what is known of a container that is down, None while nobody has asked.
    Secrets in environments, labels and options are covered unless `reveal`.
    """
    match model:
        case Container():
            found = remembered(found, store.refusals.get(model.id))
            return list(container_overview(model, found, now, reveal=reveal, why=why))
        case Image():
            return list(_image(model, found, store, now, reveal))
        case Network():
            return list(_network(model, found or {}, store, now, reveal))
        case Volume():
            return list(_volume(model, found or {}, store, now, reveal))


def _image(image: Image, found: Found | None, store: Store, now: float, reveal: bool) -> Iterator[Fact]:
    if image.intermediate:
        yield Fact("tags", "none: it is a step that other images are built on", Tone.DIM)
    elif image.dangling:
        yield Fact("tags", "none: it is dangling", Tone.WARN)
    yield from facts("tags", image.references)
    yield from facts("digests", image.digests)
    yield Fact("id", image.id)
    yield Fact("size", size(image.size))
    yield from _image_sizes(image, store, now)
    yield from fact("created", when(image.created, now))
    if found is not None:
        yield from _image_build(found)
    yield from section(
        "What a container of it does",
        _image_config(branch(found, "Config"), reveal),
        facts("labels", pairs(image.labels, reveal=reveal)),
    )
    yield from section("Family", _image_kin(image, store))
    users = _users(store, store.uses.images.get(image.id, ()), now)
    yield from section("Used by", users or [Fact("containers", "none", Tone.DIM)])


def _image_sizes(image: Image, store: Store, now: float) -> Iterator[Fact]:
    """What was measured, once somebody asked for it, and when that was."""
    sizes = store.image_sizes
    if sizes is None or (shared := sizes.shared_by(image)) is None:
        return
    yield Fact("unique", f"{size(image.size - shared)} go with it")
    yield Fact("shared", f"{size(shared)} are in other images too")
    yield from fact("measured", when(sizes.asked, now))


def _image_kin(image: Image, store: Store) -> Iterator[Fact]:
    """The listed images that it is built on, and that are built on it."""
    parents = [one.name for one in store.images.values() if one.id == image.parent]
    children = [one.name for one in store.images.values() if one.parent == image.id]
    yield from facts("built on", parents[:MANY])
    yield from facts("base of", children[:MANY])


def _image_build(found: Found) -> Iterator[Fact]:
    platform = "/".join(filter(None, (word(found, key) for key in ("Os", "Architecture", "Variant"))))
    yield from fact("platform", platform)
    layers = len(branch(found, "RootFS").get("Layers") or ())
    yield from fact("layers", str(layers) if layers else "")
    yield from fact("author", word(found, "Author"))
    yield from fact("comment", word(found, "Comment"))


def _image_config(config: Found, reveal: bool) -> Iterator[Fact]:
    yield from fact("entrypoint", command_line(config.get("Entrypoint")))
    yield from fact("command", command_line(config.get("Cmd")))
    yield from fact("user", word(config, "User"))
    yield from fact("workdir", word(config, "WorkingDir"))
    yield from fact("ports", ", ".join(port.removesuffix("/tcp") for port in branch(config, "ExposedPorts")))
    yield from facts("volumes", branch(config, "Volumes"))
    yield from fact("stop signal", word(config, "StopSignal"))
    yield from fact("health", command_line(branch(config, "Healthcheck").get("Test")))
    yield from facts("env", (covered_assignment(line, reveal=reveal) for line in config.get("Env") or ()))


def _network(network: Network, found: Found, store: Store, now: float, reveal: bool) -> Iterator[Fact]:
    if network.built_in:
        yield Fact("built in", "Docker itself made it and keeps it: it cannot be removed", Tone.DIM)
    yield from fact("driver", network.driver)
    yield from fact("scope", network.scope)
    yield Fact("id", short_id(network.id))
    yield from fact("created", when(moment(network.created), now))
    yield from facts("nature", _nature(network, found))
    yield from facts("subnet", _subnets(network, found))
    ends = list(_ends(network, found, store, now))
    yield from section("Used by", ends or [Fact("containers", "none", Tone.DIM)])
    yield from _settings(branch(found, "Options").items(), network.labels, reveal)


def _nature(network: Network, found: Found) -> Iterator[str]:
    if network.internal:
        yield "internal: no way to the outside"
    if network.attachable:
        yield "attachable: any container may join"
    if network.ingress:
        yield "ingress: carries the published ports of services"
    if network.config_only:
        yield "config only: a template for other networks"
    if source := word(branch(found, "ConfigFrom"), "Network"):
        yield f"made from the template {source}"
    if network.ipv6:
        yield "IPv6"


def _subnets(network: Network, found: Found) -> list[str]:
    pools = branch(found, "IPAM").get("Config")
    if pools is None:
        ways = [f"  gateway {gateway}" for gateway in network.gateways]
        ways += [""] * (len(network.subnets) - len(ways))
        return [subnet + way for subnet, way in zip(network.subnets, ways, strict=False)]
    return [
        "  ".join(
            filter(
                None,
                (
                    word(pool, "Subnet"),
                    _named("gateway", word(pool, "Gateway")),
                    _named("range", word(pool, "IPRange")),
                    *(f"{name} {ip}" for name, ip in branch(pool, "AuxiliaryAddresses").items()),
                ),
            )
        )
        for pool in pools
    ]


def _named(name: str, value: str) -> str:
    return f"{name} {value}" if value else ""


def _ends(network: Network, found: Found, store: Store, now: float) -> Iterator[Fact]:
    """Who is in a network: running ones with their addresses, stopped ones, and what is no container."""
    ends = branch(found, "Containers")

    def address(container: Container) -> str:
        end = branch(ends, container.id)
        known = next((use.ip for use in container.networks if use.network_id == network.id), "")
        return "  ".join(filter(None, (word(end, "IPv4Address") or known, word(end, "IPv6Address"))))

    keys = store.uses.networks.get(network.id, ())
    yield from _users(store, keys, now, address)
    others = [end or {} for key, end in ends.items() if key not in store.containers]
    texts = (f"{word(end, 'Name')}  {word(end, 'IPv4Address')}".rstrip() for end in others)
    yield from facts("other ends", texts)


def _volume(volume: Volume, found: Found, store: Store, now: float, reveal: bool) -> Iterator[Fact]:
    if volume.anonymous:
        yield Fact("anonymous", "a container made it without giving it a name", Tone.DIM)
    yield from fact("driver", volume.driver)
    yield from fact("scope", volume.scope)
    yield from fact("mountpoint", volume.mountpoint)
    yield from fact("created", when(moment(volume.created), now))
    usage = branch(found, "UsageData")
    if number(usage, "Size") > 0:
        yield Fact("size", size(number(usage, "Size")))

    def place(container: Container) -> str:
        return ", ".join(
            f"→ {mount.target}{'' if mount.writable else '  read-only'}"
            for mount in container.mounts
            if mount.type == "volume" and mount.source == volume.name
        )

    users = _users(store, store.uses.volumes.get(volume.name, ()), now, place)
    yield from section("Used by", users or [Fact("containers", "none", Tone.DIM)])
    yield from _settings(volume.options, volume.labels, reveal)


def _settings(
    options: Iterable[tuple[str, str]], labels: Iterable[tuple[str, str]], reveal: bool
) -> list[Fact]:
    return section(
        "Settings",
        facts("options", pairs(options, reveal=reveal)),
        facts("labels", pairs(labels, reveal=reveal)),
    )


def _nothing_more(_container: Container) -> str:
    return ""


def _users(
    store: Store, keys: Iterable[str], now: float, more: Callable[[Container], str] = _nothing_more
) -> list[Fact]:
    """One line for each container of `keys`: name, state, and what else there is to say of it."""
    containers = [store.containers[key] for key in keys if key in store.containers]
    lines = []
    for container in containers[:MANY]:
        state, tone = state_words(container, now)
        words = filter(None, (container.name, state, more(container)))
        lines.append(Fact("", "  ".join(words), tone if container.running else Tone.DIM))
    if len(containers) > MANY:
        lines.append(Fact("", f"and {len(containers) - MANY} more", Tone.DIM))
    return labelled("containers", lines)
