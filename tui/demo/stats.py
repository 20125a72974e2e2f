"""What the demo's containers use (GET /containers/{id}/stats): it follows from name, seed and time alone."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

from tui.demo import processes
from tui.demo.formats import repository, rfc3339
from tui.demo.models import JSON, Container
from tui.demo.world import World

CPUS = 4
MEMORY = 8 << 30
"""Bytes that the demo's machine has."""
BOOTED = 1_700_000_000.0
"""When the machine was started, in epoch seconds; what it counts since then fits a float."""
NO_LIMIT = 2**64 - 1
"""What cgroup 2 says where nothing limits the number of processes."""
MIB = 1 << 20
RIPPLE = 7.3
"""Seconds between two of the small waves that every load has."""


@dataclass(frozen=True)
class Load:
    """How a kind of service uses the machine."""

    share: float
    """Of one core, on average."""
    period: float = 90.0
    """Seconds from one high tide to the next."""
    tide: float = 0.6
    """How far it swings about the average, as a part of it; with the ripple less than all of it."""
    burst: float = 0.0
    """The part of each period in which all of its work is done; 0 when it flows evenly."""
    memory: float = 40.0
    """MiB, without what grows."""
    growth: float = 0.0
    """MiB that it takes bit by bit, and gives back at once every twenty minutes."""
    cache: float = 8.0
    """MiB of files that could be let go."""
    received: float = 0.0
    """KiB for each second of a core. So the others."""
    sent: float = 0.0
    read: float = 0.0
    written: float = 0.0
    threads: int = 0
    """Beside its processes."""


LOADS = {
    "nginx": Load(0.06, memory=11, received=1900, sent=7400),
    "shop/app": Load(0.24, tide=0.7, memory=118, received=610, sent=980, threads=6),
    "shop/worker": Load(
        0.19, period=47, burst=0.22, memory=64, growth=30, received=310, sent=120, written=900
    ),
    "postgres": Load(
        0.09, tide=0.3, memory=190, growth=320, cache=140, received=520, sent=1900, written=5200
    ),
    "redis": Load(0.03, tide=0.5, memory=18, growth=4, received=2100, sent=2600, written=130),
    "shop/search": Load(0.62, period=300, tide=0.35, memory=640, growth=40, received=90, sent=70, threads=46),
    "grafana/grafana": Load(0.02, memory=92, received=400, sent=600, written=80, threads=14),
    "prom/prometheus": Load(0.05, memory=310, growth=90, received=3000, sent=40, written=2400, threads=11),
}
QUIET = Load(0.0, memory=2, cache=1)
"""Of what only waits."""
CYCLE = 1_200.0


def frame(world: World, container: Container, at: float, before: float | None) -> JSON:
    """The statistics at a moment with those of the one before, as API 1.47 and cgroup 2 tell of them."""
    who = {"name": f"/{container.name}", "id": container.id}
    if container.status not in ("running", "paused"):
        return {**who, **_nothing()}
    load = LOADS.get(repository(container.image), QUIET)
    work = _work(world, container, load, at)
    return {
        **who,
        "read": rfc3339(at),
        "preread": rfc3339(None) if before is None else rfc3339(before),
        "pids_stats": {"current": len(processes.inside(world, container)) + load.threads, "limit": NO_LIMIT},
        "blkio_stats": _blocks(load, work),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _cpu(work, at),
        "precpu_stats": _no_cpu() if before is None else _cpu(_work(world, container, load, before), before),
        "memory_stats": _memory(world, container, load, at),
        **_networks(container, load, work, at),
    }


def one_shot(world: World, container: Container, at: float) -> JSON:
    """The statistics at a moment alone; the Engine leaves out whose they are."""
    told = frame(world, container, at, None)
    if container.status in ("running", "paused"):
        del told["name"], told["id"]
    return told


def _luck(world: World, container: Container) -> float:
    """From 0 to 1, another for each container."""
    return zlib.crc32(f"{world.seed}:{container.name}:load".encode()) / 2**32


def _work(world: World, container: Container, load: Load, at: float) -> float:
    """Seconds of one core that it has used since it was started; nothing while it was paused."""
    luck = _luck(world, container)
    begun = container.started or at
    most = container.host.get("NanoCpus", 0) / 1e9 or CPUS
    share = min(load.share * (0.6 + 0.8 * luck), most * _evenness(load))
    parts = [
        (max(run.began, begun), at if run.ended is None else min(run.ended, at))
        for run in container.runs
        if run.ended is None or run.ended > begun
    ]
    phase = luck * load.period
    return share * sum(
        max(0.0, _flow(load, end + phase) - _flow(load, start + phase)) for start, end in parts if end > start
    )


def _evenness(load: Load) -> float:
    """Its average as a part of the most it ever does."""
    return load.burst or 1 / (1 + load.tide + _ripple(load))


def _ripple(load: Load) -> float:
    return (1 - load.tide) / 2


def _flow(load: Load, at: float) -> float:
    """What an average of one has come to at a moment: the integral of its tide and ripple."""
    at -= BOOTED
    if load.burst:
        whole, part = divmod(at, load.period)
        return (whole + min(part / load.period / load.burst, 1.0)) * load.period
    return (
        at
        - load.tide * load.period / math.tau * math.cos(math.tau * at / load.period)
        - _ripple(load) * RIPPLE / math.tau * math.cos(math.tau * at / RIPPLE)
    )


def _cpu(work: float, at: float) -> JSON:
    return {
        "cpu_usage": {
            "total_usage": int(work * 1e9),
            "usage_in_kernelmode": int(work * 0.2e9),
            "usage_in_usermode": int(work * 0.8e9),
        },
        "system_cpu_usage": int((at - BOOTED) * CPUS * 1e9),
        "online_cpus": CPUS,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _no_cpu() -> JSON:
    return {
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _memory(world: World, container: Container, load: Load, at: float) -> JSON:
    limit = container.host.get("Memory") or MEMORY
    luck = _luck(world, container)
    grown = load.growth * ((at + luck * CYCLE) % CYCLE) / CYCLE
    breath = 0.03 * math.sin(math.tau * (at / load.period + luck))
    used = int(min((load.memory * (1 + breath) + grown) * MIB, limit * 0.97))
    cache = int(min(load.cache * MIB, (limit - used) * 0.9))
    return {
        "usage": used + cache,
        "stats": {
            **dict.fromkeys(_MEMORY_NAMES, 0),
            "active_file": cache // 8,
            "anon": used,
            "file": cache + cache // 8,
            "inactive_anon": used,
            "inactive_file": cache,
            "kernel_stack": 49_152,
            "pgfault": int(at - (container.started or at)) * 3 + 4_000,
            "slab": used // 64,
            "slab_unreclaimable": used // 64,
        },
        "limit": limit,
    }


_MEMORY_NAMES = (
    *("active_anon", "active_file", "anon", "anon_thp", "file", "file_dirty", "file_mapped"),
    *("file_writeback", "inactive_anon", "inactive_file", "kernel_stack", "pgactivate", "pgdeactivate"),
    *("pgfault", "pglazyfree", "pglazyfreed", "pgmajfault", "pgrefill", "pgscan", "pgsteal", "shmem"),
    *("slab", "slab_reclaimable", "slab_unreclaimable", "sock", "thp_collapse_alloc", "thp_fault_alloc"),
    *("unevictable", "workingset_activate", "workingset_nodereclaim", "workingset_refault"),
)


def _networks(container: Container, load: Load, work: float, at: float) -> JSON:
    """Shared alike among its networks; one that has none of its own is told of none."""
    names = [name for name in container.networks if name not in ("host", "none")]
    if not names:
        return {}
    rest = int(at - (container.started or at)) // 20 * 42
    received, sent = ((int(work * each * 1024) + rest) // len(names) for each in (load.received, load.sent))
    return {
        "networks": {
            f"eth{number}": {
                "rx_bytes": received,
                "rx_packets": received // 700,
                "rx_errors": 0,
                "rx_dropped": 0,
                "tx_bytes": sent,
                "tx_packets": sent // 700,
                "tx_errors": 0,
                "tx_dropped": 0,
            }
            for number in range(len(names))
        }
    }


def _blocks(load: Load, work: float) -> JSON:
    counts = {
        "read": int((load.memory * MIB) + work * load.read * 1024),
        "write": int(work * load.written * 1024),
    }
    device = {"major": 254, "minor": 0}
    entries = [{**device, "op": name, "value": count} for name, count in counts.items()]
    return {**_no_blocks(), "io_service_bytes_recursive": entries}


def _no_blocks() -> JSON:
    names = ("service_bytes", "serviced", "queue", "service_time", "wait_time", "merged", "time")
    return {**{f"io_{name}_recursive": None for name in names}, "sectors_recursive": None}


def _nothing() -> JSON:
    """What the Engine says of a container that does not run."""
    return {
        "read": rfc3339(None),
        "preread": rfc3339(None),
        "pids_stats": {},
        "blkio_stats": _no_blocks(),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _no_cpu(),
        "precpu_stats": _no_cpu(),
        "memory_stats": {},
    }
