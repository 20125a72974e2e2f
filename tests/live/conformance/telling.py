"""A story told to two Engines, and everything in which their answers differ."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live.conformance.asking import SECONDS, VERSION, Seen, Talk, ask
from tests.live.conformance.shapes import picked, plain, shape, told_apart

KEPT = re.compile(r"\{(\w+)(?::(\d+))?\}")
TALKING = ("SAY", "END", "READ")
LAST = "the-last-thing-of-the-story"
"""A volume that is made at the end: its event says that no more of the story's will come."""


@dataclass(frozen=True)
class Step:
    """One request. `{name}` in its texts is what an earlier step kept, `{name:12}` its first 12 digits."""

    method: str
    """GET, POST …; of what was opened under the name in `path`: SAY types, END types no more, READ reads."""
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    keep: str = ""
    """The name under which the answer's `Id` is kept."""
    opens: str = ""
    """The name under which the answer's body is left unread, for a READ."""
    same: tuple[str, ...] = ()
    """Paths whose values are to be the same as well."""
    until: tuple[str, Any] | None = None
    """A path and the value that is to be there: asked again until it is."""
    hijack: bool = False
    typed: bytes = b""
    """What is typed into a hijacked stream."""
    version: str = VERSION
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """As differences name it."""
        query = " ".join(f"{name}={value}" for name, value in self.query.items())
        older = f" at {self.version}" if self.version != VERSION else ""
        return f"{self.method} {self.path} {query}".strip() + older


@dataclass(frozen=True)
class Story:
    """Steps one after another, on an Engine with nothing but its busybox image."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Difference:
    """One thing in which the demo is not like the Engine."""

    story: str
    step: str
    aspect: str
    """status, kind, framing, headers, message, text, files, frames, events, shape:PATH, value:PATH."""
    detail: str

    def __str__(self) -> str:
        return f"{self.step}\n    {self.aspect}: {self.detail}"


@dataclass
class Told:
    """What one Engine did with a story."""

    seen: list[tuple[Step, Seen]]
    events: list[Any]


def tell(socket: Path, story: Story, **given: str) -> Told:
    """Send a story's requests, with what is `given` as if earlier steps had kept it. Raises as Talk does."""
    listening = ask(socket, "GET", "/events")
    listening.head()
    told, kept, opened = Told([], []), dict(given), {}
    waiting = list(reversed(story.steps))
    deadline = time.monotonic() + SECONDS
    while waiting:
        step = waiting.pop()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{story.name} does not come to its end: {step.label}")
        if step.method in TALKING:
            talk: Talk = opened[step.path]
            if step.method == "READ":
                told.seen.append((step, talk.read()))
            elif step.method == "SAY":
                talk.say(step.typed)
            else:
                talk.end()
            continue
        talk = ask(
            socket,
            step.method,
            _filled(step.path, kept),
            _filled(step.query, kept),
            _filled(step.body, kept),
            version=step.version,
            hijack=step.hijack,
            headers=step.headers,
        )
        if step.opens:
            opened[step.opens] = talk
            talk.head()
            if step.typed:
                talk.say(step.typed)
            continue
        seen = talk.read()
        if step.until and picked(seen.lines, step.until[0]) != [step.until[1]]:
            waiting.append(step)
            continue
        told.seen.append((step, seen))
        if step.keep and seen.status == 201:
            kept[step.keep] = seen.lines[0]["Id"]
    ask(socket, "POST", "/volumes/create", body={"Name": LAST}).read()
    while (event := listening.line())["Actor"]["ID"] != LAST:
        told.events.append(event)
    listening.close()
    ask(socket, "DELETE", f"/volumes/{LAST}").read()
    return told


def differences(story: Story, demo: Told, real: Told) -> list[Difference]:
    """Everything in which two tellings differ."""
    found = [
        Difference(story.name, step.label, aspect, detail)
        for (step, ours), (_, theirs) in zip(demo.seen, real.seen, strict=True)
        for aspect, detail in _between(step, ours, theirs)
    ]
    ours, theirs = (_order(told.events) for told in (demo, real))
    for line in difflib.ndiff(ours, theirs):
        if line[0] in "-+":
            who = "only the demo tells" if line[0] == "-" else "only the Engine tells"
            found.append(Difference(story.name, "EVENTS", "events", f"{who} {line[2:]}"))
    for path, what in told_apart(shape(demo.events), shape(real.events)):
        found.append(Difference(story.name, "EVENTS", f"shape:{path}", what))
    return found


def _between(step: Step, demo: Seen, real: Seen) -> Iterator[tuple[str, str]]:
    for aspect in ("status", "kind", "framing"):
        ours, theirs = getattr(demo, aspect), getattr(real, aspect)
        if ours != theirs:
            yield aspect, f"demo {ours}, Engine {theirs}"
    framing = {"content-length", "transfer-encoding"}
    if odd := (demo.headers ^ real.headers) - framing:
        yield "headers", f"only one has {', '.join(sorted(odd))}"
    ours, theirs = ([(stream, plain(text)) for stream, text in seen.frames] for seen in (demo, real))
    if ours != theirs:
        yield "frames", f"demo {ours}, Engine {theirs}"
    if real.status >= 400:
        ours, theirs = (_message(seen) for seen in (demo, real))
        if ours != theirs:
            yield "message", f"\n        demo   {ours}\n        Engine {theirs}"
    elif (ours := demo.lines) and (theirs := real.lines):
        for path, what in told_apart(shape(ours), shape(theirs)):
            yield f"shape:{path}", what
        for path in step.same:
            one, other = (picked(lines, path) for lines in (ours, theirs))
            if one != other:
                yield f"value:{path}", f"demo {one}, Engine {other}"
    elif demo.files or real.files:
        ours, theirs = ({plain(name) for name in seen.files} for seen in (demo, real))
        for who, names in (("the demo", ours - theirs), ("the Engine", theirs - ours)):
            if names:
                yield "files", f"only {who} has {', '.join(sorted(names))}"
    elif not demo.frames and not real.frames:
        ours, theirs = (plain(seen.body.decode(errors="replace")) for seen in (demo, real))
        if ours != theirs:
            yield "text", f"demo {ours!r}, Engine {theirs!r}"


def _message(seen: Seen) -> str:
    said = seen.lines[0]["message"] if seen.lines and "message" in seen.lines[0] else seen.body.decode()
    return plain(said).strip()


def _order(events: list[Any]) -> list[str]:
    """What was told, object by object, in its order.

    What the Engine does to two containers at a time comes in any order; and so do a stop and the death that
    it waits for, as they are told by different threads.
    """
    owners: dict[str, list[str]] = {}
    for event in events:
        owner = owners.setdefault(event["Actor"]["Attributes"].get("container", event["Actor"]["ID"]), [])
        line = _event(event)
        late = event["Action"] == "die" and owner and owner[-1].startswith("container stop ")
        owner.insert(len(owner) - 1 if late else len(owner), line)
    for lines in owners.values():
        _once(lines)
    return [line for lines in owners.values() for line in lines]


def _once(lines: list[str]) -> None:
    """Leave out a pause and its end that are told again: the Engine hears of them from below as well.

    That it hears late: what was done in between is told between the first pause and its end only.
    """
    for place in range(len(lines) - 2, 0, -1):
        pause, end = lines[place : place + 2]
        paused = pause.startswith("container pause ") and end.startswith("container unpause ")
        if paused and lines[place - 1] == end and pause in lines[:place]:
            del lines[place : place + 2]


def _event(event: Any) -> str:
    attributes = " ".join(sorted(event["Actor"]["Attributes"]))
    return f"{event['Type']} {plain(event['Action'])} ({attributes})"


def _filled(value: Any, kept: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, kept) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, kept) for one in value]
    if not isinstance(value, str):
        return value
    return KEPT.sub(lambda found: kept[found[1]][: int(found[2] or 64)], value)
