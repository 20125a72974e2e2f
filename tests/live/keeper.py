"""Keeps one private Engine: runs dockerd in namespaces of its own and clears everything away after it.

Started by engine.py as root: `keeper.py FOLDER ROOT GID`. It starts itself again inside new mount, network
and process namespaces. There it reads requests from standard input, one JSON list a line, and answers each
with one JSON object. When its input ends (also because the test process was killed) the daemon is stopped and
the process namespace ends, and with it every containerd, shim, container, mount, bridge and network namespace
of the Engine.

Standard library only; everything is imported at the start, because this program changes its root directory.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 2.0
"""How long a daemon may take to stop at the very end; its containers' data is thrown away anyway."""

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def outside(folder: Path, root: Path, group: str) -> int:
    """Run the inner keeper, and clear up after it what lies outside of its namespaces."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    command += [sys.executable, __file__, "inside", str(folder), str(root), group]
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        for cgroup in cgroups_of(folder.name):
            for level, _, _ in os.walk(cgroup, topdown=False):
                Path(level).rmdir()
        shutil.rmtree(folder, ignore_errors=True)


def cgroups_of(name: str) -> list[Path]:
    """The control groups that exist for the Engine called `name` (one a controller on cgroup v1)."""
    places = Path("/sys/fs/cgroup")
    return [found for found in (places / name, *places.glob(f"*/{name}")) if found.is_dir()]


def enter(folder: Path, root: Path) -> None:
    """Make the tree `root` this namespace's root directory, writable through a scratch layer in memory."""

    def mount(*arguments: str | Path) -> None:
        subprocess.run(["mount", *arguments], check=True)

    scratch = folder / "scratch"
    scratch.mkdir()
    mount("-t", "tmpfs", "tmpfs", scratch)
    upper, work, new, data = (scratch / name for name in ("upper", "work", "new", "data"))
    for made in (upper, work, new, data):
        made.mkdir()
    mount("-t", "overlay", "overlay", "-o", f"lowerdir={root},upperdir={upper},workdir={work}", new)
    mount("-t", "proc", "proc", new / "proc")
    mount("--rbind", "/dev", new / "dev")
    # a sysfs of its own shows the interfaces of this network namespace; it comes without the control groups
    mount("-t", "sysfs", "sysfs", new / "sys")
    mount("--rbind", "/sys/fs/cgroup", new / "sys/fs/cgroup")
    for empty in ("run", "tmp"):
        mount("-t", "tmpfs", "tmpfs", new / empty)
    # overlay2 cannot stand on an overlay: the Engine's data goes straight onto the memory file system
    (new / "var/lib/docker").mkdir(parents=True, exist_ok=True)
    mount("--bind", data, new / "var/lib/docker")
    # the folder keeps its path, so that a socket or a bind mount is called the same on both sides
    (new / folder.relative_to("/")).mkdir(parents=True)
    mount("--bind", folder, new / folder.relative_to("/"))
    (new / "mnt/old").mkdir(parents=True, exist_ok=True)
    subprocess.run(["pivot_root", new, new / "mnt/old"], check=True)
    os.chdir("/")
    os.environ["PATH"] = PATH
    subprocess.run(["umount", "--lazy", "/mnt/old"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Daemon:
    """The dockerd of this namespace, and the other programs started beside it."""

    def __init__(self, folder: Path, group: str) -> None:
        self.folder = folder
        self.command = [
            *("dockerd", "--data-root", "/var/lib/docker", "--exec-root", "/run/docker"),
            *("--host", f"unix://{folder}/docker.sock", "--pidfile", str(folder / "pid"), "--group", group),
            *("--storage-driver", "overlay2", "--default-address-pool", "base=10.200.0.0/16,size=24"),
            # a control group of its own: what is left can be found by its name
            *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{folder.name}"),
        ]
        self.pid = 0
        self.flags: list[str] = []
        self.ended: dict[int, int] = {}
        signal.signal(signal.SIGCHLD, self.reap)

    def reap(self, *_: object) -> None:
        """Take every child that ended; for process 1 that includes other programs' orphans."""
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self.ended[found[0]] = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            return

    def spawn(self, command: list[str], output: str) -> int:
        """Start a program with its output appended to a file of the folder; returns its process id."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(self.folder / output), flags, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        environment = {"PATH": PATH, "HOME": "/root", "DOCKER_HOST": f"unix://{self.folder}/docker.sock"}
        return os.posix_spawnp(command[0], command, environment, file_actions=actions, setsid=True)

    def wait(self, pid: int, seconds: float) -> int | None:
        """The exit code of a child, negative for a signal, or None when it still runs after `seconds`."""
        deadline = time.monotonic() + seconds
        while pid not in self.ended and time.monotonic() < deadline:
            select.select([], [], [], 0.01)
        return self.ended.get(pid)

    def end(self, pid: int) -> bool:
        """Kill a program that was spawned, with its process group; False when it had ended."""
        if running := pid not in self.ended:
            os.killpg(pid, signal.SIGKILL)
            self.wait(pid, 10)
        return running

    def listen(self, flags: list[str]) -> None:
        """Where else dockerd listens once it is started again, as flags of its command line."""
        self.flags = flags

    def start(self) -> int:
        self.pid = self.spawn([*self.command, *self.flags], "log")
        return self.pid

    def running(self) -> bool:
        return bool(self.pid) and self.pid not in self.ended

    def signal(self, number: int) -> bool:
        """Send a signal to dockerd alone; False when it does not run."""
        if self.running():
            os.kill(self.pid, number)
            return True
        return False

    def stop(self, seconds: float) -> bool:
        """Ask dockerd to stop, and kill it after `seconds`; True when it stopped by itself."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if not self.running() or self.wait(self.pid, seconds) is not None:
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """End dockerd as `kill -9` does; its containers go on without it."""
        if self.signal(signal.SIGKILL):
            self.wait(self.pid, 10)

    def kill_containers(self) -> None:
        """Kill every process of every container, without asking the daemon."""
        for cgroup in cgroups_of(self.folder.name):
            for listed in cgroup.rglob("cgroup.procs"):
                for pid in listed.read_text().split():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)

    def run(self, command: list[str], output: str, seconds: float) -> int | None:
        """Run a program of the Engine's tree to its end; None when it was killed for taking too long."""
        pid = self.spawn(command, output)
        if (code := self.wait(pid, seconds)) is None:
            os.killpg(pid, signal.SIGKILL)
        return code


def inside(folder: Path, root: Path, group: str) -> None:
    """Process 1 of the Engine's namespaces: answer requests until the input ends."""
    # the old /proc still counts as the machine does
    outer_pid = int(os.readlink("/proc/self"))
    enter(folder, root)
    daemon = Daemon(folder, group)
    known = ("listen", "start", "running", "signal", "stop", "kill", "kill_containers", "run", "spawn", "end")
    requests: dict[str, Callable[..., object]] = {name: getattr(daemon, name) for name in known}
    requests["outer_pid"] = lambda: outer_pid
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"result": requests[name](*arguments)}
        except OSError as error:
            answer = {"error": f"{name}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    daemon.stop(STOP_SECONDS)


if __name__ == "__main__":
    if sys.argv[1] == "inside":
        inside(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(outside(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
