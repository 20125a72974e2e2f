"""`wharf doctor`: without the screen, which Engine Wharf would use, why that one, and whether it answers."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import statistics
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from tui import __version__
from tui.engine import versions
from tui.engine.diagnosis import diagnose
from tui.engine.endpoint import Endpoint, EndpointError, Resolution, Step, resolution
from tui.engine.errors import EngineError, engine_errors
from tui.settings import Settings, SettingsError, config_file, load_settings
from tui.terminal import Terminal
from tui.way import NEITHER, NO, YES, Row, way
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.connection import Connection

PINGS = 5
PING_SECONDS = 5.0
WIDEST = 100
"""Columns of running text."""

_MARGIN = " " * 20
"""What stands before the further lines of a row."""

_ASCII = str.maketrans({YES: "+", NO: "x", NEITHER: "-", "·": "|", "…": "...", "→": ">", "×": "x"})


class Paper:
    """Where the report goes, line by line as it becomes known; in ASCII where nothing else can be written."""

    def __init__(self, out: TextIO, *, plain: bool = False) -> None:
        self._out = out
        self._encoding = out.encoding or "ascii"
        try:
            "✓✗–·…".encode(self._encoding)
        except UnicodeEncodeError:
            plain = True
        self._plain = plain

    def line(self, text: str = "") -> None:
        """One line, in which nothing can do anything to a terminal."""
        text = shown(text.rstrip())
        if self._plain:
            text = text.translate(_ASCII)
        safe = text.encode(self._encoding, "backslashreplace").decode(self._encoding)
        self._out.write(f"{safe}\n")
        self._out.flush()

    def section(self, title: str, rows: Iterable[Row]) -> None:
        """A heading, and the rows below it as they become known."""
        self.line()
        self.line(title)
        for row in rows:
            first, *more = self._wrapped(row.found, len(_MARGIN)) or [""]
            self.line(f"  {row.mark} {row.what:<15} {first}")
            for line in more:
                self.line(_MARGIN + line)

    def text(self, text: str) -> None:
        """Some sentences."""
        for line in self._wrapped(text):
            self.line(line)

    def _wrapped(self, text: str, margin: int = 0) -> list[str]:
        width = min(shutil.get_terminal_size().columns, WIDEST) - margin
        return textwrap.wrap(shown(text), max(width, 20), break_long_words=False, break_on_hyphens=False)


class Patient(NamedTuple):
    """What is examined besides the endpoint."""

    settings: Settings
    wrong: str
    """What is wrong in config.toml, which then counts for nothing; "" when nothing is."""
    terminal: Terminal
    env: Mapping[str, str]


def examine(
    host: str | None = None,
    context: str | None = None,
    *,
    read_only: bool = False,
    demo: int | None = None,
    slow: bool | None = None,
    env: Mapping[str, str] = os.environ,
    out: TextIO | None = None,
) -> int:
    """Write the report; returns 0 when an Engine answers and Wharf can be used with it, else 1.

    `demo` is the number of containers that the demo Engine has more, None for a real Engine;
    `slow` is what the command line says of the line, if it says anything.
    Raises EndpointError for arguments that contradict each other.
    """
    wrong = ""
    try:
        settings = load_settings(config_file(env))
    except SettingsError as error:
        settings, wrong = Settings(), str(error)
    terminal = Terminal.of(env, settings, slow)
    patient = Patient(settings, wrong, terminal, env)
    paper = Paper(out or sys.stdout, plain=terminal.ascii)
    if demo is None:
        return _report(paper, patient, resolution(host, context, read_only=read_only, env=env))
    from tui.demo import NAME, DemoEngine

    engine = DemoEngine(scale=demo)
    try:
        endpoint = Endpoint(engine.start(), NAME, "--demo", read_only=read_only, demo=True)
        step = Step("--demo", endpoint.url, True, "the demo Engine, not Docker")
        return _report(paper, patient, Resolution((step,), endpoint))
    finally:
        engine.stop()


def _report(paper: Paper, patient: Patient, looked: Resolution) -> int:
    libraries = " · ".join(
        (
            f"Python {platform.python_version()}",
            f"Textual {version('textual')}",
            f"docker SDK {version('docker')}",
        )
    )
    paper.line(f"Wharf {__version__} · {libraries}")
    found = looked.found
    if isinstance(found, Endpoint):
        found = patient.settings.applied(found)
    paper.section("Where an Engine is looked for", _steps(looked.steps, found))
    paper.section("Settings", _settings(patient, found))
    failure: list[EngineError] = []
    if isinstance(found, Endpoint):
        paper.section("The way there", way(found))
        paper.section("The Engine", _engine(found, failure))
    paper.section("This terminal", _terminal(patient.terminal, patient.env))
    paper.line()
    if isinstance(found, EndpointError):
        paper.text(f"{NO} {found}")
        return 1
    if failure:
        diagnosis = diagnose(found, failure[0])
        paper.text(f"{NO} {diagnosis.what}")
        paper.text(diagnosis.explain)
        width = max((len(line) for line, _ in diagnosis.commands), default=0)
        for line, why in diagnosis.commands:
            paper.line(f"    {line:<{width}}  {why}")
        return 1
    if patient.wrong:
        paper.text(f"{NO} The Engine answers, but Wharf does not start with these settings.")
        return 1
    paper.text(f"{YES} The Engine answers: wharf can be used.")
    return 0


# The sections


def _steps(steps: Iterable[Step], found: Endpoint | EndpointError) -> Iterator[Row]:
    """What was tried, in order; of the well-known sockets only those that are there."""
    absent: dict[str, None] = {}
    for step in steps:
        if step.why == os.strerror(errno.ENOENT) and step.what != "default":
            absent[step.what] = None
            continue
        value = f"{step.value}: " if step.value else ""
        yield Row(YES if step.chosen else NEITHER, step.what, f"{value}{step.why}")
    if absent:
        yield Row(NEITHER, "no socket of", ", ".join(absent))
    if isinstance(found, Endpoint):
        context = f"the context {found.context}, {found.url}" if found.context else found.url
        yield Row(YES, "used", context)
    else:
        yield Row(NO, "used", "none")


def _settings(patient: Patient, found: Endpoint | EndpointError) -> Iterator[Row]:
    path = config_file(patient.env)
    if patient.wrong:
        yield Row(NO, "config.toml", patient.wrong)
    elif path.exists():
        yield Row(YES, "config.toml", str(path))
    else:
        yield Row(NEITHER, "config.toml", f"there is none at {path}")
    if isinstance(found, EndpointError):
        return
    for key, what in (("read_only", "read-only"), ("prod", "prod"), ("color", "color")):
        said = [(pattern, table[key]) for pattern, table in patient.settings.matching(found) if key in table]
        pattern, value = said[-1] if said else ("", False)
        if key == "read_only" and found.read_only and not value:
            yield Row(YES, what, "yes, by --read-only")
        elif pattern:
            words = value if isinstance(value, str) else "yes" if value else "no"
            yield Row(YES if value else NEITHER, what, f'{words}, by the pattern "{pattern}"')
        elif key != "color":
            yield Row(NEITHER, what, "no")


def _terminal(terminal: Terminal, env: Mapping[str, str]) -> Iterator[Row]:
    size = shutil.get_terminal_size((0, 0))
    there = sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()
    words = f"{size.columns} × {size.lines}" if there else "none here, and wharf itself needs one"
    yield Row(YES if there else NEITHER, "terminal", words)
    names = [f"{name}={env[name]}" for name in ("TERM", "COLORTERM", "NO_COLOR", "LANG") if env.get(name)]
    yield Row(NEITHER, "speaks", " ".join(names) or "TERM is not set")
    inside = "an SSH session" if terminal.remote else "no SSH session"
    yield Row(NEITHER, "runs in", f"{inside}, and {terminal.multiplexer or 'neither tmux nor screen'}")
    if terminal.refusal:
        yield Row(NO, "wharf", terminal.refusal)
        return
    colours = f"{terminal.colours:,} colours" if terminal.colours else "no colours"
    ascii_only = ", in ASCII" if terminal.ascii else ""
    spared = ", sparing a slow line" if terminal.slow else ""
    yield Row(NEITHER, "wharf paints", f"{colours}{ascii_only}{spared}")


def _engine(endpoint: Endpoint, failure: list[EngineError]) -> Iterator[Row]:
    """Who answers, how fast, and what this person may do; a failure goes into the list."""
    try:
        began = time.monotonic()
        with _reached(endpoint) as connection:
            yield Row(YES, "answers", f"after {_milliseconds(time.monotonic() - began)}")
            yield from _answers(connection)
    except EngineError as error:
        failure.append(error)
        yield Row(NO, "answers", f"no: {error.message}")


@contextmanager
def _reached(endpoint: Endpoint) -> Iterator[Connection]:
    """A connection that is open; ssh asks what it has to on this terminal. Raises EngineError."""
    from tui.engine.connection import Connection

    if not endpoint.ssh:
        with closing(Connection(endpoint)) as connection:
            connection.open()
            yield connection
        return
    from tui.engine.address import ssh_address
    from tui.engine.tunnel import Tunnel

    with closing(Tunnel(ssh_address(endpoint.url), terminal=sys.stdin.isatty())) as tunnel:
        tunnel.open()
        here = replace(endpoint, url=f"unix://{tunnel.socket_path}")
        mark = tunnel.mark
        try:
            with closing(Connection(here)) as connection:
                connection.open()
                yield connection
        except EngineError as error:
            raise tunnel.why(error, mark) from error


def _answers(connection: Connection) -> Iterator[Row]:
    with engine_errors():
        said = connection.api.version(api_version=False)
    yield Row(NEITHER, "is", _who(said))
    newest = str(said.get("ApiVersion") or "of no version")
    spoken = connection.api.api_version
    yield Row(
        NEITHER, "API", f"{spoken} is spoken; the Engine's newest is {newest}, Wharf's {versions.NEWEST}"
    )
    took = []
    for _ in range(PINGS):
        began = time.monotonic()
        connection.ping(PING_SECONDS)
        took.append(time.monotonic() - began)
    yield Row(NEITHER, "latency", f"{_milliseconds(statistics.median(took))}, the median of {PINGS} pings")
    try:
        count = len(connection.ask("GET", "/containers/json", params={"all": 1}).json())
    except EngineError as error:
        yield Row(NO, "containers", f"may not be listed: {error.message}")
    else:
        yield Row(YES, "containers", f"may be listed: {count}")


def _who(said: Mapping[str, Any]) -> str:
    """Which program answers, from GET /version."""
    parts = [part for part in said.get("Components") or () if isinstance(part, dict)]
    podman = any("podman" in str(part.get("Name", "")).lower() for part in parts)
    words = f"{'Podman' if podman else 'Docker Engine'} {said.get('Version') or 'of no version'}"
    system = f"{said.get('Os') or 'unknown system'}/{said.get('Arch') or 'unknown'}"
    return f"{words}, {system}, kernel {said.get('KernelVersion') or 'unknown'}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
