"""What a screen shows: the objects of one Engine, or those of several side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.kinds import Kind
from tui.engine.models import Model
from tui.engine.store import Store

if TYPE_CHECKING:
    from tui.engine.endpoint import Endpoint
    from tui.engine.engine import Engine
    from tui.engine.jobs import Job


class Held(NamedTuple):
    """An object and the Engine that has it; the same name on two Engines is two objects."""

    engine: Engine
    model: Model


def by_engine(chosen: Iterable[Held]) -> dict[Engine, list[Model]]:
    """The objects of each Engine, Engines and objects in the order in which they come."""
    found: dict[Engine, list[Model]] = {}
    for engine, model in chosen:
        found.setdefault(engine, []).append(model)
    return found


class Scope:
    """The objects of some Engines by kind and row.

    A row's key is the object's own key while there is one Engine, and bears the Engine's number where
    there may be several.
    """

    def __init__(
        self,
        engines: Callable[[], Sequence[Engine]],
        *,
        many: bool = False,
        color: Callable[[Endpoint], str] = lambda endpoint: "",
    ) -> None:
        """`engines` tells which there are at the moment; with `many` false it is always the same one.

        `color` tells which colour is set for an endpoint, "" for none.
        """
        self._engines = engines
        self._color = color
        self._colors: dict[int, str] = {}
        self.many = many
        """Whether rows have to say which Engine they are of."""
        self._merged: dict[Kind, tuple[tuple[Mapping[str, Model], ...], Mapping[str, Model]]] = {}

    @classmethod
    def one(cls, engine: Engine) -> Scope:
        """The scope of one Engine."""
        return cls(lambda: (engine,))

    @property
    def engines(self) -> Sequence[Engine]:
        """The Engines, in the order of their numbers."""
        return self._engines()

    def color(self, engine: Engine) -> str:
        """The colour that is set for an Engine; "" for none."""
        if engine.number not in self._colors:
            self._colors[engine.number] = self._color(engine.endpoint)
        return self._colors[engine.number]

    def of(self, kind: Kind) -> Mapping[str, Model]:
        """The objects of a kind by row key."""
        engines = self.engines
        if not self.many:
            return engines[0].store.of(kind)
        parts = tuple(engine.store.of(kind) for engine in engines)
        known, merged = self._merged.get(kind, ((), MappingProxyType({})))
        # a Store gives the same mapping until something is different
        if len(known) != len(parts) or any(old is not new for old, new in zip(known, parts, strict=True)):
            merged = MappingProxyType(
                {
                    self.row(engine, key): model
                    for engine, part in zip(engines, parts, strict=True)
                    for key, model in part.items()
                }
            )
            self._merged[kind] = (parts, merged)
        return merged

    def row(self, engine: Engine, key: str) -> str:
        """The key of the row that shows an object of an Engine."""
        return f"{engine.number}/{key}" if self.many else key

    def rows(self, engine: Engine, keys: Collection[str]) -> Collection[str]:
        """The keys of several rows."""
        return {self.row(engine, key) for key in keys} if self.many else keys

    def engine_of(self, row: str) -> Engine:
        """The Engine of a row. Raises LookupError when it is there no more."""
        engines = self.engines
        if not self.many:
            return engines[0]
        number = int(row.partition("/")[0])
        return next((engine for engine in engines if engine.number == number), None) or _gone(row)

    def store_of(self, row: str) -> Store:
        """What is known of the Engine of a row. Raises LookupError when it is there no more."""
        return self.engine_of(row).store

    def held(self, kind: Kind, row: str) -> Held | None:
        """The object of a row and its Engine; None when there is none."""
        model = self.of(kind).get(row)
        return Held(self.engine_of(row), model) if model is not None else None

    def listed(self, kind: Kind) -> bool:
        """Whether any Engine was asked for the kind already."""
        return any(engine.store.listed(kind) for engine in self.engines)

    @property
    def running(self) -> Sequence[Job]:
        """The jobs under way on any of them."""
        return sorted((job for engine in self.engines for job in engine.running), key=lambda job: job.started)


def _gone(row: str) -> Engine:
    raise LookupError(f"the Engine of {row} is there no more")
