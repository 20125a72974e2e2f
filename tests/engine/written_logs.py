"""An Engine whose containers log what a test writes, and nothing else."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.engine.fake_engine import FakeEngine, frame
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.log_feed import Began, Ended, Feed, Lines, News, Origin
from tui.engine.logs import NANO, LogLine, stamp

START = 1_790_000_000 * NANO
"""Epoch nanoseconds at which the tests' logs begin."""
DEADLINE = 5.0


@dataclass
class Written:
    """One container and its log."""

    state: str = "running"
    started: int = START
    finished: int = 0
    exit_code: int = 0
    refusal: tuple[int, str] | None = None
    """What GET /containers/{id}/logs answers instead."""
    lines: list[LogLine] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    """The queries of every request for the log."""
    unfinished: str = ""
    """What is written of a line by now, for who does not follow."""
    hangs_up: bool = False
    """Whether what is followed ends although the container runs."""


class LoggingEngine:
    """Answers GET /containers/{id}/json and /logs with tail, until and follow, as the Engine does."""

    def __init__(self, folder: Path) -> None:
        self.containers: dict[str, Written] = {}
        self.changed = threading.Condition()
        self.before: Callable[[Written], None] = lambda container: None
        """Called before a log is answered."""
        self._fake = FakeEngine(folder, self._answer)
        self.connection = Connection(Endpoint(f"unix://{folder / 's'}", "fake", "fake"))
        self.closed = False

    def close(self) -> None:
        """End it, and whoever follows."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        self.connection.close()
        self._fake.close()

    def origin(self, name: str) -> Origin:
        """The container of this name."""
        return Origin(self.connection, name, name)

    def container(self, name: str, lines: Iterable[LogLine] = (), **options: object) -> Origin:
        """Make a container that has written this."""
        self.containers[name] = Written(lines=list(lines), **options)  # type: ignore[arg-type]
        return self.origin(name)

    def write(self, name: str, *lines: LogLine) -> None:
        """Have a container write more."""
        with self.changed:
            self.containers[name].lines += lines
            self.changed.notify_all()

    def turn(self, name: str, state: str, **changes: object) -> None:
        """Change a container: whoever follows one that does not run is at the end."""
        with self.changed:
            container = self.containers[name]
            for key, value in {"state": state, **changes}.items():
                setattr(container, key, value)
            self.changed.notify_all()

    def _answer(self, wire: socket.socket, request: bytes) -> None:
        url = urlsplit(request.split(b" ")[1].decode())
        name, what = url.path.split("/")[-2:]
        container = self.containers.get(name)
        if container is None:
            _reply(wire, 404, {"message": f"No such container: {name}"})
        elif what == "json":
            state = {
                "Status": container.state,
                "StartedAt": stamp(container.started),
                "FinishedAt": stamp(container.finished) if container.finished else "0001-01-01T00:00:00Z",
                "ExitCode": container.exit_code,
            }
            _reply(wire, 200, {"Config": {"Tty": False}, "State": state})
        else:
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            container.asked.append(query)
            self.before(container)
            if container.refusal is not None:
                _reply(wire, container.refusal[0], {"message": container.refusal[1]})
            else:
                with suppress(OSError):
                    self._log(wire, container, query)

    def _log(self, wire: socket.socket, container: Written, query: dict[str, str]) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        with self.changed:
            sent = len(container.lines)
            first = 0 if query["tail"] == "all" else max(0, sent - int(query["tail"]))
            lines = container.lines[first:]
        until = float(query.get("until", "inf")) * NANO
        wire.sendall(_framed(line for line in lines if line.at <= until))
        if container.unfinished and query["follow"] == "0":
            wire.sendall(frame(1, f"{stamp(lines[-1].at + 1)} {container.unfinished}".encode()))
        while query["follow"] == "1":
            with self.changed:
                while len(container.lines) == sent and not self._ended(container):
                    self.changed.wait(DEADLINE)
                lines, sent, ended = container.lines[sent:], len(container.lines), self._ended(container)
            wire.sendall(_framed(lines))
            if ended:
                return

    def _ended(self, container: Written) -> bool:
        return self.closed or container.hangs_up or container.state != "running"


def _reply(wire: socket.socket, status: int, body: object) -> None:
    data = json.dumps(body).encode()
    wire.sendall(
        b"HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (status, len(data), data)
    )


def _framed(lines: Iterable[LogLine]) -> bytes:
    return b"".join(frame(line.fd, f"{stamp(line.at)} {line.text}\n".encode()) for line in lines)


def numbered(
    count: int, *, first: int = 0, step: int = NANO, offset: int = 0, word: str = "line"
) -> list[LogLine]:
    """So many lines, one every `step` nanoseconds."""
    return [
        LogLine(1, f"{word} {number}", START + offset + number * step)
        for number in range(first, first + count)
    ]


class Heard:
    """Keeps what a feed tells, and takes it at once."""

    def __init__(self, *, takes: bool = True) -> None:
        self.news: list[News] = []
        self.feed: Feed
        self._takes = takes
        self._changed = threading.Condition()

    def __call__(self, news: News) -> None:
        if self._takes and isinstance(news, Lines):
            self.feed.taken()
        with self._changed:
            self.news.append(news)
            self._changed.notify_all()

    def until(self, true: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Wait until something is true: mostly of what was told."""
        end = time.monotonic() + seconds
        with self._changed:
            while not true():
                assert time.monotonic() < end, f"it never came true: {self.news[-5:]}"
                self._changed.wait(0.02)

    @property
    def lines(self) -> Sequence[LogLine]:
        return [line for news in self.news if isinstance(news, Lines) for line in news.lines]

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    @property
    def ended(self) -> list[Ended]:
        return [news for news in self.news if isinstance(news, Ended)]

    @property
    def began(self) -> list[Began]:
        return [news for news in self.news if isinstance(news, Began)]


@contextmanager
def fed(origins: Sequence[Origin], *place: object, **options: object) -> Iterator[Heard]:
    """A feed that is read; its threads end with it."""
    heard = Heard(takes=bool(options.pop("takes", True)))
    heard.feed = Feed(origins, heard, *place, **options)  # type: ignore[arg-type]
    heard.feed.start()
    yield heard
    heard.feed.close()
    heard.until(lambda: not heard.feed.alive)
