"""What may stand in a Dockerfile as a port, a signal, a duration, the name of an image or of a stage.

Whatever holds a variable is right here: only the builder knows what becomes of it.
"""

from __future__ import annotations

import re

STAGE_NAME = re.compile(r"[a-z][a-z0-9._-]*", re.IGNORECASE)
HIGHEST_PORT = 65535
_PORT = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?(?:/(?P<proto>\w*))?", re.ASCII)
_PROTOCOLS = frozenset({"", "tcp", "udp", "sctp"})
_SIGNAL = re.compile(
    r"(?:SIG)?(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT"
    r"|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH"
    r"|XCPU|XFSZ|RTMIN(?:\+(?:[1-9]|1[0-5]))?|RTMAX(?:-(?:[1-9]|1[0-4]))?)",
    re.IGNORECASE | re.ASCII,
)
_DURATION = re.compile(r"[+-]?(?:(?:\d++\.?\d*+|\.\d++)(?:ns|us|µs|μs|ms|s|m|h))+", re.ASCII)
_PART = re.compile(r"(?P<number>\d+\.?\d*|\.\d+)(?P<unit>ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?/)?{_COMPONENT}(?:/{_COMPONENT})*"
    r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][\w.+-]*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_LONGEST = 300
"""Characters that no name of an image and no duration has more of."""


def port_trouble(text: str) -> str | None:
    """What is wrong with a port of EXPOSE."""
    found = _PORT.fullmatch(text)
    if found is None:
        return "is not a port"
    if found["proto"] is not None and found["proto"].lower() not in _PROTOCOLS:
        return "names no protocol there is"
    ports = [int(port[:6]) for port in (found["first"], found["last"] or found["first"])]
    if max(ports) > HIGHEST_PORT:
        return "is no port there is"
    return "begins after it ends" if ports[0] > ports[1] else None


def is_signal(text: str) -> bool:
    """Whether the Engine knows a signal, by name or number."""
    if text.isascii() and text.isdigit():
        return text.strip("0") != ""
    return _SIGNAL.fullmatch(text) is not None


def seconds(text: str) -> float | None:
    """How long a duration is; None when it is none."""
    if text == "0":
        return 0.0
    if len(text) > _LONGEST or _DURATION.fullmatch(text) is None:
        return None
    total = sum(float(part["number"]) * _SECONDS[part["unit"]] for part in _PART.finditer(text))
    return -total if text.startswith("-") else total


def is_image(text: str) -> bool:
    """Whether an image may have this name."""
    return len(text) <= _LONGEST and _REFERENCE.fullmatch(text) is not None


def has_tag(text: str) -> bool:
    """Whether the name of an image says which version of it."""
    return "@" in text or ":" in text.rpartition("/")[2]
