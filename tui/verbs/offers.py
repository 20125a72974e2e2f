"""Which verbs the keys stand for right now: what the footer shows is what a key runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.engine.gaps import offered
from tui.engine.scope import Held
from tui.verbs.verb import Effect, Verb

if TYPE_CHECKING:
    from tui.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Offer:
    """A key and what it would do to what is chosen."""

    key: str
    choices: tuple[tuple[Verb, tuple[Held, ...]], ...]
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
    verbs: Iterable[Verb], keys: Mapping[str, str], chosen: Sequence[Held], engines: Sequence[Engine]
) -> dict[str, Offer]:
    """What each key does to the chosen objects; keys that do nothing to them are left out.

    `engines` are those on which something can be made that needs no object.
    """
    found: dict[str, list[tuple[Verb, tuple[Held, ...]]]] = {}
    for verb in verbs:
        fitting = applicable(verb, chosen)
        applies = fitting if verb.needs_row else any(allowed(verb, engine) for engine in engines)
        if applies and (key := key_of(verb, keys)):
            found.setdefault(key, []).append((verb, fitting))
    return {key: Offer(key, tuple(choices)) for key, choices in found.items()}


def allowed(verb: Verb, engine: Engine) -> bool:
    """Whether an Engine is offered the verb at all: a read-only one just what reads, each what it has."""
    permitted = verb.effect is Effect.READS or not engine.endpoint.read_only
    return permitted and offered(verb.id, engine.link.server)


def applicable(verb: Verb, chosen: Sequence[Held]) -> tuple[Held, ...]:
    """Of the chosen objects those that the verb acts on; one that takes a single object takes no several."""
    if not verb.bulk and len(chosen) > 1:
        return ()
    return tuple(
        held
        for held in chosen
        if held.model.kind is verb.kind
        and allowed(verb, held.engine)
        and verb.applies(held.model, held.engine.store)
    )
