"""Main processes that the demo plays itself: shells and small commands. Services only write their logs."""

from __future__ import annotations

import asyncio
from posixpath import basename

from tui.demo import shell
from tui.demo.models import Container, LogLine, Refusal
from tui.demo.process import Process
from tui.demo.shapes import command
from tui.demo.world import World

OTHERS = {
    *("python", "node", "nginx", "redis-server", "postgres", "import", "docker-entrypoint.sh", "java"),
    *("httpd-foreground", "mysqld", "mariadbd", "mongod", "memcached", "rabbitmq-server", "traefik", "go"),
}
"""Programs that images have and the demo does not play."""


def plays(container: Container) -> bool:
    """Whether the demo runs the container's command, and does not only write a service's log."""
    words = command(container)
    name = basename(words[0])
    if name == "hello":
        return True
    return name not in shell.ONLY_IN and shell.has_command(container.image, name)


def check(world: World, container: Container) -> None:
    """Whether the container's command is there at all; Refusal 400, in the runtime's words."""
    word = command(container)[0]
    config = world.images[container.image_id].config if container.image_id in world.images else {}
    own = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
    if plays(container) or word in own or basename(word) in OTHERS:
        return
    why = f"stat {word}: no such file or directory" if "/" in word else "executable file not found in $PATH"
    raise Refusal(
        400,
        "failed to create task for container: failed to create shim task: OCI runtime create failed: runc "
        "create failed: unable to start container process: error during container init: "
        f'exec: "{word}": {why}: unknown',
    )


def begin(world: World, container: Container) -> None:
    """Play the command of a container that was started; outside the server's loop nothing can be played."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    if not plays(container):
        return
    partial = {1: b"", 2: b""}

    def output(stream: int, data: bytes) -> None:
        for tell in container.attached:
            tell((stream, data))
        *lines, partial[stream] = (partial[stream] + data).replace(b"\r\n", b"\n").split(b"\n")
        if lines:
            with world.lock:
                container.written += [LogLine(world.now(), stream, line) for line in lines]
                world.events.nudge()

    config = container.config
    process = Process(
        world,
        container,
        command(container),
        output,
        tty=bool(config["Tty"]),
        env=config["Env"] or (),
    )
    container.processes = [process]
    if not config["Tty"] and not config["OpenStdin"]:
        process.feed(b"")

    def ended(code: int) -> None:
        from tui.demo import lifecycle

        with world.lock:
            container.written += [LogLine(world.now(), at, rest) for at, rest in partial.items() if rest]
            # one that was stopped from outside has been told of already
            if container.main is process:
                lifecycle.crash(world, container, code)

    process.start(ended)


def begin_all(world: World) -> None:
    """Play the commands of all containers that were started before there was a server."""
    for container in tuple(world.containers.values()):
        if container.status == "running" and container.main is None:
            begin(world, container)
