"""The Engine's statistics (GET /containers/{id}/stats) as figures: what `docker stats` makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.engine.figures import Figure

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z?")
_NO_TIME = datetime.min.replace(tzinfo=UTC).timestamp()
"""Go's zero time, which the Engine sends for what it has not read."""
SHORTEST, LONGEST = 0.5, 3600.0
"""Seconds between two readings that say something of the time between them."""
MOST_CORES = 1024
"""No machine is taken to have more."""
_MOST = 2**64
"""No counter of the Engine's is larger."""


def figure_of(answer: Mapping[str, Any], before: Mapping[str, Any] | None, at: float) -> Figure | None:
    """What one frame of statistics says; None when its container does not run.

    `before` is the frame before of the same container, for what comes and goes in a second; `at` is now, in
    epoch seconds. What the Engine leaves out is 0 or None, never an error.
    """
    if not runs(answer):
        return None
    read, written = _blocks(answer)
    received, sent = _networks(answer)
    whole = _machine_time(answer)
    memory = _mapping(answer, "memory_stats")
    figure = Figure(
        at,
        _cpu_percent(answer, whole),
        _memory_used(memory),
        _number(memory, "limit"),
        received,
        sent,
        read,
        written,
        _number(_mapping(answer, "pids_stats"), "current"),
        cores=_core_percents(answer, whole),
    )
    if before is None or not runs(before):
        return figure
    seconds = _read_at(answer) - _read_at(before)
    received_before, sent_before = _networks(before)
    read_before, written_before = _blocks(before)
    return figure._replace(
        received_rate=_rate(received - received_before, seconds),
        sent_rate=_rate(sent - sent_before, seconds),
        read_rate=_rate(read - read_before, seconds),
        written_rate=_rate(written - written_before, seconds),
    )


def runs(answer: Mapping[str, Any]) -> bool:
    """Whether a frame is of a container that runs: of another the Engine sends one with nothing in it."""
    used = _mapping(_mapping(answer, "cpu_stats"), "cpu_usage")
    return _read_at(answer) > _NO_TIME and (
        bool(_number(used, "total_usage")) or bool(answer.get("memory_stats"))
    )


def _machine_time(answer: Mapping[str, Any]) -> int:
    """Nanoseconds that all cores together had between a frame's two `cpu_stats`; 0 when there are not two."""
    now, then = _mapping(answer, "cpu_stats"), _mapping(answer, "precpu_stats")
    if "cpu" in now:
        # only Podman tells this; what it calls the system's time is not the machine's
        seconds = _read_at(answer) - _read_at(answer, "preread")
        return int(seconds * 1e9) * _cpus(now) if SHORTEST <= seconds < LONGEST else 0
    before = _number(then, "system_cpu_usage")
    return max(0, _number(now, "system_cpu_usage") - before) if before > 0 else 0


def _cpu_percent(answer: Mapping[str, Any], whole: int) -> float | None:
    """Percent of one core; None when there is nothing before, or the container began anew."""
    now, then = _mapping(answer, "cpu_stats"), _mapping(answer, "precpu_stats")
    used = _number(_mapping(now, "cpu_usage"), "total_usage")
    share = used - _number(_mapping(then, "cpu_usage"), "total_usage")
    return share / whole * _cpus(now) * 100 if whole and share >= 0 else None


def _core_percents(answer: Mapping[str, Any], whole: int) -> tuple[float, ...]:
    """Percent of each core; () where the Engine does not tell (cgroup v2)."""
    now, then = _mapping(answer, "cpu_stats"), _mapping(answer, "precpu_stats")
    cores = _numbers(_mapping(now, "cpu_usage"), "percpu_usage")
    before = _numbers(_mapping(then, "cpu_usage"), "percpu_usage")
    # cores that are switched off stand at the end of the list as zeros
    cpus = min(_cpus(now), len(cores), len(before))
    shares = [cores[place] - before[place] for place in range(cpus)]
    if not whole or min(shares, default=-1) < 0:
        return ()
    return tuple(share / whole * _cpus(now) * 100 for share in shares)


def _memory_used(memory: Mapping[str, Any]) -> int:
    """Bytes in use but for the file cache that is not in use, of a `memory_stats`."""
    usage = _number(memory, "usage")
    details = _mapping(memory, "stats")
    # cgroup v1 has both names, of which the other leaves out what is in the groups below
    for name in ("total_inactive_file", "inactive_file"):
        if name in details:
            cache = _number(details, name)
            return usage - cache if 0 < cache < usage else usage
    return usage


def _cpus(cpu: Mapping[str, Any]) -> int:
    """How many cores there are."""
    told = _number(cpu, "online_cpus") or len(_numbers(_mapping(cpu, "cpu_usage"), "percpu_usage"))
    return min(max(0, told), MOST_CORES)


def _networks(answer: Mapping[str, Any]) -> tuple[int, int]:
    """Bytes received and sent on all networks."""
    each = [one for one in _mapping(answer, "networks").values() if isinstance(one, Mapping)]
    return sum(_number(one, "rx_bytes") for one in each), sum(_number(one, "tx_bytes") for one in each)


def _blocks(answer: Mapping[str, Any]) -> tuple[int, int]:
    """Bytes read from and written to block devices; cgroup v1 writes "Read", v2 "read"."""
    read = written = 0
    entries = _mapping(answer, "blkio_stats").get("io_service_bytes_recursive")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping):
            continue
        operation = str(entry.get("op", "")).lower()
        if operation == "read":
            read += _number(entry, "value")
        elif operation == "write":
            written += _number(entry, "value")
    return read, written


def _rate(difference: int, seconds: float) -> float | None:
    return difference / seconds if seconds > 0 and difference >= 0 else None


def _read_at(answer: Mapping[str, Any], name: str = "read") -> float:
    """When the Engine read a frame, or the one before, in epoch seconds of its own clock."""
    found = _STAMP.match(str(answer.get(name, "")))
    if found is None:
        return _NO_TIME
    try:
        whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return _NO_TIME
    return whole + float(f"0.{found[2] or 0}")


def _mapping(inside: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = inside.get(name)
    return found if isinstance(found, Mapping) else {}


def _numbers(inside: Mapping[str, Any], name: str) -> Sequence[int]:
    found = inside.get(name)
    return [_whole(one) for one in found] if isinstance(found, list) else ()


def _number(inside: Mapping[str, Any], name: str) -> int:
    return _whole(inside.get(name))


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and -_MOST <= value <= _MOST else 0
