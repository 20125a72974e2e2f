"""Commands beside a container's main process: /containers/{id}/exec and /exec/{id}."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from posixpath import basename
from typing import Any

from tui.demo import lifecycle
from tui.demo.models import JSON, Container, Refusal
from tui.demo.process import Process
from tui.demo.routing import Answer, Routes
from tui.demo.shapes import reachable
from tui.demo.shell import has_command
from tui.demo.streaming import Piece, converse, detach_bytes
from tui.demo.wire import Hijack, Reply, Request, Talk, as_json
from tui.demo.world import World

NOT_STARTED = 126
MISSING = 127


@dataclass
class Exec:
    """One command that was asked for."""

    id: str
    container: Container
    body: JSON
    running: bool = False
    exit_code: int | None = None
    process: Process | None = None

    @property
    def argv(self) -> list[str]:
        """The command and its arguments."""
        words: list[str] = self.body["Cmd"]
        return words

    @property
    def detach_keys(self) -> str:
        """As asked for; the Engine reads names in any case, and a client of its writes this one small."""
        return str(self.body.get("DetachKeys") or self.body.get("detachKeys") or "")

    def told(self, world: World, action: str, **more: str) -> None:
        """Emit an event of it."""
        lifecycle.told(world, self.container, action, execID=self.id, **more)


def create(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/exec."""
    container = reachable(world.container(name))
    if container.status == "paused":
        raise Refusal(409, f"Container {container.id} is paused, unpause the container before exec")
    body = request.json()
    if not body.get("Cmd"):
        raise Refusal(400, "No exec command specified")
    made = Exec(world.fresh_id("exec"), container, body)
    detach_bytes(made.detach_keys)
    world.execs[made.id] = made
    made.told(world, f"exec_create: {' '.join(made.argv)}")
    return as_json({"Id": made.id}, 201)


def start(world: World, request: Request, identity: str) -> Answer:
    """POST /exec/{id}/start; with Detach answered at once, else the connection becomes the command's."""
    found = _exec(world, identity)
    reachable(found.container)
    if found.running or found.exit_code is not None:
        raise Refusal(409, f"exec command {found.id} is already running")
    asked = request.json()
    tty = bool(found.body.get("Tty"))
    output: asyncio.Queue[Piece] = asyncio.Queue()
    process = Process(
        world,
        found.container,
        found.argv,
        lambda stream, data: output.put_nowait((stream, data)),
        tty=tty,
        env=[*(found.container.config["Env"] or ()), *(found.body.get("Env") or ())],
        folder=found.body.get("WorkingDir") or "",
        user=found.body.get("User") or "",
        exec_id=found.id,
    )
    if asked.get("Detach"):
        if problem := _problem(found):
            found.exit_code = problem[0]
            raise Refusal(400, problem[1])
        _begin(world, found, process, output)
        return Reply(200, b"", "")

    async def talk(pipe: Talk) -> None:
        if problem := _problem(found):
            found.exit_code = problem[0]
            await pipe.write(f"{problem[1]}\r\n".encode())
            return
        with world.lock:
            _begin(world, found, process, output)
        feed = process.feed if found.body.get("AttachStdin") else None
        if await converse(pipe, output, feed, detach_bytes(found.detach_keys)):
            found.exit_code = NOT_STARTED
            process.kill()
            await pipe.write(b"exec attach failed: error attaching stdin stream: read escape sequence\r\n")

    return Hijack(talk, tty)


def inspect(world: World, request: Request, identity: str) -> Answer:
    """GET /exec/{id}/json."""
    found = _exec(world, identity)
    program, *arguments = found.argv
    answer = {
        "ID": found.id,
        "Running": found.running,
        "ExitCode": found.exit_code,
        "ProcessConfig": {
            "tty": bool(found.body.get("Tty")),
            "entrypoint": program,
            "arguments": arguments,
            "privileged": bool(found.body.get("Privileged")),
            **({"user": found.body["User"]} if found.body.get("User") else {}),
        },
        "OpenStdin": bool(found.body.get("AttachStdin")),
        "OpenStderr": bool(found.body.get("AttachStderr")),
        "OpenStdout": bool(found.body.get("AttachStdout")),
        "CanRemove": False,
        "ContainerID": found.container.id,
        "DetachKeys": found.detach_keys,
        "Pid": found.container.pid + 40 if found.running else 0,
    }
    return as_json(answer)


def resize(world: World, request: Request, identity: str) -> Answer:
    """POST /exec/{id}/resize."""
    found = _exec(world, identity)
    if found.process is None or not found.running:
        raise Refusal(404, f"No such exec instance: {identity}")
    found.process.size = size_of(request)
    return Reply(200, b"", "")


def size_of(request: Request) -> tuple[int, int]:
    """Rows and columns of a resize. Refusal 400."""
    values = []
    for name in ("h", "w"):
        text = request.query.get(name, "")
        if not text.isdecimal():
            raise Refusal(400, f'strconv.ParseUint: parsing "{text}": invalid syntax')
        values.append(int(text))
    return values[0], values[1]


def _exec(world: World, identity: str) -> Exec:
    found: Any = world.execs.get(identity)
    if found is None or found.container.id not in world.containers:
        raise Refusal(404, f"No such exec instance: {identity}")
    assert isinstance(found, Exec)
    return found


def _problem(found: Exec) -> tuple[int, str] | None:
    """The exit code and the sentence when the command cannot be started."""
    name = found.argv[0]
    before = "OCI runtime exec failed: exec failed: unable to start container process: "
    if has_command(found.container.image, basename(name)):
        return None
    if name.startswith("/"):
        return MISSING, f'{before}exec: "{name}": stat {name}: no such file or directory: unknown'
    return MISSING, f'{before}exec: "{name}": executable file not found in $PATH: unknown'


def _begin(world: World, found: Exec, process: Process, output: asyncio.Queue[Piece]) -> None:
    found.process, found.running = process, True
    found.container.processes = [*found.container.processes, process]
    found.told(world, f"exec_start: {' '.join(found.argv)}")

    def ended(code: int) -> None:
        with world.lock:
            found.running = False
            found.exit_code = code if found.exit_code is None else found.exit_code
            found.container.processes = [one for one in found.container.processes if one is not process]
            found.told(world, "exec_die", exitCode=str(found.exit_code))
        output.put_nowait(None)

    process.start(ended)


ROUTES: Routes = (
    ("POST", "/containers/{}/exec", create),
    ("POST", "/exec/{}/start", start),
    ("GET", "/exec/{}/json", inspect),
    ("POST", "/exec/{}/resize", resize),
)
