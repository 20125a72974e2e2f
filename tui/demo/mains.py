"""Main processes that the demo plays itself: shells and small commands. Services only write their logs."""

from __future__ import annotations

import asyncio
from posixpath import basename

from tui.demo import programs
from tui.demo.files import account, files_of
from tui.demo.models import Container, LogLine, Refusal
from tui.demo.process import Process
from tui.demo.shapes import command
from tui.demo.world import World

OTHERS = {
    *(
        "python",
        "node",
        "nginx",
        "redis-server",
        "postgres",
        "import",
        "dump",
        "docker-entrypoint.sh",
        "java",
    ),
    *("httpd-foreground", "mysqld", "mariadbd", "mongod", "memcached", "rabbitmq-server", "traefik", "go"),
}
"""Programs that images have and the demo does not play."""
PASSES_ON = "docker-entrypoint.sh"
ENDING = (["-v"], ["-V"], ["--version"], ["-t"], ["-c"], ["-e"])
"""What makes a service's program answer and end."""


class Unstartable(Refusal):
    """The runtime cannot start the command; the container's exit code then tells why."""

    def __init__(self, status: int, message: str, code: int) -> None:
        super().__init__(status, message)
        self.code = code


def played(container: Container) -> list[str]:
    """The command itself, without the entrypoint of many images that only goes on to it."""
    words = command(container)
    return words[1:] if len(words) > 1 and basename(words[0]) == PASSES_ON else words


def plays(container: Container) -> bool:
    """Whether the demo runs the container's command, and does not only write a service's log.

    What is played does not hear signals, as no process with the number 1 does that has no handler for them.
    """
    words = played(container)
    name = basename(words[0])
    if name in programs.SERVICES:
        return programs.has(container.image, name) and words[1:2] in ENDING
    if words != command(container):
        # the entrypoint is a shell's script: it says itself what is not there
        return name not in OTHERS
    return name not in programs.BUILT_IN and programs.has(container.image, name)


def check(world: World, container: Container) -> None:
    """Whether the container's command can be started at all; Unstartable, in the Engine's words."""
    try:
        account(container.image, container.config["User"])
    except Refusal as refusal:
        raise Unstartable(500, refusal.message, programs.MISUSED) from None
    word = command(container)[0]
    config = world.images[container.image_id].config if container.image_id in world.images else {}
    own = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
    if word in own or (basename(word) in OTHERS and basename(word) not in programs.ONLY_IN):
        return
    folder = container.config["WorkingDir"] or "/"
    if problem := programs.problem(container.image, files_of(container), word, folder):
        first, _, rest = problem.sentence.partition("process: ")
        raise Unstartable(
            400,
            "failed to create task for container: failed to create shim task: OCI runtime create failed: "
            f"runc create failed: {first}process: error during container init: {rest}",
            problem.code,
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
        played(container),
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
