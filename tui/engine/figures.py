"""What containers use: one reading of the Engine's statistics."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """One reading of a container's statistics (GET /containers/{id}/stats), as `docker stats` computes it."""

    at: float
    """When it was read, in epoch seconds."""
    cpu: float | None
    """Percent of one core, so that two busy cores are 200; None for a first reading, which has none before."""
    memory: int
    """Bytes in use without the file cache that could be let go."""
    memory_limit: int
    """Bytes it may use; the machine's memory when it has no limit, 0 when the Engine does not say."""
    received: int
    """Bytes received on all its networks since it started."""
    sent: int
    read: int
    """Bytes read from block devices since it started."""
    written: int
    pids: int
    """Processes and threads in it."""
    received_rate: float | None = None
    """Bytes a second since the reading before; None for a first reading. So the others."""
    sent_rate: float | None = None
    read_rate: float | None = None
    written_rate: float | None = None
    cores: tuple[float, ...] = ()
    """Percent of each core; () where the Engine does not tell (cgroup v2)."""


class Readings(NamedTuple):
    """Containers of which there are new figures."""

    ids: frozenset[str]
