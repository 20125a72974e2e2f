"""Which objects of a kind have a row, and in which order: listing, filter, sort and folds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from tui.engine.models import Model
from tui.engine.scope import Scope
from tui.panes.filter import Words, parse_filter, words_of
from tui.panes.folding import Folds
from tui.panes.kind import ALONE, Fold, KindView, column, natural

HOST = column("host", least=6, most=20)
"""Which Engine a row is of, where there may be several."""


class Order(NamedTuple):
    """What the rows are sorted by; "" is the Engine's own order."""

    column: str
    reverse: bool = False


class Arranged:
    """The rows of a kind as a person wants to see them."""

    def __init__(self, view: KindView, scope: Scope) -> None:
        self.order = Order(view.sort)
        self.filter = ""
        self.hide_stopped = False
        self.listing = view.listings[0] if view.listings else None
        """What is listed; None where there is no choice."""
        self.folds = Folds(self._group) if view.group is not None else None
        """What is folded; None where every object has its row."""
        self.listed = 0
        """How many objects the listing has."""
        self.let_through = 0
        """How many objects the listing and the filter let through, folded away or not."""
        self._view = view
        self._scope = scope
        self._words: dict[str, Words] = {}

    def rows(
        self, models: Mapping[str, Model], marks: Collection[str], changed: Collection[str] | None
    ) -> Sequence[str]:
        """The keys of the rows from the top; `changed` are the objects that are different now."""
        self._forget_words(changed)
        found, listing = list(models), self.listing
        if listing is not None:
            found = [key for key in found if listing.shows(models[key])]
        self.listed = len(found)
        if self.hide_stopped:
            found = [key for key in found if not self._view.hidden(models[key])]
        if self.filter:
            test = parse_filter(self.filter)
            found = [key for key in found if test(self._words_of(key, models[key]))]
        self.let_through = len(found)
        self._sort(found, models)
        return self.folds.fold(found, models, marks) if self.folds is not None else found

    def place(self, key: str) -> Fold:
        """The place of a row among those of the same thing."""
        return self.folds.place(key) if self.folds is not None else ALONE

    def next_listing(self) -> None:
        """List the next choice."""
        names = [one.id for one in self._view.listings]
        if self.listing is not None:
            self.listing = self._view.listings[(names.index(self.listing.id) + 1) % len(names)]

    def list_as(self, ident: str) -> None:
        """List the choice of this id, if there is one."""
        self.listing = next((one for one in self._view.listings if one.id == ident), self.listing)

    def _group(self, key: str, model: Model) -> str:
        assert self._view.group is not None
        group = self._view.group(model)
        return f"{key.partition('/')[0]}/{group}" if self._scope.many else group

    def _words_of(self, key: str, model: Model) -> Words:
        """What the filter looks at, remembered while there is a filter: each letter asks for all again."""
        words = self._words.get(key)
        if words is None:
            engine = self._scope.engine_of(key)
            found = self._view.words(model, engine.store)
            if self._scope.many:
                found = {"host": engine.endpoint.name, **found}
            words = self._words[key] = words_of(found)
        return words

    def _forget_words(self, changed: Collection[str] | None) -> None:
        if changed is None or not self.filter:
            self._words.clear()
        else:
            for key in changed:
                self._words.pop(key, None)

    def _sort(self, keys: list[str], models: Mapping[str, Model]) -> None:
        engine_of, reverse = self._scope.engine_of, self.order.reverse
        field = self._view.field(self.order.column)
        if field is not None and field.order is not None:
            ranks = {key: field.order(models[key], engine_of(key).store) for key in keys}
            unknown = [key for key in keys if ranks[key] is None]
            keys[:] = [key for key in keys if ranks[key] is not None]
            keys.sort(key=ranks.__getitem__, reverse=reverse)
            keys += unknown
        elif self.order.column == HOST.id:
            keys.sort(key=lambda key: natural(engine_of(key).endpoint.name), reverse=reverse)
