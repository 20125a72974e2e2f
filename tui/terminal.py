"""Which terminal Wharf runs in: what it can show, what the line to it costs, and what follows from that."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App
    from textual.filter import LineFilter

    from tui.settings import Settings
    from widgets.clipboard import Clipboard

FRAMES = 240
"""Pictures a second at most. After one that takes longer to paint than its turn the next waits for up to two
turns: a key is not to be kept waiting for that behind what a busy log has just painted."""
SLOW_FRAMES = 15
"""Frames per second at most on a slow line; what changes in between is painted once."""
ESCAPE_MILLISECONDS = 300
"""How long an escape sequence may take to arrive when the line can tear it apart."""
TRUECOLOR = 2**24
FEW = 16
"""Up to so many colours they are the terminal's own, by name."""

_NO_SCREEN = ("dumb", "unknown")
_CONSOLES = ("linux", "vt1", "vt2", "vt3", "vt4", "vt5", "ansi", "cons25")
"""Beginnings of the names of terminals with 16 colours at most, whatever COLORTERM was left from before."""
_DEPTHS = {FEW: "standard", 256: "256", TRUECOLOR: "truecolor"}
"""How Rich, and so TEXTUAL_COLOR_SYSTEM, calls a number of colours."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is known of a terminal from its environment; as it comes, a local one that can do everything."""

    name: str = "xterm-256color"
    """TERM."""
    refusal: str = ""
    """Why a program that fills the screen cannot run there, and what to do; "" when it can."""
    remote: bool = False
    """Whether it is at the other end of an SSH session."""
    slow: bool = False
    """Whether bytes are to be spared."""
    ascii: bool = False
    """Whether Wharf's own glyphs are painted as ASCII."""
    colours: int = TRUECOLOR
    """0 with NO_COLOR, else 16, 256 or 2**24."""
    mouse: bool = True
    """Whether it reports the mouse: each movement is sent then, and its own selection is off."""
    multiplexer: str = ""
    """One that stands between: "tmux" or "screen"."""
    tmux: bool = False
    """Whether its tmux is on this machine, and can be spoken to."""

    @classmethod
    def of(cls, env: Mapping[str, str], settings: Settings, slow: bool | None = None) -> Terminal:
        """The terminal of this environment; `slow` is what the command line says, if it says anything."""
        name = env.get("TERM", "").strip()
        remote = bool(env.get("SSH_CONNECTION") or env.get("SSH_TTY"))
        spared = _switched(settings.slow_line, remote) if slow is None else slow
        multiplexer = _multiplexer(env, name)
        return cls(
            name=name,
            refusal=_refusal(name),
            remote=remote,
            slow=spared,
            ascii=_switched(settings.ascii, name == "linux" or not _is_utf8(env)),
            colours=0 if "NO_COLOR" in env else _colours(env, name, multiplexer),
            mouse=_switched(settings.mouse, not spared),
            multiplexer=multiplexer,
            tmux=bool(env.get("TMUX")),
        )

    @property
    def usable(self) -> bool:
        """Whether Wharf can run there."""
        return not self.refusal

    @property
    def is_console(self) -> bool:
        """Whether it is a console, which has neither a clipboard nor the newer keyboard protocol."""
        return self.name.startswith(_CONSOLES)

    # Before Textual is imported

    def prepare(self, env: MutableMapping[str, str] = os.environ) -> None:
        """Set what Textual reads when it is imported, unless the person has set it."""
        if self.remote or self.slow:
            env.setdefault("ESCDELAY", str(ESCAPE_MILLISECONDS))
        env.setdefault("TEXTUAL_FPS", str(SLOW_FRAMES if self.slow else FRAMES))
        if self.slow:
            env.setdefault("TEXTUAL_ANIMATIONS", "none")
        if self.colours:
            env.setdefault("TEXTUAL_COLOR_SYSTEM", _DEPTHS[self.colours])
        if self.is_console:
            env.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

    # With the app

    def apply(self, app: App[Any], theme: str = "") -> None:
        """Set the app up for it, before anything is mounted; `theme` is the one the person wants, if any."""
        from tui.theme import WHARF, WHARF_16

        for own in (WHARF, WHARF_16):
            app.register_theme(own)
        own_theme = WHARF_16 if self.colours <= FEW else WHARF
        app.theme = theme if theme in app.available_themes else own_theme.name
        if self.slow:
            app.animation_level = "none"
        # there is no public way to filter every line
        app._filters.extend(self._filters(ansi=app.current_theme.ansi))

    def clipboard(self) -> Clipboard:
        """The way to its clipboard."""
        from widgets.clipboard import Clipboard

        return Clipboard(self.multiplexer, exists=not self.is_console, tmux=self.tmux)

    def _filters(self, *, ansi: bool) -> Iterator[LineFilter]:
        if self.colours == 0 and ansi:
            from textual.filter import NoColor

            # Textual's own choice was made for another theme: greys, which are colours too
            yield NoColor()
        if self.ascii:
            from widgets.ascii import Ascii, output_encoding

            yield Ascii(output_encoding())


def _switched(setting: str, by_itself: bool) -> bool:
    return by_itself if setting == "auto" else setting == "on"


def _refusal(name: str) -> str:
    if not name:
        return "TERM is not set, so what this terminal can show is unknown: say it, as in `TERM=xterm wharf`"
    if name.lower() in _NO_SCREEN:
        return (
            f"a terminal with TERM={name} has no screen to fill: use another one, "
            "`ssh -t` for one over SSH, or say what it really is, as in `TERM=xterm wharf`"
        )
    return ""


def _multiplexer(env: Mapping[str, str], name: str) -> str:
    if env.get("TMUX") or name.startswith("tmux"):
        return "tmux"
    return "screen" if env.get("STY") or name.startswith("screen") else ""


def _is_utf8(env: Mapping[str, str]) -> bool:
    """Whether the locale's encoding is UTF-8, which it is for Python also where no locale is set."""
    locale = next((env[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(name)), "UTF-8")
    encoding = locale.partition("@")[0].rpartition(".")[2]
    return encoding.lower().replace("-", "") == "utf8"


def _colours(env: Mapping[str, str], name: str, multiplexer: str) -> int:
    """As Rich finds it out, but GNU screen and consoles never have more than their name says."""
    for colours, system in _DEPTHS.items():
        if env.get("TEXTUAL_COLOR_SYSTEM") == system:
            return colours
    poor = multiplexer == "screen" or name.startswith(_CONSOLES)
    if not poor and env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return TRUECOLOR
    return 256 if name.lower().rpartition("-")[2] in ("256color", "kitty") else FEW
