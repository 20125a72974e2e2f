"""What is typed on the screen of a log: a search, filters, from when on to read, where to go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.engine.log_places import After, Tail
from tui.engine.log_times import TAIL, WHOLE, moment, rfc3339, since
from tui.panes.words import counted
from tui.screens.logs_prompt import LogPrompt
from tui.screens.logs_reading import Reading
from tui.screens.logs_sources import Sources
from tui.screens.logs_view import ReadLog
from widgets.log_sieve import Sieve

HINTS = {
    "/": "text or /regex/, in any case",
    "keep": "only lines with text or /regex/; nothing typed shows all",
    "drop": "no lines with text or /regex/; nothing typed shows all",
    "since": "15m, 2h, start, all, 14:30, 2026-11-24 14:30, tail 500",
    "go to": "14:30, 14:30:05, 2026-11-24 14:30, or 15m for so long ago",
}
"""By sign of the line what can be typed there."""
PRESETS = ("tail 1000", "1m", "15m", "1h", "start")
"""What the digits stand for, from 0 on."""


class Questions:
    """Takes what was typed, or says in one sentence what is wrong with it."""

    def __init__(
        self,
        prompt: LogPrompt,
        log: ReadLog,
        reading: Reading,
        sources: Sources,
        clock: Callable[[], float],
    ) -> None:
        """`clock` tells epoch seconds."""
        self.since = TAIL
        """From where on the log is shown."""
        self.keep = ""
        self.drop = ""
        self.search = ""
        self._prompt = prompt
        self._log = log
        self._reading = reading
        self._sources = sources
        self._clock = clock

    @property
    def sign(self) -> str:
        """What the line at the bottom is for; "" when it is closed."""
        return self._prompt.sign

    @property
    def since_words(self) -> str:
        """From where on, for a person; "" where nobody asked for it, or one has paged back beyond it."""
        beyond = self._reading.elsewhere and isinstance(self.since.place, Tail)
        return "" if beyond else self.since.words

    @property
    def flags(self) -> Sequence[str]:
        """The options of `docker logs` that show from where on, and up to where, lines are kept."""
        log = self._log
        flags = self.since.flags if log.older or self.since.words else WHOLE.flags
        oldest, newest = log.oldest, log.newest
        if oldest is not None and log.older and (self._reading.elsewhere or log.newer):
            flags = ("--since", rfc3339(oldest.at))
        if newest is not None and log.newer:
            flags = (*flags, "--until", rfc3339(newest.at))
        return flags

    def ask(self, sign: str) -> None:
        """Open the line for one of HINTS; what holds already stands there."""
        held = {"/": self.search, "keep": self.keep, "drop": self.drop}
        self._prompt.ask(sign, held.get(sign, ""), HINTS[sign])

    def given(self, sign: str, text: str) -> bool:
        """Do what was typed; whether it could be done. Raises Unreachable."""
        try:
            match sign:
                case "/":
                    self._search_for(text)
                case "keep":
                    self._log.keep(Sieve(text) if text else None)
                    self.keep = text
                case "drop":
                    self._log.drop(Sieve(text) if text else None)
                    self.drop = text
                case "since":
                    self.read_since(text)
                case _:
                    self._go_to(text)
        except ValueError as error:
            self._prompt.say(str(error), wrong=True)
            return False
        if sign != "/":
            self.close()
        self._log.focus()
        return True

    def close(self) -> None:
        """Close the line; that of a search stays, as it tells where one is in what was found."""
        if self._prompt.sign != "/" and self.search:
            self._prompt.show("/", self.search)
            self.count()
        else:
            self._prompt.close()

    def _search_for(self, text: str) -> None:
        self._log.search(text)
        self.search = text
        if text:
            self.count()
        else:
            self._prompt.close()

    def count(self) -> None:
        """Say which of the matches one is at."""
        if self.search and self._prompt.sign == "/":
            current, found = self._log.match_position
            words = f"{current:,} of {found:,}" if current else f"{found:,} found"
            among = ""
            if self._log.older or self._log.newer:
                among = f" in the {counted(self._log.lines_count, 'line')} read"
            self._prompt.say((words if found else "not found") + among)

    def left(self, sign: str) -> None:
        """The line was left by its key: that ends a search, and all else stays as it was."""
        if sign == "/":
            self.end()
        else:
            self.close()

    def end(self) -> bool:
        """Close the line, and end the search; whether there was anything to end."""
        if self._prompt.sign not in ("", "/"):
            self.close()
            return True
        if not self.search and not self._prompt.sign:
            return False
        self.search = ""
        self._log.search("")
        self._prompt.close()
        return True

    def read_since(self, text: str) -> None:
        """Read from another time on. Raises ValueError with a sentence, or Unreachable."""
        begins = min((source.begins for source in self._sources.all if source.started), default=0)
        found = since(text, self._clock(), begins)
        floor = found.place.at if isinstance(found.place, After) else 0
        self._reading.begin(found.place, floor=floor)
        self._log.follow = True
        self.since = TAIL if found.place == TAIL.place else found

    def read_preset(self, number: int) -> None:
        """Read from one of PRESETS on. Raises Unreachable."""
        try:
            self.read_since(PRESETS[number])
        except ValueError as error:
            self._log.notify(str(error), severity="warning", markup=False)

    def _go_to(self, text: str) -> None:
        if not text.strip():
            return
        at = moment(text, self._clock())
        if not self._reading.to(at):
            raise ValueError("Nothing was written since then.")
        if not self._reading.floor:
            self.since = TAIL
