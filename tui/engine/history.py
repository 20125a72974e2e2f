"""How an image was made: the Dockerfile line behind every layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tui.engine.errors import EngineError

if TYPE_CHECKING:
    from tui.engine.connection import Connection

ANSWER_SECONDS = 20.0

_NOP = re.compile(r"^(?:/bin/\w*sh(?: -\w+)* -\w*c|cmd /S /C|powershell .*?) +#\(nop\) *", re.DOTALL)
_BUILDKIT = re.compile(r"\s*# buildkit\s*$")
_ARGUMENTS = re.compile(r"^\|\d+ .*?(?=/\S*/\w*sh |cmd /S /C |powershell )", re.DOTALL)
"""Build arguments, which the builders put in front of a shell."""
_SHELL = re.compile(r"^(?:/\S*/\w*sh(?: (?:-\w+|pipefail))* -\w*c|cmd /S /C|powershell -Command) +")
_SET = re.compile(r"map\[(.*)\]")
_HEX = re.compile(r"\b((?:file|dir|multi):)([0-9a-f]{12})[0-9a-f]{20,}( in)?\b")
_PROBE = re.compile(r'^&\{\["(CMD-SHELL|CMD|NONE)"(?: (.*?))?\](?: .*)?\}$', re.DOTALL)

WORDS = frozenset(
    (
        *("FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT"),
        *("VOLUME", "USER", "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL"),
    )
)
_MAKE_LAYERS = frozenset(("RUN", "COPY", "ADD"))


@dataclass(frozen=True, slots=True)
class Line:
    """One step that made an image."""

    text: str
    """The instruction as one would write it; "" when nobody says what was done."""
    original: str
    """As the builder noted it."""
    size: int
    """Bytes of its layer; 0 when it made none, or an empty one."""
    created: float
    """Epoch seconds."""
    id: str
    """The image at this step, "sha256:…"; `<missing>` for one that is not here."""
    comment: str
    tags: tuple[str, ...] = ()
    layer: str = ""
    """The diff id of the layer that it made; "" when it made none, or nobody can tell which."""

    @property
    def word(self) -> str:
        """The instruction: "RUN"; "" when it is none."""
        first = self.text.partition(" ")[0]
        return first if first in WORDS else ""


@dataclass(frozen=True, slots=True)
class History:
    """All steps of an image, the oldest first."""

    lines: tuple[Line, ...]
    layers: int
    """How many layers the image has."""
    now: float | None = None
    """What the Engine's own clock said, in epoch seconds; None when it did not say."""

    @property
    def total(self) -> int:
        """Bytes of all layers."""
        return sum(line.size for line in self.lines)


def history(connection: Connection, image: str) -> History:
    """Ask how an image was made (GET /images/{name}/history) and for its layers (GET /images/{name}/json).

    Raises EngineError.
    """
    path = f"/images/{quote(image, safe='/:@')}"
    found = connection.ask("GET", f"{path}/history", seconds=ANSWER_SECONDS)
    described = connection.ask("GET", f"{path}/json", seconds=ANSWER_SECONDS)
    try:
        lines = [_line(item) for item in reversed(found.json())]
        layers = list(map(str, (described.json().get("RootFS") or {}).get("Layers") or ()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"the answer cannot be read: {error!r}") from None
    return History(tuple(with_layers(lines, layers)), len(layers), _epoch(found.headers.get("Date", "")))


def _epoch(date: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _line(item: dict[str, Any]) -> Line:
    original, comment = str(item.get("CreatedBy") or ""), str(item.get("Comment") or "")
    return Line(
        text=dockerfile_line(original),
        original=original,
        size=int(item.get("Size") or 0),
        created=float(item.get("Created") or 0),
        id=str(item.get("Id") or ""),
        comment=comment,
        tags=tuple(map(str, item.get("Tags") or ())),
    )


def with_layers(lines: Sequence[Line], layers: Sequence[str]) -> list[Line]:
    """The lines, each with the layer it made, as far as that can be told.

    The Engine does not say which lines made none. Those with a size did; of the others such as may have
    done so are counted.
    """
    sure = {place for place, line in enumerate(lines) if line.size}
    likely = sure | {place for place, line in enumerate(lines) if line.word in _MAKE_LAYERS}
    possible = likely | {
        place for place, line in enumerate(lines) if line.word in ("WORKDIR", "") and not line.size
    }
    for made in (sure, likely, possible):
        if len(made) == len(layers):
            which = dict(zip(sorted(made), layers, strict=True))
            return [replace(line, layer=which.get(place, "")) for place, line in enumerate(lines)]
    return list(lines)


def dockerfile_line(created_by: str) -> str:
    """The instruction behind what a builder noted, as one would write it in a Dockerfile."""
    line = _BUILDKIT.sub("", created_by).strip()
    if not line:
        return ""
    if found := _NOP.match(line):
        return _plain(line[found.end() :].strip())
    word, _, rest = line.partition(" ")
    if word in WORDS and word != "RUN":
        return _plain(line)
    command = _ARGUMENTS.sub("", rest.strip() if word == "RUN" else line)
    shelled = _SHELL.sub("", command)
    # without a shell and without the word it is a command that a container was committed after
    return f"RUN {shelled}" if word == "RUN" or shelled != command else command


def _plain(line: str) -> str:
    """An instruction whose value is written as in a Dockerfile, and not as Go prints it."""
    word, _, value = line.partition(" ")
    value = value.strip()
    match word:
        case "EXPOSE" | "VOLUME":
            inner = _SET.fullmatch(value)
            if inner:
                value = " ".join(each.removesuffix(":{}") for each in inner[1].split())
            elif value.startswith("[") and '"' not in value:
                value = value.strip("[]")
        case "CMD" | "ENTRYPOINT" | "SHELL" if value.startswith("["):
            value = value.replace('" "', '", "')
        case "ADD" | "COPY":
            value = _HEX.sub(r"\1\2", value)
        case "HEALTHCHECK" if probe := _PROBE.match(value):
            value = _probe(probe[1], probe[2] or "")
    return f"{word} {value}".strip()


def _probe(kind: str, words: str) -> str:
    if kind == "NONE":
        return "NONE"
    shell = words.strip('"').replace('\\"', '"')
    commas = words.replace('" "', '", "')
    return f"CMD {shell}" if kind == "CMD-SHELL" else f"CMD [{commas}]"
