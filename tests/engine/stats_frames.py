"""Frames of statistics as Engines send them."""

from __future__ import annotations

import copy
from typing import Any

JSON = dict[str, Any]

NO_CPU: JSON = {
    "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
    "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
}
NO_BLOCKS: JSON = {"io_service_bytes_recursive": None, "io_serviced_recursive": None}
NOT_RUNNING: JSON = {
    "read": "0001-01-01T00:00:00Z",
    "preread": "0001-01-01T00:00:00Z",
    "pids_stats": {},
    "blkio_stats": NO_BLOCKS,
    "num_procs": 0,
    "storage_stats": {},
    "cpu_stats": NO_CPU,
    "precpu_stats": NO_CPU,
    "memory_stats": {},
    "name": "/job",
    "id": "d273b0a0761e",
}
"""Of a container that does not run."""
CGROUP_1: JSON = {
    "read": "2026-11-24T15:21:36.494908329Z",
    "preread": "2026-11-24T15:21:35.486847401Z",
    "pids_stats": {"current": 3},
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 8, "minor": 0, "op": "Read", "value": 4096},
            {"major": 8, "minor": 0, "op": "Write", "value": 1024},
            {"major": 8, "minor": 0, "op": "Sync", "value": 5120},
            {"major": 8, "minor": 0, "op": "Total", "value": 5120},
            {"major": 8, "minor": 16, "op": "Read", "value": 4096},
        ],
        "io_serviced_recursive": [],
    },
    "num_procs": 0,
    "storage_stats": {},
    "cpu_stats": {
        "cpu_usage": {
            "total_usage": 900_000_000,
            "percpu_usage": [600_000_000, 300_000_000, 0, 0],
            "usage_in_kernelmode": 0,
            "usage_in_usermode": 20_000_000,
        },
        "system_cpu_usage": 71_557_260_000_000,
        "online_cpus": 2,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    },
    "precpu_stats": {
        "cpu_usage": {
            "total_usage": 400_000_000,
            "percpu_usage": [400_000_000, 0, 0, 0],
            "usage_in_kernelmode": 0,
            "usage_in_usermode": 20_000_000,
        },
        "system_cpu_usage": 71_555_260_000_000,
        "online_cpus": 2,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    },
    "memory_stats": {
        "usage": 5_000_000,
        "max_usage": 6_000_000,
        "stats": {"inactive_file": 1_000, "total_inactive_file": 2_000_000},
        "limit": 25_276_510_208,
    },
    "name": "/web",
    "id": "0e6ec84d0fa6",
    "networks": {
        "eth0": {"rx_bytes": 932, "tx_bytes": 42},
        "eth1": {"rx_bytes": 68, "tx_bytes": 8},
    },
}
"""Of Engine 20.10 on a machine of two cores."""
CGROUP_2: JSON = {
    **CGROUP_1,
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 254, "minor": 0, "op": "read", "value": 8192},
            {"major": 254, "minor": 0, "op": "write", "value": 1024},
        ]
    },
    "cpu_stats": {
        "cpu_usage": {"total_usage": 900_000_000},
        "system_cpu_usage": 71_557_260_000_000,
        "online_cpus": 2,
    },
    "precpu_stats": {
        "cpu_usage": {"total_usage": 400_000_000},
        "system_cpu_usage": 71_555_260_000_000,
        "online_cpus": 2,
    },
    "memory_stats": {"usage": 5_000_000, "stats": {"inactive_file": 2_000_000}, "limit": 25_276_510_208},
}
"""The same of a newer machine."""
WINDOWS: JSON = {
    "read": "2026-11-24T15:21:36.494908329Z",
    "preread": "2026-11-24T15:21:35.486847401Z",
    "pids_stats": {},
    "blkio_stats": {},
    "num_procs": 4,
    "storage_stats": {"read_count_normalized": 1, "read_size_bytes": 2, "write_size_bytes": 3},
    "cpu_stats": {"cpu_usage": {"total_usage": 900, "percpu_usage": None}},
    "precpu_stats": {"cpu_usage": {"total_usage": 400}},
    "memory_stats": {"commitbytes": 1, "commitpeakbytes": 2, "privateworkingset": 3},
    "networks": {"c0": {"rx_bytes": 5, "tx_bytes": 6}},
}


def later(answer: JSON, seconds: int = 1, **counts: int) -> JSON:
    """The frame so many seconds later, with so much more in the counts of the first network."""
    after = copy.deepcopy(answer)
    after["read"] = f"2026-11-24T15:21:{36 + seconds}.494908329Z"
    for name, more in counts.items():
        after["networks"]["eth0"][name] += more
    return after
