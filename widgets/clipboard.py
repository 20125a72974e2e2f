"""The clipboard of the terminal that shows Wharf, wherever Wharf runs: by the escape sequence OSC 52."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Callable
from threading import Thread
from typing import NamedTuple

MOST = 74_000
"""Bytes of text that terminals surely take: many of them cut the sequence at 100,000 bytes."""
CHUNK = 700
"""Bytes of a sequence that GNU screen takes at once; it holds 768, and paints what is too long."""
TMUX_SECONDS = 2.0
"""How long tmux may take for an answer."""

NONE = "this terminal has no clipboard: select with its own means, or choose another terminal"


def osc52(text: str, multiplexer: str = "") -> str:
    """The sequence that puts a text on the clipboard, fit to pass through "tmux" or "screen".

    tmux takes it as it is when `set-clipboard` is on, and wrapped when `allow-passthrough` is on, or always
    before 3.3: it gets both. GNU screen passes on what is wrapped. TERM=screen may also be a tmux at the
    other end of the line, which ignores that: what is short enough for GNU screen goes there unwrapped too.
    """
    plain = f"\x1b]52;c;{b64encode(text.encode('utf-8', 'replace')).decode('ascii')}\a"
    if multiplexer == "tmux":
        return f"{plain}\x1bPtmux;\x1b{plain}\x1b\\"
    if multiplexer == "screen":
        pieces = (plain[start : start + CHUNK] for start in range(0, len(plain), CHUNK))
        wrapped = "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
        return plain + wrapped if len(plain) <= CHUNK else wrapped
    return plain


def give_tmux(text: str) -> bool:
    """Let the tmux around this process have the text, for its own buffer and the terminal's clipboard.

    This works as tmux comes, where it takes no sequence. Waits for tmux, so it is for a thread; False when
    there is none, or one before 3.2.
    """
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TMUX_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class Clipboard(NamedTuple):
    """The way to one terminal's clipboard."""

    multiplexer: str = ""
    """One that stands between: "tmux" or "screen"."""
    exists: bool = True
    """Whether the terminal has a clipboard at all."""
    tmux: bool = False
    """Whether its tmux runs on this machine."""

    def copy(self, text: str, write: Callable[[str], object]) -> str:
        """Put a text there; `write` writes to the terminal, from any thread.

        Returns what the person must know, "" when all is well: nobody hears from the terminal what it did.
        """
        if not self.exists:
            return NONE
        if self.tmux:
            Thread(target=self._through_tmux, args=(text, write), name="clipboard", daemon=True).start()
        else:
            write(osc52(text, self.multiplexer))
        size = len(text.encode("utf-8", "replace"))
        if size > MOST:
            return (
                f"{size / 1000:,.0f} KB are more than many terminals take: look whether all of it was copied"
            )
        return ""

    def _through_tmux(self, text: str, write: Callable[[str], object]) -> None:
        if not give_tmux(text):
            write(osc52(text, self.multiplexer))
