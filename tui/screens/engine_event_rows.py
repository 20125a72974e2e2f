"""Events as rows of their table, as what a filter looks at, and as the object they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from signal import Signals

from tui.engine.happenings import NANOS, Happening
from tui.engine.kinds import Kind
from tui.engine.models.image import full_id
from tui.engine.store import Store
from tui.panes.filter import Words, words_of
from tui.panes.words import exit_meaning, size
from widgets.table import Cell, Column, Tone
from widgets.text import Shown, shown

COLUMNS = (
    Column("time", Shown("TIME"), least=8, most=14),
    Column("type", Shown("TYPE"), least=9, most=10),
    Column("action", Shown("ACTION"), least=8, most=16),
    Column("name", Shown("NAME"), least=12, most=36),
    Column("said", Shown("WHAT"), least=16, most=400, grows=True),
)

_GOOD = frozenset(("start", "unpause", "enable"))
_WARN = frozenset(("kill", "stop", "pause", "disable", "prune"))
_BAD = frozenset(("oom",))
_GONE = frozenset(("destroy", "delete", "remove", "untag"))


def cells(one: Happening, now: float, store: Store) -> Sequence[Cell]:
    """One row; the store names the containers that an event is about besides its own object."""
    return (
        Cell(shown(time_words(one.at, now)), Tone.DIM),
        Cell(shown(one.kind), Tone.DIM),
        Cell(shown(one.action), _tone(one)),
        Cell(shown(short(one.name or one.ident))),
        Cell(shown(", ".join(said(one, store)))),
    )


def time_words(at: int, now: float) -> str:
    """A moment as local time, with its day when that is not today's."""
    moment, today = datetime.fromtimestamp(at // NANOS), datetime.fromtimestamp(now)
    return f"{moment:%H:%M:%S}" if moment.date() == today.date() else f"{moment:%m-%d %H:%M:%S}"


def said(one: Happening, store: Store) -> Iterator[str]:
    """What is worth reading of an event, in words.

    A container's labels stand among what its events say: only what belongs to an action is taken for that.
    """
    told = one.said
    if one.detail:
        yield one.detail
    elif status := told.get("health_status"):
        yield status  # Podman's way
    ended, own = "die" in one.action, one.kind == Kind.CONTAINER
    code = told.get("exitCode", told.get("containerExitCode", "")) if ended else ""
    if one.action in ("die", "died") and (number := _whole(code)) is not None:
        yield f"exit {code}: {exit_meaning(number, False)}"
    elif code:
        yield f"exit {code}"
    if one.action == "kill" and (signal := told.get("signal")):
        yield f"signal {_signal(signal)}"
    if one.action == "rename" and (old := told.get("oldName")):
        yield f"was {old.removeprefix('/')}"
    if image := told.get("image"):
        yield f"image {image}"
    if not own and (container := told.get("container")):
        known = store.containers.get(container)
        yield f"container {short(container) if known is None else known.name}"
    if target := told.get("destination"):
        yield f"at {target}"
    if freed := told.get("reclaimed"):
        yield f"{freed if (bytes_ := _whole(freed)) is None else size(bytes_)} freed"
    if not own and (driver := told.get("driver", told.get("type", ""))):
        yield f"driver {driver}"


def short(ident: str) -> str:
    """The first 12 digits of an id; a name as it is."""
    bare = ident.removeprefix("sha256:")
    hexadecimal = len(bare) == 64 and set(bare) <= set("0123456789abcdef")
    return bare[:12] if hexadecimal else ident


def looked_for(one: Happening, store: Store) -> Words:
    """What a filter finds in an event: `type=`, `action=`, `name=`, `id=`, any attribute, any text."""
    own = {"type": one.kind, "action": one.action, "name": one.name, "id": one.ident}
    return words_of({**one.said, **own, "what": ", ".join(said(one, store))})


def object_of(one: Happening, store: Store) -> tuple[Kind, str] | None:
    """The kind and key of what an event is about, as far as it is there."""
    match one.kind:
        case Kind.CONTAINER:
            return (Kind.CONTAINER, one.ident) if one.ident in store.containers else None
        case Kind.NETWORK:
            return (Kind.NETWORK, one.ident) if one.ident in store.networks else None
        case Kind.VOLUME:
            return (Kind.VOLUME, one.name) if one.name in store.volumes else None
        case Kind.IMAGE:
            return _image(one, store)
    return None


def _image(one: Happening, store: Store) -> tuple[Kind, str] | None:
    ident, names = full_id(one.ident), {one.name, one.ident}
    named = next((key for key, image in store.images.items() if names & {image.name, key}), None)
    key = named or next((key for key, image in store.images.items() if image.id == ident), None)
    return (Kind.IMAGE, key) if key is not None else None


def copied(one: Happening, now: float, store: Store) -> str:
    """An event as one line of text."""
    return "  ".join(cell.text for cell in cells(one, now, store)).rstrip()


def as_told(one: Happening) -> Mapping[str, object]:
    """An event as the Engine told it, whole."""
    return {
        "Type": one.kind,
        "Action": f"{one.action}: {one.detail}" if one.detail else one.action,
        "Actor": {"ID": one.ident, "Attributes": {**one.said}},
        "timeNano": one.at,
    }


def _whole(text: str) -> int | None:
    """The whole number of a text; None for anything else."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if abs(number) < 1 << 63 else None


def _signal(number: str) -> str:
    """A signal's name where this machine has one of that number."""
    try:
        return Signals(int(number)).name
    except ValueError:
        return number


def _tone(one: Happening) -> Tone:
    if one.action in ("die", "died"):
        return Tone.PLAIN if one.said.get("exitCode", "0") == "0" else Tone.BAD
    if one.action == "health_status":
        return {"healthy": Tone.GOOD, "unhealthy": Tone.BAD}.get(one.detail, Tone.WARN)
    for actions, tone in ((_GOOD, Tone.GOOD), (_WARN, Tone.WARN), (_BAD, Tone.BAD), (_GONE, Tone.DIM)):
        if one.action in actions:
            return tone
    return Tone.PLAIN
