"""What a program and its children cost: processor time and memory."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil


def processes(pid: int) -> list[psutil.Process]:
    """A process and all that it started; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def own_cpu(pid: int) -> float:
    """Processor seconds of a process's threads, to the microsecond; those of ended threads are missing.

    Quick enough to be asked for at every chunk of output, and finer than the kernel's ticks of 10 ms.
    """
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            total += int(task.read_text().split()[0])
    return total / 1e9


def tree_cpu(pid: int) -> float:
    """Processor seconds of a process and its children, the ended ones too, in ticks of 10 ms."""
    total = 0.0
    for process in processes(pid):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def resident(pid: int) -> float:
    """Resident memory of a process and its children, in MiB."""
    total = 0
    for process in processes(pid):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total / 2**20


class Peak:
    """The most resident memory seen so far, looked at twenty times a second at most."""

    def __init__(self, pid: int) -> None:
        self.most = resident(pid)
        self._pid = pid
        self._looked = time.monotonic()

    def look(self) -> None:
        """Look again, unless that was done a moment ago."""
        if time.monotonic() - self._looked > 0.05:
            self._looked = time.monotonic()
            self.most = max(self.most, resident(self._pid))
