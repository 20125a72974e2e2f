"""Which verbs the keys stand for right now: what the footer shows is what a key runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.engine.models import Model
from tui.engine.store import Store
from tui.verbs.verb import Verb


@dataclass(frozen=True, slots=True)
class Offer:
    """A key and what it would do to what is chosen."""

    key: str
    choices: tuple[tuple[Verb, tuple[Model, ...]], ...]
    """Each verb with the objects it applies to; several over mixed marks."""

    @property
    def title(self) -> str:
        """The footer's word: "stop", or "start/stop" over mixed marks."""
        return "/".join(verb.title for verb, _ in self.choices)

    @property
    def weight(self) -> int:
        """Its place in the footer."""
        return self.choices[0][0].weight


def key_of(verb: Verb, keys: Mapping[str, str]) -> str:
    """The key of a verb, as config.toml changed it or as declared."""
    return keys.get(verb.id, verb.key)


def offers(
    verbs: Iterable[Verb], keys: Mapping[str, str], chosen: Sequence[Model], store: Store
) -> dict[str, Offer]:
    """What each key does to the chosen objects; keys that do nothing to them are left out."""
    found: dict[str, list[tuple[Verb, tuple[Model, ...]]]] = {}
    for verb in verbs:
        models = applicable(verb, chosen, store)
        if (models or not verb.needs_row) and (key := key_of(verb, keys)):
            found.setdefault(key, []).append((verb, models))
    return {key: Offer(key, tuple(choices)) for key, choices in found.items()}


def applicable(verb: Verb, chosen: Sequence[Model], store: Store) -> tuple[Model, ...]:
    """Of the chosen objects those that the verb acts on; one that takes a single object takes no several."""
    if not verb.bulk and len(chosen) > 1:
        return ()
    return tuple(model for model in chosen if model.kind is verb.kind and verb.applies(model, store))
