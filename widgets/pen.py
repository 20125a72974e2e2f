"""What a terminal's pen writes with (SGR: colours and effects), and the shortest way from one to another."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

OFF = {
    "1": "22",
    "2": "22",
    "3": "23",
    "4": "24",
    "5": "25",
    "6": "25",
    "7": "27",
    "8": "28",
    "9": "29",
    "21": "24",
}
"""What switches an effect off, where every terminal knows it."""
EFFECTS = frozenset({*OFF, "51", "52", "53"})
ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Effects that are seen on a blank too: lines, frames, and the colours exchanged."""


class Pen(NamedTuple):
    """SGR parameters, each "" where it is the terminal's default."""

    colour: str = ""
    ground: str = ""
    effects: frozenset[str] = frozenset()

    @property
    def marks_blanks(self) -> bool:
        """Whether more than the ground is seen of a blank."""
        return not ON_BLANKS.isdisjoint(self.effects)


PLAIN = Pen()


@lru_cache(maxsize=4096)
def pen(parameters: str) -> Pen | None:
    """The pen after a reset and these parameters: "1;38;2;0;0;255"; None when one of them is not known."""
    colour = ground = ""
    effects = set()
    codes = iter(parameters.split(";") if parameters not in ("", "0") else ())
    for code in codes:
        if code in EFFECTS:
            effects.add(code)
            continue
        if code in ("38", "48"):
            kind = next(codes, "")
            count = {"5": 1, "2": 3}.get(kind, 0)
            numbers = [number for _, number in zip(range(count), codes, strict=False)]
            if not count or len(numbers) < count:
                return None
            code = ";".join((code, kind, *numbers))
        if code.startswith("3") or (code.startswith("9") and len(code) == 2):
            colour = code if code != "39" else ""
        elif code.startswith("4") or (code.startswith("10") and len(code) == 3):
            ground = code if code != "49" else ""
        else:
            return None
    return Pen(colour, ground, frozenset(effects))


@lru_cache(maxsize=4096)
def change(old: Pen, new: Pen) -> str:
    """The shortest sequence that makes one pen the other; "" when they are alike."""
    if old == new:
        return ""
    afresh = _sequence(["0", *sorted(new.effects), new.colour, new.ground]) if new != PLAIN else "\x1b[m"
    gone = old.effects - new.effects
    if not gone <= OFF.keys():
        return afresh
    off = {OFF[effect] for effect in gone}
    # one code ends both bold and faint, both kinds of blinking, both of underlining
    on = {effect for effect in new.effects if effect not in old.effects or OFF.get(effect) in off}
    steps = [*sorted(off), *sorted(on)]
    if old.colour != new.colour:
        steps.append(new.colour or "39")
    if old.ground != new.ground:
        steps.append(new.ground or "49")
    return min(_sequence(steps), afresh, key=len)


def _sequence(parameters: list[str]) -> str:
    return f"\x1b[{';'.join(filter(None, parameters))}m"
