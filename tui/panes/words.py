"""Words for people: ages, sizes, states, ports and exit codes as every pane writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tui.engine.models import Container, Port
from widgets.table import Tone

DAY = 86_400
_MONTH = 365 * DAY / 12

# For each unit: below how many seconds it is used, and how long it is.
_AGES = (
    (60, 1, "s"),
    (3600, 60, "min"),
    (2 * DAY, 3600, "h"),
    (14 * DAY, DAY, "d"),
    (2 * _MONTH, 7 * DAY, "w"),
    (24 * _MONTH, _MONTH, "mo"),
    (float("inf"), 12 * _MONTH, "y"),
)


def age(seconds: float) -> str:
    """A length of time in its largest fitting unit: "12 s", "5 min", "3 h", "6 w"; never below zero."""
    seconds = max(seconds, 0)
    return next(f"{int(seconds // length)} {unit}" for below, length, unit in _AGES if seconds < below)


def moment(text: str) -> float | None:
    """The epoch seconds of an Engine's RFC 3339 time; None for its zero time ("0001-01-01…") or no time."""
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def when(seconds: float | None, now: float) -> str:
    """A moment of the epoch as local time with its age, "2026-11-24 05:43:53 (3 h ago)"; "" for None."""
    if not seconds:
        return ""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S} ({age(now - seconds)} ago)"


def size(bytes: int) -> str:  # noqa: A002 - the unit is the best name
    """Bytes as `docker images` prints them: three digits, units of 1000, no space ("1.98MB")."""
    value, units = float(bytes), ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.3g}{units[0]}"


def memory(bytes: int) -> str:  # noqa: A002 - the unit is the best name
    """Bytes of memory in units of 1024: "23.5 GiB", "64 MiB"."""
    from humanize import naturalsize

    number, _, unit = naturalsize(bytes, binary=True, format="%.1f").partition(" ")
    return f"{number.removesuffix('.0')} {'B' if unit.startswith('Byte') else unit}"


# Linux's numbers: a container's signals are Linux signals wherever Wharf itself runs.
_SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    10: "SIGUSR1",
    11: "SIGSEGV",
    12: "SIGUSR2",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
    24: "SIGXCPU",
    25: "SIGXFSZ",
    31: "SIGSYS",
}
_CODES = {
    0: "ended well",
    1: "general error of the program",
    2: "wrong use of a command, or the program's own code",
    125: "Docker itself failed before the command ran",
    126: "the command was found but cannot be run",
    127: "the command was not found",
    137: "SIGKILL: killed, by stop/kill or because memory ran out",
}


def exit_meaning(code: int, oom_killed: bool) -> str:
    """What an exit code says, in words; `oom_killed` is the Engine's State.OOMKilled."""
    if oom_killed and code == 137:
        return "SIGKILL: killed because memory ran out (OOMKilled)"
    meaning = _CODES.get(code) or _signal_meaning(code - 128) or "the program's own code"
    return f"{meaning}; a process was killed because memory ran out (OOMKilled)" if oom_killed else meaning


def signal_name(number: int) -> str:
    """A signal by its name, "SIGTERM", or "signal 40" when it has none."""
    return _SIGNALS.get(number, f"signal {number}")


def _signal_meaning(number: int) -> str:
    return f"ended by {_SIGNALS.get(number, 'signal')} ({number})" if 1 <= number <= 64 else ""


class _Run(NamedTuple):
    """Ports that follow one another, on both sides where they are published."""

    ip: str
    protocol: str
    private: int
    public: int | None
    length: int = 1

    def follows(self, other: _Run) -> bool:
        """Whether this begins where `other` ends."""
        if (self.ip, self.protocol, self.private) != (other.ip, other.protocol, other.private + other.length):
            return False
        if self.public is None or other.public is None:
            return self.public is other.public
        return self.public == other.public + other.length

    def __str__(self) -> str:
        inside = _span(self.private, self.length) + (f"/{self.protocol}" if self.protocol != "tcp" else "")
        if self.public is None:
            return inside
        host = f"[{self.ip}]:" if ":" in self.ip else f"{self.ip}:" if self.ip else ""
        return f"{host}{_span(self.public, self.length)}→{inside}"


def _span(first: int, length: int) -> str:
    return str(first) if length == 1 else f"{first}-{first + length - 1}"


def port_words(ports: Iterable[Port]) -> list[str]:
    """A container's ports, published ones first: "8080→80", "127.0.0.1:5432→5432", "53/udp".

    An address that means all of them is left out, which makes one of the IPv4 and IPv6 twins;
    consecutive ports are one range.
    """
    single = {
        _Run("" if port.ip in ("0.0.0.0", "::") else port.ip, port.protocol, port.private, port.public)
        for port in ports
    }
    runs: list[_Run] = []
    # ports with the same distance between outside and inside stand together, so that ranges show
    for run in sorted(single, key=_distance):
        if runs and run.follows(runs[-1]):
            runs[-1] = runs[-1]._replace(length=runs[-1].length + 1)
        else:
            runs.append(run)
    runs.sort(key=lambda run: (run.public is None, run.private, run.protocol, run.public or 0, run.ip))
    return [str(run) for run in runs]


def _distance(run: _Run) -> tuple[str, str, bool, int, int]:
    distance = 0 if run.public is None else run.public - run.private
    return (run.ip, run.protocol, run.public is None, distance, run.private)


def ports(ports: Sequence[Port]) -> str:
    """A container's ports on one line: "8080→80, 443"."""
    return ", ".join(port_words(ports)) if ports else ""


def state_words(container: Container, now: float) -> tuple[str, Tone]:
    """A container's state as glyph and word, "● up 3 h", and how it is painted."""
    match container.state:
        case "running":
            return (f"● up {age(now - container.since)}" if container.since else "● up"), Tone.GOOD
        case "exited":
            code = container.exit_code
            return f"○ exited {code or 0}", Tone.WARN if code else Tone.DIM
        case "paused":
            return "‖ paused", Tone.ACCENT
        case "restarting" | "removing":
            return f"◌ {container.state}", Tone.WARN
        case "created":
            return "○ created", Tone.DIM
        case "dead":
            return "✗ dead", Tone.BAD
        case other:
            return f"? {other or 'unknown'}", Tone.WARN


def health_words(health: str) -> tuple[str, Tone]:
    """The outcome of health checks as glyph and word, "♥ healthy"; "" without a health check."""
    match health:
        case "healthy":
            return "♥ healthy", Tone.GOOD
        case "unhealthy":
            return "✗ unhealthy", Tone.BAD
        case "starting":
            return "◌ starting", Tone.WARN
        case _:
            return "", Tone.PLAIN


def counted(count: int, word: str) -> str:
    """So many of something: "1 line", "1,200 lines"."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
