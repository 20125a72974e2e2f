"""What a terminal does with keys: shows them, edits the line, and makes signals of some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

END = "\x04"
INTERRUPT = "\x03"


@dataclass
class LineEditor:
    """Keys in, finished lines out; what the person sees of it goes to `echo`."""

    echo: Callable[[str], None]
    entered: Callable[[str | None], None]
    """Told each finished line with its newline, and None for ctrl-d on an empty one."""
    interrupted: Callable[[], None]
    prompt: str = ""
    """What stands before the line, for painting it again."""
    history: list[str] = field(default_factory=list)
    _line: str = ""
    _at: int = 0
    _back: int = 0
    _held: str = ""

    def feed(self, keys: str) -> None:
        """Take what was typed."""
        keys = self._held + keys
        self._held = ""
        while keys:
            if keys[0] != "\x1b":
                self._key(keys[0])
                keys = keys[1:]
            elif len(keys) < 3:
                self._held = keys
                return
            else:
                self._arrow(keys[2] if keys[1] in "[O" else "")
                keys = keys[3:]

    def _key(self, key: str) -> None:
        if key in "\r\n":
            self.echo("\r\n")
            line, self._line, self._at, self._back = self._line, "", 0, 0
            if line.strip() and self.prompt:
                self.history.append(line)
            self.entered(f"{line}\n")
        elif key == INTERRUPT:
            self.echo("^C\r\n")
            self._line, self._at, self._back = "", 0, 0
            self.interrupted()
        elif key == END:
            if not self._line:
                self.entered(None)
            elif not self.prompt:
                # a program gets what there is, a shell goes on editing
                line, self._line, self._at = self._line, "", 0
                self.entered(line)
        elif key in "\x7f\b":
            if self._at:
                self._replace(self._line[: self._at - 1] + self._line[self._at :], self._at - 1)
        elif key == "\x15":
            self._replace(self._line[self._at :], 0)
        elif key == "\x17":
            kept = self._line[: self._at].rstrip().rpartition(" ")
            start = kept[0] + kept[1]
            self._replace(start + self._line[self._at :], len(start))
        elif key == "\x01":
            self._replace(self._line, 0)
        elif key == "\x05":
            self._replace(self._line, len(self._line))
        elif key.isprintable():
            if self._at == len(self._line):
                self._line, self._at = self._line + key, self._at + 1
                self.echo(key)
            else:
                self._replace(self._line[: self._at] + key + self._line[self._at :], self._at + 1)

    def _arrow(self, name: str) -> None:
        if name == "A" and self._back < len(self.history):
            self._back += 1
            self._recall()
        elif name == "B" and self._back:
            self._back -= 1
            self._recall()
        elif name == "C":
            self._replace(self._line, min(self._at + 1, len(self._line)))
        elif name == "D":
            self._replace(self._line, max(self._at - 1, 0))

    def _recall(self) -> None:
        line = self.history[-self._back] if self._back else ""
        self._replace(line, len(line))

    def _replace(self, line: str, at: int) -> None:
        self._line, self._at = line, at
        back = f"\x1b[{len(line) - at}D" if at < len(line) else ""
        self.echo(f"\r{self.prompt}{line}\x1b[K{back}")
