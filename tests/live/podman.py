"""Podman's Docker-compatible service, in the namespaces of a private Engine but with nothing of its data."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import docker

if TYPE_CHECKING:
    from tests.live.engine import PrivateEngine

START_SECONDS = 20.0
FILES = {
    "containers.conf": """\
[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
firewall_driver = "iptables"
""",
    # in memory, as everything of the Engine is
    "storage.conf": """\
[storage]
driver = "overlay"
graphroot = "/run/podman/data"
runroot = "/run/podman/run"
""",
}
HOLD = r"""
set -eu
# Podman makes its control groups straight below the root that it sees: a namespace whose root is below the
# Engine's own control group has them go with the Engine. It is held, so that the service can leave and return
name=${1##*/}
roots=/sys/fs/cgroup
[ -e /sys/fs/cgroup/cgroup.procs ] || roots=$(echo /sys/fs/cgroup/*)
for root in $roots; do
    for made in "$root/$name" "$root/$name/podman"; do
        mkdir -p "$made"
        for file in cpuset.cpus cpuset.mems; do
            [ ! -e "$made/tasks" ] || [ ! -e "$made/$file" ] || cat "$made/../$file" >"$made/$file"
        done
    done
    [ "$root" != /sys/fs/cgroup ] || echo +cpu +memory +pids >"$root/$name/cgroup.subtree_control" || true
    echo $$ >"$root/$name/podman/cgroup.procs"
done
exec unshare --mount --cgroup sh -euc '
    umount --lazy /sys/fs/cgroup
    if [ "$(cat /proc/self/cgroup)" = 0::/ ]; then
        mount -t cgroup2 cgroup /sys/fs/cgroup
        mkdir /sys/fs/cgroup/service
        echo $$ >/sys/fs/cgroup/service/cgroup.procs
    else
        mount -t tmpfs tmpfs /sys/fs/cgroup
        while IFS=: read -r number controllers path; do
            case $controllers in
                "") continue ;;
                name=*) options=none,$controllers ;;
                *) options=$controllers ;;
            esac
            mkdir "/sys/fs/cgroup/${controllers#name=}"
            mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/${controllers#name=}"
        done </proc/self/cgroup
    fi
    cd "$1/podman"
    mkdir -p /etc/containers
    cp containers.conf storage.conf /etc/containers
    podman import --change CMD=sh busybox.tar docker.io/library/busybox:latest
    touch ready
    exec sleep infinity
' podman "$1"
"""
SERVE = r"""
set -eu
for place in /sys/fs/cgroup/*/"${1##*/}"/podman /sys/fs/cgroup/"${1##*/}"/podman/service; do
    [ ! -e "$place/cgroup.procs" ] || echo $$ >"$place/cgroup.procs"
done
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
exec nsenter --target "$2" --mount --cgroup podman system service --time=0 "unix://$3"
"""
IMAGE = "docker.io/library/busybox:latest"


class Podman:
    """A running Podman service; made by `PrivateEngine.podman`. It ends with the Engine.

    It holds one image, `IMAGE`. Containers run, with or without a network. Removing one by force takes Podman
    10 s when its process 1 ignores SIGTERM: make it with a stop signal that works.
    """

    def __init__(self, engine: PrivateEngine, image: bytes) -> None:
        """Start it, with a root file system for its image; raises AssertionError when it does not answer."""
        self.engine = engine
        self.folder = engine.folder / "podman"
        self.folder.mkdir(exist_ok=True)
        for name, text in FILES.items():
            (self.folder / name).write_text(text)
        (self.folder / "busybox.tar").write_bytes(image)
        self._log = self.folder / "log"
        self._holder = self._spawn(HOLD)
        self._until((self.folder / "ready").exists)
        self.socket_path = engine.folder / "podman.sock"
        self.start()

    @property
    def url(self) -> str:
        """What DOCKER_HOST is set to."""
        return f"unix://{self.socket_path}"

    def start(self) -> None:
        """Start the service, also after a `stop`."""
        self._pid = self._spawn(SERVE, str(self._holder), str(self.socket_path))
        self._until(self._listens)

    def stop(self) -> None:
        """Kill the service; its containers go on without it, and its socket stays behind and refuses."""
        self.engine.end(self._pid)

    def clear(self) -> None:
        """Have the service run, and hold nothing but its one image."""
        if not self._listens():
            self.start()
        api = docker.APIClient(base_url=self.url, version="auto", timeout=30)
        try:
            for container in api.containers(all=True):
                # Podman's own way kills at once, where Docker's waits for those that ignore SIGTERM
                path = f"{api.base_url}/v5.0.0/libpod/containers/{container['Id']}"
                api.delete(path, params={"force": "true", "timeout": "0", "v": "true"}).raise_for_status()
            for network in api.networks():
                if network["Name"] != "bridge":
                    api.remove_network(network["Id"])
            for volume in api.volumes()["Volumes"] or []:
                api.remove_volume(volume["Name"], force=True)
            for image in api.images():
                tags = [tag for tag in image["RepoTags"] or [] if tag != "<none>:<none>"]
                for name in tags or [image["Id"]]:
                    if name != IMAGE:
                        api.remove_image(name, force=True)
        finally:
            api.close()

    def _spawn(self, script: str, *words: str) -> int:
        output = f"{self.folder.name}/{self._log.name}"
        return self.engine.spawn("sh", "-c", script, "podman", str(self.engine.folder), *words, output=output)

    def _until(self, there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not there():
            assert time.monotonic() < deadline, f"no Podman:\n{self._log.read_text()}"
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self.socket_path))
            except PermissionError:
                self.engine.run("chown", f"{os.getuid()}:{os.getgid()}", str(self.socket_path))
                return False
            except (FileNotFoundError, ConnectionRefusedError):
                return False
        return True
