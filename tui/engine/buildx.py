"""BuildKit, reached through the docker CLI's own plugin `docker buildx`."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tui.engine.build_steps import Step, Steps, StepState, line_in
from tui.engine.builds import Build, report
from tui.engine.dockerfile import Dockerfile
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip
from tui.engine.lines import Secret
from tui.engine.process_group import end_group
from tui.engine.transfer import STOPPED

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.endpoint import Endpoint

FIND_SECONDS = 5.0
"""How long `docker buildx version` may take."""
RAWJSON = (0, 13)
"""The first release with `--progress=rawjson`."""
TAIL = 40
"""Lines of what it says besides its progress that are kept."""

_VERSION = re.compile(r"\bv?(\d+)\.(\d+)(\.\d+)?")
_WHERE = re.compile(r"(?:\S.*:)?(\d+)")
_SOLVE = re.compile(
    r"^(?:ERROR: )?(?:failed to build: )?(?:failed to solve: )?(?:rpc error: code = \w+ desc = )?"
    r"(?:failed to solve with frontend \S+: )?(?:failed to create LLB definition: )?"
)
_VERTEX = re.compile(r"\[(?:(?P<stage>\S+) +)?(?P<number>\d+)/(?P<total>\d+)\] (?P<name>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Buildx:
    """The plugin on this machine."""

    program: str
    """The path of the docker CLI."""
    version: str

    @property
    def rawjson(self) -> bool:
        """Whether it tells its progress as JSON."""
        found = _VERSION.search(self.version)
        # one built by hand tells no number, and is new
        return found is None or (int(found[1]), int(found[2])) >= RAWJSON


@dataclass(frozen=True, slots=True)
class Builder:
    """Who will build, and why."""

    buildx: Buildx | None
    """None for the Engine's own builder."""
    words: str


LOSS = "RUN --mount fails, heredocs are lost"
"""What the Engine's own builder cannot do."""


def find(endpoint: Endpoint, podman: str = "", env: Mapping[str, str] = os.environ) -> Builder:
    """Which builder there is for an Engine (`docker buildx version`). For a thread.

    `podman` is the version of a Podman that answers there, which has a builder of its own.
    """
    if endpoint.demo:
        return Builder(None, "The demo Engine plays the build: nothing is run.")
    if podman:
        return Builder(None, f"Podman {podman} builds.")
    program = shutil.which("docker", path=env.get("PATH"))
    if program is None:
        return Builder(None, f"Classic builder, as there is no docker CLI on PATH: {LOSS}.")
    try:
        ran = subprocess.run(
            [program, "buildx", "version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=FIND_SECONDS,
            env=dict(env),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Builder(None, f"Classic builder, as docker buildx does not answer: {LOSS}.")
    if ran.returncode:
        return Builder(None, f"Classic builder, as the docker CLI has no buildx: {LOSS}.")
    words = ran.stdout.split()
    version = next((word for word in words if _VERSION.match(word)), words[-1] if words else "")
    return Builder(Buildx(program, version), f"BuildKit, through docker buildx {version}.")


def command(
    buildx: Buildx, build: Build, connection: Connection, id_file: Path, env: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of a build; secrets stand in the environment only."""
    endpoint = connection.endpoint
    own = {name: value for name, value in env.items() if name not in ("DOCKER_CONTEXT", "BUILDX_BUILDER")}
    flags: list[str] = []
    builder = "default"
    if endpoint.context not in ("", "default") and not endpoint.ssh:
        # a context brings its certificates along
        flags, builder = ["--context", endpoint.context], endpoint.context
        own.pop("DOCKER_HOST", None)
    else:
        own["DOCKER_HOST"] = connection.local_url
    args = [buildx.program, *flags, "buildx", "build", "--builder", builder]
    args += [f"--progress={'rawjson' if buildx.rawjson else 'plain'}", "--iidfile", str(id_file)]
    for option in build.options():
        if isinstance(option, Secret):
            # NAME alone is taken from the environment
            name = option.prefix.removesuffix("=")
            own[name] = option.value
            args.append(name)
        else:
            args.append(option)
    return [*args, str(build.folder)], own


def run(
    buildx: Buildx,
    build: Build,
    job: Job,
    connection: Connection,
    steps: Steps,
    dockerfile: Dockerfile,
    env: Mapping[str, str] = os.environ,
) -> None:
    """Build; a cancel ends buildx with all that it started. Raises EngineError, or Skip when cancelled."""
    with tempfile.TemporaryDirectory(prefix="wharf-build-") as folder:
        id_file = Path(folder) / "id"
        words, own = command(buildx, build, connection, id_file, env)
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=own,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(f"docker buildx cannot be started: {error.strerror or error}") from error
        reader = Vertices(steps, dockerfile) if buildx.rawjson else PlainVertices(steps, dockerfile)
        said: deque[str] = deque(maxlen=TAIL)
        with process:
            job.when_cancelled(lambda: end_group(process))
            assert process.stderr is not None
            for line in _lines(process.stderr):
                told = reader.take(line)
                if told is None:
                    said.append(line)
                    job.log.add(steps.masked(line))
                elif told:
                    job.log.add(told)
                report(job, steps)
            code = process.wait()
        if job.cancelled.is_set():
            raise Skip(STOPPED)
        if code:
            raise _failed(said, steps)
        with contextlib.suppress(OSError):  # an image that is only kept in the cache has no id
            steps.image = id_file.read_text().strip()
        steps.tags = list(build.tags)


def _lines(stream: IO[str]) -> Iterator[str]:
    for line in stream:
        yield line.rstrip("\r\n")


def _failed(said: deque[str], steps: Steps) -> EngineError:
    """What buildx said at its end: "Dockerfile:4", the lines around it, "ERROR: failed to solve: …"."""
    lines = [line for line in said if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR: ")]
    words = _SOLVE.sub("", errors[-1]) if errors else (lines[-1] if lines else "docker buildx failed")
    failed = steps.failed
    line = line_in(words) or (failed.line if failed is not None else None)
    for place, each in enumerate(lines[:-1]):
        if (found := _WHERE.fullmatch(each)) and lines[place + 1].startswith("-----"):
            line = int(found[1])
            break
    steps.failed_line = line
    return EngineError(steps.masked(words))


class Vertices:
    """Reads the steps from `--progress=rawjson`: BuildKit's SolveStatus, one a line."""

    def __init__(self, steps: Steps, dockerfile: Dockerfile) -> None:
        self._steps = steps
        self._dockerfile = dockerfile
        self._half: dict[str, bytes] = {}
        self._zero: float | None = None

    def take(self, line: str) -> str | None:
        """Take in a line; returns what is worth a line in a log, None for a line that is no progress."""
        if not line.startswith("{"):
            return None
        try:
            item = json.loads(line)
        except ValueError:
            return None
        told = [self._vertex(vertex) for vertex in item.get("vertexes") or ()]
        for log in item.get("logs") or ():
            self._log(log)
        for status in item.get("statuses") or ():
            self._status(status)
        return "\n".join(filter(None, told))

    def _vertex(self, vertex: Mapping[str, Any]) -> str:
        key, name = str(vertex.get("digest")), str(vertex.get("name") or "")
        step = self._steps.get(key)
        if step is None:
            if not name:
                return ""
            step = self._steps.add(new_step(key, name, self._dockerfile))
        before = step.state
        if began := vertex.get("started"):
            step.began = step.began if step.began is not None else self._time(began)
            # it may begin again after it had completed
            step.state, step.ended = StepState.RUNNING, None
        if ended := vertex.get("completed"):
            step.ended = self._time(ended)
            step.state = StepState.CACHED if vertex.get("cached") else StepState.DONE
            self._flush(step)
        if error := str(vertex.get("error") or ""):
            step.state, step.error = StepState.FAILED, self._steps.masked(error)
            if step.error.startswith("context canceled") or step.error.endswith("context canceled"):
                step.state = StepState.STOPPED
        self._steps.total = len(self._steps.all)
        return f"{step.label} {step.name}: {step.state}".strip() if step.state is not before else ""

    def _time(self, stamp: str) -> float:
        """A moment of the builder's clock on ours: only differences of it are ever used."""
        # Python reads six digits of a fraction
        text = re.sub(r"(\.\d{6})\d+", r"\1", str(stamp))
        moment = datetime.fromisoformat(text).timestamp()
        if self._zero is None:
            self._zero = self._steps.clock() - moment
        return moment + self._zero

    def _log(self, log: Mapping[str, Any]) -> None:
        step = self._steps.get(str(log.get("vertex")))
        if step is None:
            return
        try:
            data = base64.b64decode(str(log.get("data") or ""))
        except binascii.Error:
            return
        *whole, half = (self._half.get(step.key, b"") + data).split(b"\n")
        self._half[step.key] = half
        for line in whole:
            self._steps.say(step, line.decode(errors="replace").rstrip("\r"))

    def _flush(self, step: Step) -> None:
        if half := self._half.pop(step.key, b""):
            self._steps.say(step, half.decode(errors="replace"))

    def _status(self, status: Mapping[str, Any]) -> None:
        """Something that is done within a step: told when it is complete."""
        step = self._steps.get(str(status.get("vertex")))
        if step is not None and status.get("completed"):
            self._steps.say(step, str(status.get("id") or status.get("name") or ""))


_PLAIN = re.compile(r"#(\d+) (?:\.\.\.|(?P<time>[\d.]+) (?P<output>.*)|(?P<word>.*))")


class PlainVertices:
    """Reads the steps from `--progress=plain`, which older plugins have."""

    def __init__(self, steps: Steps, dockerfile: Dockerfile) -> None:
        self._steps = steps
        self._dockerfile = dockerfile

    def take(self, line: str) -> str | None:
        """Take in a line; returns what is worth a line in a log, None for a line that is no progress."""
        found = _PLAIN.fullmatch(line)
        if found is None:
            return None if line.strip() else ""
        step = self._steps.get(found[1])
        word = found["word"] or ""
        if step is None:
            if not word:
                return ""
            step = self._steps.add(new_step(found[1], word, self._dockerfile))
            step.state, step.began = StepState.RUNNING, self._steps.clock()
            return f"{step.label} {step.name}".strip()
        if found["output"] is not None:
            self._steps.say(step, found["output"])
            return ""
        first = word.partition(" ")[0]
        state = {"CACHED": StepState.CACHED, "DONE": StepState.DONE, "ERROR:": StepState.FAILED}.get(first)
        if state is not None:
            if step.state is not StepState.CACHED:
                step.state = state
            step.ended = self._steps.clock()
            step.error = word.removeprefix("ERROR: ") if state is StepState.FAILED else ""
            return f"{step.label} {step.name}: {step.state}".strip()
        if word and word != f"[{step.label}] {step.name}":
            self._steps.say(step, word)
        return ""


def new_step(key: str, name: str, dockerfile: Dockerfile) -> Step:
    """A step by BuildKit's name of it: "[build 2/4] RUN make", "[internal] load .dockerignore"."""
    name = " ".join(name.split())
    found = _VERTEX.fullmatch(name)
    if found is None:
        return Step(key, name)
    stage, number = found["stage"] or "", int(found["number"])
    label = f"{stage} {number}/{found['total']}".strip()
    line = dockerfile.line_of_vertex(stage, number, found["name"].partition(" ")[0])
    return Step(key, found["name"], label, line)
