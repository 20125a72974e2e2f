"""Interactive streams with a process in a container: exec and attach."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tui.engine.errors import EngineError, engine_errors
from tui.engine.wire import Chunks, Frames, Wire, opened

if TYPE_CHECKING:
    import docker

SHELL = ["sh", "-c", "command -v bash >/dev/null && exec bash; exec sh"]
"""The best shell that a container has; exits with 126 or 127 where there is none at all."""

_END_SECONDS = 0.5
"""How long after the end of its stream a process may still count as running."""


class Session:
    """One interactive stream with a process in a container.

    Made by `open_exec`, `open_attach` and `start_attached`. Reading and writing may be done by two threads;
    every method may be called from any thread.
    """

    tty: bool
    """Whether the process has a terminal: its output is one raw stream, else output and errors come apart."""
    writable: bool
    """Whether the process has an open stdin."""
    input_once: bool
    """Whether the Engine ends the process's input when this session is closed (Config.StdinOnce)."""

    def __init__(
        self,
        wire: Wire,
        *,
        tty: bool,
        writable: bool,
        input_once: bool = False,
        resize: Callable[[int, int], None],
        exit_code: Callable[[], int | None],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.tty = tty
        self.writable = writable
        self.input_once = input_once
        self._wire = wire
        self._frames = Frames()
        self._resize = resize
        self._exit_code = exit_code
        self._close = close
        self._size: tuple[int, int] | None = None
        self._resizing = False
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """The descriptor to poll for bytes; -1 once closed."""
        return self._wire.fileno()

    def pending(self) -> bool:
        """Whether `read()` has something that poll cannot see."""
        return self._wire.pending()

    def read(self) -> list[tuple[int, bytes]]:
        """Wait for output, as (1 for output or 2 for errors, bytes) pieces; [] at the end of the stream.

        Raises OSError when the connection broke.
        """
        while data := self._wire.receive():
            if pieces := self._pieces(data):
                return pieces
        return []

    def take(self) -> list[tuple[int, bytes]] | None:
        """The output that came so far, without waiting; None at the end of the stream. Raises OSError."""
        data = self._wire.take()
        if data is None:
            return []
        return self._pieces(data) if data else None

    def write(self, data: bytes) -> None:
        """Send input, waiting until the Engine has taken it. Raises OSError when the stream ended."""
        self._wire.send_all(data)

    def send(self, data: bytes | bytearray | memoryview) -> int:
        """Send what fits now, without waiting; how many bytes. Raises OSError when the stream ended."""
        return self._wire.send(data)

    def finish_input(self) -> None:
        """Close the process's stdin; its output goes on."""
        self._wire.finish()

    def resize(self, rows: int, columns: int) -> None:
        """Give the process's terminal this size, in cells. Returns at once; of several sizes the last counts.

        POST /exec/{id}/resize or /containers/{id}/resize. The request waits in the Engine while the process
        is not started yet, and a person must be able to leave meanwhile: a thread of its own sends it.
        """
        with self._lock:
            self._size = (rows, columns)
            if self._resizing:
                return
            self._resizing = True
        threading.Thread(target=self._send_sizes, name="resize", daemon=True).start()

    def exit_code(self) -> int | None:
        """The exit code of the process; None while it runs or when nobody knows it any more."""
        return self._exit_code()

    def close(self) -> None:
        """Let go of the stream; a blocked `read()` returns [] at once. The process itself goes on."""
        self._wire.close()
        self._close()

    def _pieces(self, data: bytes) -> list[tuple[int, bytes]]:
        return [(1, data)] if self.tty else self._frames.feed(data)

    def _send_sizes(self) -> None:
        while True:
            with self._lock:
                size, self._size = self._size, None
                if size is None:
                    self._resizing = False
                    return
            # A process that just ended has no size; a lost connection is told by the stream itself.
            with contextlib.suppress(EngineError):
                self._resize(*size)


def open_exec(
    api: docker.APIClient,
    container: str,
    argv: Sequence[str],
    *,
    tty: bool = True,
    detach_keys: str | None = None,
    user: str = "",
    workdir: str = "",
    env: Sequence[str] = (),
    privileged: bool = False,
) -> Session:
    """Run a command in a running container (POST /containers/{id}/exec, POST /exec/{id}/start).

    `env` holds NAME=value. A command that does not exist is no error here: the Engine writes a sentence into
    the stream and the exit code is 126 or 127. Detach keys end the command too, with a sentence and 126.
    Raises EngineError, 404 when there is no such container and 409 when it is not running or paused.
    """
    with engine_errors():
        created = api.exec_create(
            container,
            list(argv),
            stdin=True,
            tty=tty,
            privileged=privileged,
            user=user,
            environment=list(env),
            workdir=workdir or None,
            detach_keys=detach_keys,
        )
        process = str(created["Id"])
        wire = _wire(api.exec_start(process, tty=tty, socket=True))

    def resize(rows: int, columns: int) -> None:
        with engine_errors():
            api.exec_resize(process, height=rows, width=columns)

    def exit_code() -> int | None:
        """GET /exec/{id}/json: ExitCode is null while the command runs."""
        with engine_errors():
            code = api.exec_inspect(process).get("ExitCode")
        return None if code is None else int(code)

    return Session(wire, tty=tty, writable=True, resize=resize, exit_code=exit_code)


def open_attach(
    api: docker.APIClient, container: str, *, detach_keys: str | None = None, logs: bool = False
) -> Session:
    """Join the main process of a container (GET /containers/{id}/json, POST /containers/{id}/attach).

    With `logs` the stream begins with what the process has written so far. A container that was only created
    can be attached too: its first line is in the stream when it is started afterwards. Raises EngineError,
    404 when it is gone and 409 when it is paused.
    """
    with engine_errors():
        config = api.inspect_container(container)
        tty = bool(config["Config"].get("Tty"))
        writable = bool(config["Config"].get("OpenStdin"))
        input_once = bool(config["Config"].get("StdinOnce"))
        running = bool(config["State"].get("Running"))
        options: dict[str, Any] = {
            "stream": 1,
            "stdout": 1,
            "stderr": 1,
            "stdin": int(writable),
            "logs": int(logs),
        }
        if detach_keys:
            options["detachKeys"] = detach_keys
        ended = _Ended(api, container, "not-running" if running else "next-exit")
        try:
            wire = _wire(api.attach_socket(container, options))
        except BaseException:
            ended.close()
            raise

    def resize(rows: int, columns: int) -> None:
        with engine_errors():
            api.resize(container, height=rows, width=columns)

    return Session(
        wire,
        tty=tty,
        writable=writable,
        input_once=input_once,
        resize=resize,
        exit_code=ended.code,
        close=ended.close,
    )


def start_attached(
    api: docker.APIClient,
    container: str,
    *,
    detach_keys: str | None = None,
    size: tuple[int, int] | None = None,
) -> Session:
    """Start a created container so that nothing it writes is lost, as `docker run` without -d does.

    Attach, then POST /containers/{id}/start, then resize to `size` (rows, columns). Raises EngineError; the
    container then is as it was.
    """
    session = open_attach(api, container, detach_keys=detach_keys)
    try:
        with engine_errors():
            api.start(container)
    except BaseException:
        session.close()
        raise
    if size is not None and session.tty:
        session.resize(*size)
    return session


class _Ended:
    """Waits in the Engine for a container's end (POST /containers/{id}/wait), and so knows its exit code.

    Asked before the end, because a container with --rm is gone afterwards.
    """

    def __init__(self, api: docker.APIClient, container: str, condition: str) -> None:
        self._api = api
        self._container = container
        address = f"{api.base_url}/v{api.api_version}/containers/{quote(container, safe='')}/wait"
        answer = api.post(address, params={"condition": condition}, stream=True, timeout=None)
        self._wire = opened(answer)
        self._body = Chunks.of(answer)
        self._text = b""

    def code(self) -> int | None:
        """The exit code, or None when the container still runs or is gone."""
        with contextlib.suppress(OSError):
            while not self._body.ended and self._wire.ready(_END_SECONDS):
                data = self._wire.receive()
                if not data:
                    break
                self._text += self._body.feed(data)
        if self._body.ended:
            return int(json.loads(self._text)["StatusCode"])
        return self._inspected()

    def close(self) -> None:
        """Stop waiting."""
        self._wire.close()

    def _inspected(self) -> int | None:
        try:
            with engine_errors():
                state = self._api.inspect_container(self._container)["State"]
        except EngineError as error:
            if error.status == 404:
                return None
            raise
        ended = state.get("Status") in ("exited", "dead")
        return int(state["ExitCode"]) if ended else None


def _wire(connection: Any) -> Wire:
    # the SDK hands out the socket and hides the answer, whose reader may hold the first bytes, behind it
    return Wire(connection._response)
