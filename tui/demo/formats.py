"""Times, durations and references, worded as the Engine words them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

ZERO_TIME = "0001-01-01T00:00:00Z"
"""How the Engine writes a time that never came."""

HEX_ID = re.compile(r"^(sha256:)?[0-9a-f]{64}$")


def rfc3339(at: float | None) -> str:
    """Epoch seconds as Go's RFC3339Nano: UTC, trailing zeros of the fraction dropped."""
    if at is None:
        return ZERO_TIME
    moment = datetime.fromtimestamp(round(at, 6), UTC)
    fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def rfc3339_padded(at: float) -> str:
    """Epoch seconds as log lines carry them under `timestamps=1`: always nine digits, so that they sort."""
    moment = datetime.fromtimestamp(round(at, 6), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond:06d}000Z"


def seconds(text: str) -> float:
    """A time as a request gives it: epoch seconds with a fraction, or RFC 3339.

    Raises ValueError when it is neither.
    """
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def human_duration(span: float) -> str:
    """A length of time in seconds, as go-units' HumanDuration words it."""
    whole = int(span)
    minutes, hours = int(span / 60), int(span / 3600 + 0.5)
    if whole < 60:
        return {1: "1 second"}.get(whole, f"{whole} seconds") if whole >= 1 else "Less than a second"
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for size, unit, limit in ((24, "days", 336), (168, "weeks", 1440), (720, "months", 17520)):
        if hours < limit:
            return f"{hours // size} {unit}"
    return f"{int(span / 3600) // 24 // 365} years"


def with_tag(reference: str) -> str:
    """A familiar reference with its tag: `nginx` is `nginx:latest`; digests stay as they are."""
    for prefix in ("docker.io/library/", "docker.io/"):
        reference = reference.removeprefix(prefix)
    if "@" in reference or ":" in reference.rpartition("/")[2]:
        return reference
    return f"{reference}:latest"


def repository(reference: str) -> str:
    """The name in a reference, without tag or digest."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]


def misnamed(name: str) -> str:
    """Why a repository cannot be called so; "" when its letters are small, as they must be."""
    if name == name.lower():
        return ""
    path = name if "/" in name else f"library/{name}"
    return f"invalid reference format: repository name ({path}) must be lowercase"


def short(identity: str) -> str:
    """The first twelve digits of an id, as the Engine's sentences show it."""
    return identity.removeprefix("sha256:")[:12]
