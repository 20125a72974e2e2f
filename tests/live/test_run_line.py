"""The same line by the docker CLI and by Wharf: the Engine has the same container afterwards."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from typing import Any

import docker

from tests.cli import docker_cli
from tests.live.engine import PrivateEngine
from tui.engine.runline import read_line

LINES = (
    "busybox",
    "-it busybox sh",
    "--rm busybox sh -c 'echo \"a  b\"; exit 3'",
    "-p 8080:80 -p 127.0.0.1:53:53/udp -p 7000-7002:7000-7002 -p 99 busybox",
    "-P --expose 90 --expose 7000-7002/udp busybox",
    "-e A=1 --env B= -e 'C=x y' -e A=2 -e D=$'line\\nnext\\e' busybox",
    "-v data:/data:ro -v /srv:/www --mount type=tmpfs,dst=/t,tmpfs-size=1m busybox",
    "--mount type=volume,src=data,dst=/v,ro --mount type=bind,src=/srv,dst=/w busybox",
    "--mount type=bind,src=/srv,dst=/w,bind-propagation=rslave busybox",
    "--mount type=volume,src=data,dst=/v,volume-nocopy --tmpfs /u:size=1m,mode=700 busybox",
    "--network back --network-alias db --network-alias base busybox",
    "--network=none --hostname box --domainname example busybox",
    "--net host busybox",
    "--restart on-failure:3 -m 64m --cpus .5 --memory-reservation 32m busybox",
    "-u 1000:1000 -w /srv --entrypoint sh -l a=b -l c busybox -c 'id; pwd'",
    "--entrypoint '' busybox ls",
    "--cap-add net_admin --cap-add CAP_SYS_TIME --cap-drop all busybox",
    "--privileged --init --read-only busybox",
    "--init=false --oom-score-adj 5 --pids-limit 9 busybox",
    "--device /dev/null:/dev/n:r --device /dev/zero busybox",
    "--ulimit nofile=10:20 --ulimit nproc=7 --shm-size 32m busybox",
    "--log-driver json-file --log-opt max-size=1m --log-opt max-file=3 busybox",
    "--log-opt max-size=1m busybox",
    "--health-cmd 'wget -q x' --health-interval 1m30s --health-timeout 1.5s --health-retries 3 busybox",
    "--no-healthcheck --stop-signal INT --stop-timeout 0 busybox",
    "--add-host a:1.2.3.4 --add-host b=1.2.3.5 --dns 1.1.1.1 --dns-search s --dns-opt timeout:1 busybox",
    "--security-opt no-new-privileges --security-opt systempaths=unconfined busybox",
    "--pid host --ipc host --uts host busybox",
    "-c 512 --cpu-period 100000 --cpu-quota 5000 --cpuset-cpus 0 --sysctl net.ipv4.ip_forward=1 busybox",
    "--link other:db --link other --volumes-from other --group-add 5 busybox",
    "-ti=false --gpus all busybox top",
)


def made_by_cli(engine: PrivateEngine, line: str) -> str:
    """The id of the container that bash and the CLI make of a line."""
    words = " ".join(map(shlex.quote, docker_cli()))
    done = subprocess.run(
        ["bash", "-c", f"{words} create {line}"],
        env={**os.environ, "DOCKER_HOST": engine.url},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, f"{line}: {done.stderr}"
    return done.stdout.split()[-1]


def made_of(inspect: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, without what is each container's own and the order of what has none."""
    config, host = inspect["Config"], inspect["HostConfig"]
    if config["Hostname"] == inspect["Id"][:12]:
        del config["Hostname"]
    host["Binds"] = sorted(host["Binds"] or ())
    # /other:/name/alias
    host["Links"] = sorted(re.sub(":/.*/", ":", link) for link in host["Links"] or ())
    config["Env"] = sorted(config["Env"] or ())
    for mount in host.get("Mounts") or ():
        # the CLI sends what says nothing as well
        mount.get("VolumeOptions", {}).pop("DriverConfig", None)
    places = {
        name: sorted(alias for alias in place["Aliases"] or () if alias != inspect["Id"][:12])
        for name, place in inspect["NetworkSettings"]["Networks"].items()
    }
    mounts = sorted((mount["Type"], mount["Destination"], mount["RW"]) for mount in inspect["Mounts"])
    return {
        "Config": {key: value for key, value in config.items() if value},
        "HostConfig": {key: value for key, value in host.items() if value},
        "Path": (inspect["Path"], inspect["Args"]),
        "Networks": places,
        "Mounts": mounts,
    }


def test_wharf_makes_of_a_line_what_the_cli_makes_of_it(engine: PrivateEngine, api: docker.APIClient) -> None:
    api.create_network("back")
    api.create_container("busybox", name="other", volumes=["/shared"])
    different: dict[str, tuple[object, object]] = {}
    for line in LINES:
        read = read_line(f"docker create {line}")
        assert (read.untaken, read.wrong) == ((), {}), line
        ours = api.create_container_from_config(read.spec.body(True))["Id"]
        theirs = made_by_cli(engine, line)
        one, other = (made_of(api.inspect_container(each)) for each in (ours, theirs))
        if one != other:
            different[line] = (one, other)
        for each in (ours, theirs):
            api.remove_container(each, v=True)
    assert different == {}
