"""The containers whose logs one screen shows: how each is, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from tui.engine.engine import Engine
from tui.engine.link import LinkState
from tui.engine.log_feed import Began, Ended
from tui.engine.log_places import Origin
from tui.engine.log_times import NANO
from tui.engine.models import Container
from tui.engine.scope import Held
from tui.engine.store import Changes
from widgets.log_view import LogText
from widgets.text import shown

MARKS = {"running": ("●", "good"), "paused": ("‖", "warn"), "restarting": ("◌", "warn")}
"""Glyph and tone of a container's state; of the others the open circle."""
LATE = 50_000_000
"""Nanoseconds by which a last line may be stamped after FinishedAt: it has yet to come through."""
LOST = (LinkState.STALE, LinkState.DOWN)
"""The states of the line in which nothing comes."""
LIVE = frozenset(MARKS)
"""The states in which there is a process that may write."""


@dataclass(eq=False)
class Source:
    """One container, and how reading its log goes."""

    engine: Engine
    model: Container
    """As the list last showed it."""
    label: str
    """What stands before its lines, as the Engine has it."""
    state: str
    """State.Status, or "gone"."""
    exit_code: int | None = None
    reading: bool = True
    """Whether more of its log may come by itself."""
    trouble: bool = False
    """Whether reading ended for a reason that lies not in the container."""
    broken: bool = False
    """Whether that was not said by the Engine: it could not be reached."""
    stirred: bool = False
    """Whether something happened to the container since its log began to be read."""
    started: int = 0
    """When it started last, in epoch nanoseconds; 0 for never."""
    begins: int = 0
    """A moment before the first line of that run and after the last one of the run before."""
    live: bool = False
    """Whether it ran when its log began to be read."""
    last: int = 0
    """When the newest line of it was written, in epoch nanoseconds; 0 before the first."""
    lines: int = 0
    """Lines that came of it."""
    hidden: bool = False
    joined: bool = False
    """Whether it came after the others: then it is about to start."""

    @property
    def words(self) -> tuple[str, str, str]:
        """Glyph, words and tone of its state."""
        if self.state == "gone":
            return "○", "gone", "dim"
        if self.trouble:
            return "✗", "cannot be read", "bad"
        if self.exit_code is not None and self.state not in LIVE:
            return "○", f"ended, exit code {self.exit_code}", "dim"
        glyph, tone = MARKS.get(self.state, ("○", "dim"))
        return glyph, self.state or "unknown", tone


TURNS = 1000
"""So many starts and ends are remembered, the newest."""


class Turn(NamedTuple):
    """A start or an end, for a ruler among the lines."""

    at: int
    source: int
    text: str

    @property
    def ruler(self) -> LogText:
        """The line that tells it."""
        return LogText(shown(self.text), "rule", self.at, self.source)


class Sources:
    """The containers in the order in which their lines are numbered, and the rulers between their lines."""

    def __init__(self, chosen: Sequence[Held], project: str = "") -> None:
        """With a `project` every container of it belongs here, also one that comes later."""
        self.project = project
        self.all: list[Source] = []
        self._turns: dict[tuple[str, int, int], Turn] = {}
        self._many = len({held.engine for held in chosen}) > 1
        for held in chosen:
            self._add(held)

    def _add(self, held: Held) -> Source:
        engine, model = held
        if not isinstance(model, Container):
            raise TypeError(f"{model.kind} has no log")
        label = model.name.removeprefix(f"{self.project}-") if self.project else model.name
        if self._many:
            label = f"{engine.endpoint.name}/{label}"
        self.all.append(Source(engine, model, label or model.name, model.state))
        return self.all[-1]

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, number: int) -> Source:
        return self.all[number]

    @property
    def engines(self) -> Sequence[Engine]:
        """The Engines that have them, the first one first."""
        return list(dict.fromkeys(source.engine for source in self.all))

    @property
    def reading(self) -> bool:
        """Whether more lines may come by themselves."""
        return any(source.reading for source in self.all)

    @property
    def resumable(self) -> bool:
        """Whether a person may want to read on: all ended, or one broke off."""
        there = [source for source in self.all if source.state != "gone"]
        return bool(there) and (not self.reading or any(source.trouble for source in there))

    @property
    def silent(self) -> Sequence[Engine]:
        """The Engines that do not answer although a log of theirs is read."""
        reading = dict.fromkeys(source.engine for source in self.all if source.reading)
        return [engine for engine in reading if engine.link.state in LOST]

    def back(self) -> bool:
        """Whether an Engine with which logs broke off answers again; told once."""
        found = [each for each in self.all if each.broken and each.engine.link.state is LinkState.UP]
        for source in found:
            source.broken = False
        return bool(found)

    def origins(self) -> list[Origin]:
        """Where to read them. Raises Unreachable."""
        return [origin_of(source) for source in self.all]

    # What happens to them

    def take(self, changes: Changes) -> tuple[list[int], list[Source]]:
        """Note what became different; returns which run again after their end, and which are new here."""
        again = []
        for number, source in enumerate(self.all):
            ident = source.model.id
            if ident in changes.removed:
                source.state, source.stirred = "gone", True
            elif ident in changes.updated or ident in changes.added:
                model = source.engine.store.containers.get(ident)
                if model is None:
                    continue
                source.model, source.stirred = model, True
                if source.reading or model.state in LIVE:
                    source.state, source.exit_code = model.state, model.exit_code
                if not source.reading and model.state in LIVE:
                    again.append(number)
        return again, self._joined(changes)

    def _joined(self, changes: Changes) -> list[Source]:
        if not self.project:
            return []
        engine = self.all[0].engine
        known = {source.model.id for source in self.all}
        found = (engine.store.containers.get(key) for key in (changes.added | changes.updated) - known)
        new = [model for model in found if model is not None and model.project == self.project]
        joined = [self._add(Held(engine, model)) for model in sorted(new, key=lambda model: model.created)]
        for source in joined:
            source.joined = True
        return joined

    def again(self, number: int) -> None:
        """The log of this one is read on."""
        source = self.all[number]
        source.reading, source.stirred = True, False
        source.trouble = source.broken = False

    def expect(self) -> None:
        """All of them are about to be read."""
        for number in range(len(self.all)):
            self.again(number)

    def began(self, news: Began, now: float, newest: int = 0) -> Turn | None:
        """A log begins to be read; returns the container's start. `now` is in epoch seconds.

        `newest` is the time of the newest line of all, in epoch nanoseconds, when this start comes after it:
        others may have written since.
        """
        source = self.all[news.source]
        self.again(news.source)
        source.state, source.started, source.begins = news.state, news.started, news.begins
        source.live = news.state in LIVE
        if source.live:
            source.exit_code = None
        if news.finished and len(self) > 1:
            # told when its log has ended, which others may have gone on after
            self._end(news.source, news.finished + LATE, news.exit_code)
        if not news.started:
            return None
        words = f"{source.label} started {_clock(news.started, now)}"
        return self._turn("start", Turn(max(news.begins, newest + 1), news.source, words))

    def ended(self, news: Ended, newest: int) -> Turn | list[str]:
        """A log ended; returns the container's end, or else what there is to say of it.

        `newest` is the time of the newest line of all, in epoch nanoseconds.
        """
        source = self.all[news.source]
        source.reading = False
        if (error := news.error) is not None:
            known = source.state == "gone"
            gone = error.status == HTTPStatus.NOT_FOUND
            source.state, source.trouble = ("gone" if gone else source.state), not gone
            source.broken = not error.status
            if gone and known:
                return []
            # without a status it was not the Engine that said it
            broken = "" if error.status else f"the log of {source.label} broke off: "
            return [note for note in (f"{broken}{error.message}", error.advice) if note]
        if source.state != "gone":
            source.state = news.state or source.state
        if news.exit_code is not None:
            source.exit_code = news.exit_code
            # one that had ended before belongs after its own last line
            at = newest if source.live or len(self) == 1 else source.last
            if not at and len(self) > 1:
                return []
            return self._end(news.source, at + 1 if at else 0, news.exit_code)
        if news.state == "created":
            return [] if source.joined else [f"{source.label} was not started yet"]
        source.trouble = news.state in LIVE
        return [f"the Engine ended the log of {source.label} although the container goes on"]

    # Rulers

    def _end(self, number: int, at: int, exit_code: int) -> Turn:
        words = f"{self.all[number].label} ended, exit code {exit_code}"
        return self._turn("end", Turn(at, number, words))

    def _turn(self, what: str, turn: Turn) -> Turn:
        """A turn as it was first told: reading a log again tells it again."""
        first = self._turns.setdefault((what, turn.source, self.all[turn.source].started), turn)
        if len(self._turns) > TURNS:
            del self._turns[next(iter(self._turns))]
        return first

    def woven(
        self, lines: Sequence[LogText], before: LogText | None = None, after: LogText | None = None
    ) -> list[LogText]:
        """Lines with a ruler wherever a container started or ended between two of them.

        `before` and `after` are the lines that they will stand next to, None at an end.
        """
        first = before.at if before is not None else lines[0].at if lines else 0
        last = after.at - (after.tone == "rule") if after is not None else lines[-1].at if lines else 0
        due = sorted(turn for turn in self._turns.values() if first < turn.at <= last)
        found: list[LogText] = []
        for line in lines:
            while due and due[0].at <= line.at:
                found.append(due.pop(0).ruler)
            found.append(line)
        return [*found, *(turn.ruler for turn in due)]


def origin_of(source: Source) -> Origin:
    """Where to read it. Raises Unreachable."""
    return Origin(source.engine.connection, source.model.id, source.model.name)


def _clock(at: int, now: float) -> str:
    local = datetime.fromtimestamp(at / NANO)
    day = "" if local.date() == datetime.fromtimestamp(now).date() else f"{local:%Y-%m-%d} "
    return f"{day}{local:%H:%M:%S}"
