"""The overview of a container, from GET /containers/{id}/json and the Store's model of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.engine.models import Container, Mount, Port
from tui.panes.fact import (
    Fact,
    Found,
    branch,
    command_line,
    fact,
    facts,
    number,
    pairs,
    section,
    short_id,
    word,
)
from tui.panes.secrets import covered_assignment
from tui.panes.why import exit_facts, probes, restart_facts, why_section
from tui.panes.words import age, health_words, memory, moment, port_words, state_words, when
from widgets.table import Tone

if TYPE_CHECKING:
    from tui.engine.lives import Why


def container_overview(
    container: Container,
    found: Found | None,
    now: float,
    *,
    reveal: bool = False,
    why: Why | None = None,
) -> Iterator[Fact]:
    """The lines about a container; `found` is None until the Engine has answered, `why` while it is up."""
    answer = found or {}
    yield _state(container, branch(answer, "State"), now)
    down = why_section(container, answer, now, why)
    yield from down or exit_facts(container, branch(answer, "State"))
    # what follows is no reason any more
    yield from [Fact("Container", "")] if down else []
    image = dict.fromkeys(filter(None, (container.image, short_id(container.image_id))))
    yield from fact("image", "  ".join(image))
    yield from _command(container, answer)
    yield from _compose(container)
    yield Fact("id", short_id(container.id))
    yield from _times(container, answer, now)
    yield from [] if down else restart_facts(container, answer, now)
    if container.running and container.state != "restarting":
        yield from section("Health", _health(container, branch(answer, "State", "Health"), now))
    yield from section("Network", _ports(container, answer), _networks(container, answer))
    yield from section("Storage", facts("mounts", _mounts(container, answer)))
    labels = facts("labels", pairs(container.labels, reveal=reveal))
    if found is None:
        yield from section("Settings", labels)
        return
    yield from section("Limits", _limits(branch(found, "HostConfig")))
    yield from section(
        "Settings", _settings(branch(found, "Config"), branch(found, "HostConfig"), reveal), labels
    )


def _state(container: Container, state: Found, now: float) -> Fact:
    # the list rounds what the inspect answer knows exactly
    if container.state == "running" and (started := moment(word(state, "StartedAt"))):
        container = replace(container, since=started)
    words, tone = state_words(container, now)
    if container.state in ("exited", "dead"):
        ended = moment(word(state, "FinishedAt")) or container.since
        words += f"  {age(now - ended)} ago" if ended else ""
    if container.health and container.running:
        health, health_tone = health_words(container.health)
        return Fact("state", f"{words}  {health}", health_tone if health_tone is not Tone.GOOD else tone)
    return Fact("state", words, tone)


def _command(container: Container, answer: Found) -> Iterator[Fact]:
    path = word(answer, "Path")
    typed = command_line([path, *(answer.get("Args") or ())]) if path else container.command
    yield from fact("command", typed)
    yield from fact("entrypoint", command_line(branch(answer, "Config").get("Entrypoint")))


def _compose(container: Container) -> list[Fact]:
    service = container.service
    return fact("project", "  ".join(filter(None, (container.project, service and f"service {service}"))))


def _times(container: Container, answer: Found, now: float) -> Iterator[Fact]:
    state = branch(answer, "State")
    yield from fact("created", when(moment(word(answer, "Created")) or container.created, now))
    yield from fact("started", when(moment(word(state, "StartedAt")), now))
    yield from fact("finished", when(moment(word(state, "FinishedAt")), now))


def _health(container: Container, health: Found, now: float) -> Iterator[Fact]:
    words, tone = health_words(container.health or word(health, "Status"))
    if not words:
        return
    streak = number(health, "FailingStreak")
    yield Fact("health", words + (f"  failed {streak} times in a row" if streak else ""), tone)
    yield from probes(health, now)


def _ports(container: Container, answer: Found) -> list[Fact]:
    if container.ports:
        return facts("ports", port_words(container.ports))
    # the Engine publishes nothing while the container stands still, but it knows what it would
    wanted = branch(answer, "HostConfig", "PortBindings")
    bound = [
        Port(*_exposed(port), public=number(to, "HostPort") or None, ip=word(to, "HostIp"))
        for port, ends in wanted.items()
        for to in ends or ()
    ]
    exposed = [
        Port(*_exposed(port)) for port in branch(answer, "Config", "ExposedPorts") if port not in wanted
    ]
    return facts("ports", (f"{words}  when it runs" for words in port_words(bound + exposed)), Tone.DIM)


def _exposed(port: str) -> tuple[int, str]:
    private, _, protocol = port.partition("/")
    return (int(private) if private.isdigit() else 0), protocol or "tcp"


def _networks(container: Container, answer: Found) -> list[Fact]:
    ends = branch(answer, "NetworkSettings", "Networks")
    if not ends:
        return facts("networks", (f"{use.name}  {use.ip}".rstrip() for use in container.networks))
    lines = []
    for name, end in ends.items():
        end = end or {}
        ips = (_cidr(end, "IPAddress", "IPPrefixLen"), _cidr(end, "GlobalIPv6Address", "GlobalIPv6PrefixLen"))
        lines.append("  ".join(filter(None, (name, *ips))))
        ways = (("gateway", word(end, "Gateway")), ("mac", word(end, "MacAddress")))
        lines += [more for more in ["  ".join(f"{key} {value}" for key, value in ways if value)] if more]
        lines += [f"also called {', '.join(end['Aliases'])}"] if end.get("Aliases") else []
    return facts("networks", lines)


def _cidr(end: Found, address: str, length: str) -> str:
    ip, bits = word(end, address), number(end, length)
    return f"{ip}/{bits}" if ip and bits else ip


def _mounts(container: Container, answer: Found) -> Iterator[str]:
    mounts = answer.get("Mounts")
    if mounts is None:
        known = list(container.mounts)
    else:
        known = [
            Mount(
                kind,
                word(one, "Name" if kind == "volume" else "Source"),
                word(one, "Destination"),
                one.get("RW") is not False,
            )
            for one in mounts
            for kind in (word(one, "Type"),)
        ]
    for mount in known:
        what = " ".join(filter(None, (mount.type, mount.source)))
        yield f"{what} → {mount.target}{'' if mount.writable else '  read-only'}"
    for target, options in branch(answer, "HostConfig", "Tmpfs").items():
        yield f"tmpfs → {target}{f'  {options}' if options else ''}"


def _limits(host: Found) -> Iterator[Fact]:
    bytes_, swap, kept = (number(host, key) for key in ("Memory", "MemorySwap", "MemoryReservation"))
    texts = (
        memory(bytes_) if bytes_ else "",
        "swap without limit" if bytes_ and swap < 0 else f"with swap {memory(swap)}" if swap > 0 else "",
        f"{memory(kept)} reserved" if kept else "",
    )
    yield from fact("memory", "  ".join(filter(None, texts)))
    period = number(host, "CpuPeriod") or 100_000
    cpus = number(host, "NanoCpus") / 1e9 or number(host, "CpuQuota") / period
    yield from fact("cpus", f"{cpus:g}" if cpus > 0 else "")
    shares = number(host, "CpuShares")
    yield from fact("cpu shares", str(shares) if shares else "")
    yield from fact("cpuset", word(host, "CpusetCpus"))
    pids = number(host, "PidsLimit")
    yield from fact("pids", str(pids) if pids > 0 else "")


def _settings(config: Found, host: Found, reveal: bool) -> Iterator[Fact]:
    yield Fact("user", word(config, "User") or "root")
    yield from fact("workdir", word(config, "WorkingDir"))
    yield from fact(
        "hostname", ".".join(filter(None, (word(config, "Hostname"), word(config, "Domainname"))))
    )
    terminal = (("Tty", "a terminal (-t)"), ("OpenStdin", "input is open (-i)"))
    yield from fact("terminal", ", ".join(words for key, words in terminal if config.get(key)))
    if host.get("Privileged"):
        yield Fact("privileged", "it may do to the machine whatever root may", Tone.BAD)
    yield from fact("cap add", ", ".join(host.get("CapAdd") or ()))
    yield from fact("cap drop", ", ".join(host.get("CapDrop") or ()))
    yield from fact("root files", "read-only" if host.get("ReadonlyRootfs") else "")
    yield from fact("logs", word(branch(host, "LogConfig"), "Type"))
    yield from facts("env", (covered_assignment(line, reveal=reveal) for line in config.get("Env") or ()))
