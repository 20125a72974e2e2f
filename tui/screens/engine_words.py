"""What an Engine is, in lines of label and value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tui.engine.about import About, Host, Part, Release, Swarm
from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.store import Store
from tui.panes.fact import Fact, fact, facts, section
from tui.panes.secrets import covered, covered_assignment
from tui.panes.words import memory, moment, when
from widgets.table import Tone


class Client(NamedTuple):
    """This side of the line."""

    wharf: str
    sdk: str
    """The docker SDK's version."""
    api: str
    """The API version that is spoken."""
    python: str
    """The version of the language Wharf runs in."""
    machine: str
    """linux/amd64."""
    reached: str
    """The docker context, or the address where none leads there."""


def warning_facts(about: About, gaps: Sequence[str]) -> list[Fact]:
    """What the Engine warns of, what it lacks of what Wharf offers, and what could not be asked."""
    errors = [one for error in about.errors for one in error_facts(error)]
    return section(
        "Warnings",
        errors,
        [Fact("", f"⚠ {text.removeprefix('WARNING: ')}", Tone.WARN) for text in warnings(about)],
        [Fact("", gap, Tone.DIM) for gap in gaps],
    )


def warnings(about: About) -> Sequence[str]:
    """The Engine's own warnings."""
    return about.host.warnings if about.host is not None else ()


def error_facts(error: EngineError) -> list[Fact]:
    """What was refused, and what to do."""
    return [Fact("", f"✗ {error.message}", Tone.BAD), *fact("", error.advice)]


def client_facts(client: Client) -> list[Fact]:
    """This side."""
    return section(
        "Client",
        fact("Wharf", client.wharf),
        fact("docker SDK", client.sdk),
        fact("API spoken", client.api),
        fact("Python", client.python),
        fact("OS/Arch", client.machine),
        fact("context" if "://" not in client.reached else "address", client.reached),
    )


def release_facts(release: Release, now: float) -> list[Fact]:
    """The server's release, as `docker version` tells it."""
    least = f" (at least {release.least_api})" if release.least_api else ""
    return [
        *section(
            "Server",
            fact("platform", release.platform),
            fact("version", release.version),
            fact("API", f"{release.api}{least}"),
            fact("Go", release.go),
            fact("git commit", release.commit),
            fact("OS/Arch", f"{release.os}/{release.arch}"),
            fact("kernel", release.kernel),
            fact("built", when(moment(release.built), now) or release.built),
            _experimental(release),
        ),
        *section(
            "Parts",
            *(fact(part.name, _version(part)) for part in release.parts),
        ),
    ]


def _experimental(release: Release) -> list[Fact]:
    return fact("experimental", "yes", Tone.WARN) if release.experimental else fact("experimental", "no")


def _version(part: Part) -> str:
    """Podman's parts tell on further lines how they were made."""
    version = part.version.partition("\n")[0].removeprefix(f"{part.name.lower()} version ")
    return f"{version} ({part.commit})" if part.commit else version


def counted(host: Host, store: Store) -> Host:
    """The same host with its containers as they are by now, counted as the Engine counts them."""
    if not store.listed(Kind.CONTAINER):
        return host
    states = Counter(one.state for one in store.containers.values())
    running, paused = states["running"], states["paused"]
    stopped = states.total() - running - paused
    return replace(host, containers=states.total(), running=running, paused=paused, stopped=stopped)


def count_facts(host: Host) -> list[Fact]:
    """How many objects there are."""
    states = (("running", host.running), ("paused", host.paused), ("stopped", host.stopped))
    words = ", ".join(f"{count:,} {state}" for state, count in states)
    return section(
        "Objects",
        fact("containers", f"{host.containers:,}: {words}"),
        fact("images", f"{host.images:,}"),
    )


def host_facts(host: Host) -> list[Fact]:
    """The machine and the settings, as `docker info` tells them."""
    cgroup = host.cgroup_driver + (f", version {host.cgroup_version}" if host.cgroup_version else "")
    default = f" (default {host.default_runtime})" if host.default_runtime else ""
    return [
        *section(
            "Host",
            fact("name", host.name),
            fact("system", host.system),
            fact("type", f"{host.os}/{host.arch}"),
            fact("kernel", host.kernel),
            fact("CPUs", str(host.cpus or "")),
            fact("memory", memory(host.memory) if host.memory else ""),
            fact("root dir", host.root),
            fact("id", host.id),
            facts("labels", map(covered_assignment, host.labels)),
        ),
        *section(
            "Settings",
            fact("storage", host.storage),
            facts("", (f"{name}: {value}" for name, value in host.storage_status), Tone.DIM),
            fact("logging", host.logging),
            fact("cgroup", cgroup),
            fact("runtimes", f"{', '.join(host.runtimes)}{default}"),
            fact("init", host.init),
            facts("security", map(_security, host.security)),
            _swarm_facts(host.swarm),
            facts("address pools", host.pools),
            fact("firewall", host.firewall),
            facts("CDI folders", host.cdi),
            facts("CDI devices", host.devices),
            fact("resources", ", ".join(host.resources)),
            facts("mirrors", host.mirrors),
            facts("insecure", host.insecure),
            facts("proxies", (f"{label}: {covered('proxy', text)}" for label, text in host.proxies)),
            fact("live restore", "yes" if host.live_restore else "no"),
            fact("debug", "yes" if host.debug else "no"),
            facts("", (f"{label}: {told}" for label, told in host.debugged), Tone.DIM),
        ),
        *section("Built-in plugins", *(fact(use, ", ".join(names)) for use, names in host.plugins)),
    ]


def _swarm_facts(swarm: Swarm) -> list[Fact]:
    """In or out; inside, who this node is and who leads."""
    words = swarm.state + (f", {swarm.role}" if swarm.role else "")
    count = f"{swarm.nodes:,}, of them {swarm.managers:,} managing" if swarm.nodes else ""
    inside = [
        ("id", swarm.cluster),
        ("nodes", count),
        ("this node", swarm.node),
        ("its address", swarm.address),
        ("managers at", ", ".join(swarm.manager_addresses)),
    ]
    return [
        *fact("swarm", words, Tone.BAD if swarm.error else Tone.PLAIN),
        *fact("", swarm.error, Tone.BAD),
        *facts("", (f"{label}: {told}" for label, told in inside if told), Tone.DIM),
    ]


def _security(option: str) -> str:
    """ "name=seccomp,profile=builtin" as "seccomp, profile=builtin"."""
    return ", ".join(part.removeprefix("name=") for part in option.split(","))
